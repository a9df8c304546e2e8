//! What happens around every request: security headers on the answer, and a word to the event sink.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tilsit_simple_api::tokens::Problem;

use crate::application::Application;
use crate::event::ServerEvent;
use crate::forwarded::Origin;
use crate::metrics::NO_ROUTE;
use crate::notes;
use crate::response::{Failure, InternalError, Refusal};
use crate::templates::failure_page;
use crate::upload::discard;
use crate::visitor::to_sign_in;

/// What the answer to a request is found by in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where the form for signing in is sent.
const SIGN_IN: &str = "/account/login/";

/// Pages may load our style sheet and inline images from data; nothing runs, nothing frames them.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The same for a project's page, which has a script of ours, and whose description may show images from elsewhere on the web. The
/// other site learns the reader's address, but not which page is read.
pub(crate) const PROJECT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// Sets the headers that every answer has, unless the handler chose stricter ones.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    secured(next.run(request).await)
}

/// The answer with the headers that every one has.
pub(crate) fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CONTENT_POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// Whether the client is a program: browsers always name HTML.
pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
}

/// Turns what went wrong into a page for people; who is not known is sent to sign in, save a program,
/// which can only show credentials.
pub(crate) async fn failures_as_pages(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let is_program = wants_json(request.headers());
    let response = next.run(request).await;
    match failure_of(&response) {
        None => response,
        Some(failure) if failure.public().status == StatusCode::UNAUTHORIZED => {
            if is_program {
                response
            } else {
                to_sign_in(&path)
            }
        }
        Some(failure) => failure_page(failure, &path),
    }
}

/// Turns what went wrong into a problem for programs (RFC 9457).
pub(crate) async fn failures_as_problems(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(failure) = failure_of(&response) else {
        return response;
    };
    let refusal = failure.public();
    let title = refusal.status.canonical_reason().unwrap_or_default();
    let problem = Problem::of_status(refusal.status.as_u16(), title, &refusal.text);
    let kind = HeaderValue::from_static(Problem::MEDIA_TYPE);
    let mut response = failure.respond_with(Json(problem));
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// What went wrong, if something did.
fn failure_of(response: &Response) -> Option<Failure> {
    let refusal = response.extensions().get::<Refusal>()?;
    let inside = response.extensions().get::<InternalError>().cloned();
    let told = refusal.clone();
    Some(match inside {
        Some(reason) => Failure::Outside { told, reason },
        None => Failure::Refused(told),
    })
}

/// Keeps pages of one's own out of every cache.
pub(crate) async fn never_kept(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Gives each request a name, counts and reports its answer, and what went wrong inside.
pub(crate) async fn report(
    State(application): State<Application>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let begun = Begun::of(&application, &request, Instant::now());
    let (response, user) = notes::taken(next.run(request)).await;
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    begun.ended(&application, response, (route, user))
}

/// A request that is being answered.
pub(crate) struct Begun {
    at: Instant,
    id: String,
    method: Method,
    path: String,
    client: Option<IpAddr>,
}

impl Begun {
    pub(crate) fn of(application: &Application, request: &Request, at: Instant) -> Self {
        let origin = request.extensions().get::<Origin>();
        Self {
            at,
            id: application.request_id(),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            client: origin.map(|origin| origin.client),
        }
    }

    /// The answer with its name; by which route, and of which user, it came is counted and told.
    pub(crate) fn ended(
        self,
        application: &Application,
        mut response: Response,
        (route, user): (&str, Option<String>),
    ) -> Response {
        let took = self.at.elapsed();
        let status = response.status();
        application
            .metrics
            .request(route, &self.method, status, took);
        if let Some(InternalError(reason)) = response.extensions().get() {
            application.tell(&ServerEvent::Failed {
                id: self.id.clone(),
                method: self.method.to_string(),
                path: self.path.clone(),
                reason: reason.clone(),
            });
        }
        if let Ok(value) = HeaderValue::from_str(&self.id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        application.tell(&ServerEvent::Answered {
            id: self.id,
            client: self.client,
            user,
            method: self.method.to_string(),
            path: self.path,
            status: status.as_u16(),
            took,
        });
        response
    }
}

/// Refuses an address that showed wrong credentials too often, before it may show others. Only
/// requests that show any are counted and refused, and only where the address is a client's own.
pub(crate) async fn limit_wrong_credentials(
    State(application): State<Application>,
    request: Request,
    next: Next,
) -> Response {
    let shows = request.headers().contains_key(AUTHORIZATION)
        || (request.method() == Method::POST && request.uri().path() == SIGN_IN);
    let client = request.extensions().get::<Origin>();
    let client = client.map(|origin| origin.client);
    let counts = |client: &IpAddr| shows && application.proxies.is_clients_own(*client);
    let Some(client) = client.filter(counts) else {
        return next.run(request).await;
    };
    let key = network_of(client);
    if let Err(wait) = application.wrong_credentials.check(&key, application.now()) {
        discard(request.into_body()).await;
        let text = "there were too many wrong credentials from this address; wait five minutes";
        return Failure::from(Refusal::too_many(text, wait)).into_response();
    }
    let response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        // Beyond the limit the next one is refused.
        let _ = application.wrong_credentials.count(&key, application.now());
    }
    response
}

/// What is counted as one address: of IPv6 the network that a single subscriber has.
fn network_of(client: IpAddr) -> String {
    match client {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(network).to_string()
        }
    }
}
