//! What happens to a request before it is routed: where it comes from is found out, the path below
//! which the index lies is taken off, where the proxy leaves it on, and what is asked most and known
//! to be current is answered at once.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use futures_util::future::Either;
use http::header::AUTHORIZATION;
use http::uri::PathAndQuery;
use http::{Method, Uri};
use tower::Service;

use crate::application::Application;
use crate::handlers::{files, simple};
use crate::headers::{self, Begun};

/// The routes as the router has them, for what is counted.
const PAGE: &str = "/simple/{project}/";
const FILE: &str = "/files/{first}/{second}/{sha256}/{file_name}";

/// The service before the router.
#[derive(Clone)]
pub(crate) struct Arrival {
    pub(crate) application: Application,
    pub(crate) router: Router,
}

impl Service<Request> for Arrival {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, RouteFuture<Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router always is.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        arrive(&self.application, &mut request);
        match at_once(&self.application, &request) {
            Some(response) => Either::Left(ready(Ok(response))),
            None => Either::Right(self.router.call(request)),
        }
    }
}

fn arrive(application: &Application, request: &mut Request) {
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
}

/// The answer to what installers ask all day, without the layers around the routes: a page or a small
/// file that everybody may read. Whoever shows credentials takes the way of all others, where wrong
/// ones are counted.
fn at_once(application: &Application, request: &Request) -> Option<Response> {
    let headers = request.headers();
    if request.method() != Method::GET || headers.contains_key(AUTHORIZATION) {
        return None;
    }
    let path = request.uri().path();
    let at = Instant::now();
    let (response, route) = if let Some(rest) = path.strip_prefix("/simple/") {
        let project = rest.strip_suffix('/')?;
        (
            simple::project::at_once(application, headers, project)?,
            PAGE,
        )
    } else {
        let rest = path.strip_prefix("/files/")?;
        (files::at_once(application, headers, rest)?, FILE)
    };
    let begun = Begun::of(application, request, at);
    Some(begun.ended(application, headers::secured(response), (route, None)))
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
    fn what_is_answered_at_once_is_counted_under_its_route() {
        let routes = crate::router::routes(0);
        for route in [PAGE, FILE] {
            assert!(routes.described.iter().any(|known| known.path == route));
        }
    }

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
