//! What happens to a request before it is routed: where it comes from is found out, and the path
//! below which the index lies is taken off, where the proxy leaves it on.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::Uri;
use http::uri::PathAndQuery;

use crate::application::Application;

/// Puts the arrival before a router.
pub(crate) fn before(application: &Application, router: Router) -> Router {
    // A layer of the router itself would come after it has chosen the route.
    Router::new()
        .fallback_service(router)
        .layer(from_fn_with_state(application.clone(), arrive))
}

async fn arrive(
    State(application): State<Application>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(ConnectInfo(peer)) = peer {
        let origin = application.proxies.origin(*peer, request.headers());
        request.extensions_mut().insert(origin);
    }
    if let Some(path) = &application.root_path
        && let Some(uri) = taken_off(request.uri(), path)
    {
        *request.uri_mut() = uri;
    }
    next.run(request).await
}

/// The address inside the index of a request that came with the path.
fn taken_off(uri: &Uri, path: &str) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(path)?;
    if !rest.starts_with('/') {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest.parse::<PathAndQuery>().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_off_once_and_only_whole() {
        for (given, taken) in [
            ("/a/b/simple/x/?q=1", Some("/simple/x/?q=1")),
            ("/a/b/", Some("/")),
            ("/a/b/a/b/", Some("/a/b/")),
            ("/a/b", None),
            ("/a/bc/", None),
            ("/simple/", None),
        ] {
            let uri: Uri = given.parse().expect("a path");
            let rest = taken_off(&uri, "/a/b").map(|uri| uri.to_string());
            assert_eq!(rest.as_deref(), taken, "{given}");
        }
    }
}
