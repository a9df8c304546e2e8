//! `/metrics`: what the server counts, for Prometheus.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use crate::access;
use crate::application::Application;
use crate::forwarded::Origin;
use crate::metrics::{Gauges, resident_bytes};
use crate::options::MetricsReaders;
use crate::response::{Failure, Refusal};

/// The exposition format that every Prometheus reads.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The counters as text.
pub(crate) async fn show(
    State(application): State<Application>,
    origin: Option<Extension<Origin>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let origin = origin.map(|Extension(origin)| origin);
    check(&application, origin.as_ref(), &headers).await?;
    let store = &application.store;
    let (hits, misses) = application.pages.hits_and_misses();
    let (connections, idle) = store.connections();
    let gauges = Gauges {
        started_seconds: application.started.as_second(),
        serial: store.last_serial().await?,
        search_serial: application.search.serial()?,
        page_cache_hits: hits,
        page_cache_misses: misses,
        database_connections: connections,
        database_idle: idle,
        resident_bytes: resident_bytes(),
    };
    let text = application.metrics.text(&gauges);
    Ok(([(CONTENT_TYPE, FORMAT), (CACHE_CONTROL, "no-store")], text).into_response())
}

/// Whether the request may read them.
async fn check(
    application: &Application,
    origin: Option<&Origin>,
    headers: &HeaderMap,
) -> Result<(), Failure> {
    // Behind a proxy of the same machine everybody seems to be local, unless the proxy says of itself
    // that it is one. One that the operator speaks of without naming it may not.
    let is_mute = application.proxies.networks.is_empty()
        && (application.site.is_some() || application.root_path.is_some());
    let is_local =
        |origin: &Origin| origin.client.is_loopback() && !origin.is_forwarded && !is_mute;
    match application.metrics_readers {
        MetricsReaders::Everybody => return Ok(()),
        MetricsReaders::Local if origin.is_some_and(is_local) => return Ok(()),
        MetricsReaders::Local | MetricsReaders::Administrators => {}
    }
    let reader = access::reader(application, headers).await?;
    let Some(user) = reader.user else {
        let text = "the figures of this index are for its administrators";
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, text).into());
    };
    if application.store.is_administrator(user).await? {
        return Ok(());
    }
    let text = "the figures of this index are for its administrators, and this user is none";
    Err(Refusal::new(StatusCode::FORBIDDEN, text).into())
}
