//! Counters of what the server does, and their text for Prometheus (exposition format 0.0.4).
//!
//! Counted by route template, never by path: a client must not be able to fill the memory with names
//! of its own.

use std::collections::HashMap;
use std::fmt::{Display, Write};
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::{Method, StatusCode};

#[cfg(test)]
mod tests;

/// The upper ends of the latency histogram's buckets, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0];
/// The route of what no route is there for.
pub(crate) const NO_ROUTE: &str = "none";

/// Series of one kind, by what tells them apart.
type Family<K, V> = RwLock<HashMap<K, Arc<V>>>;

/// All counters; shared by all requests.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// By route, method and status.
    requests: Family<(String, &'static str, u16), AtomicU64>,
    /// By route and method.
    durations: Family<(String, &'static str), Histogram>,
    /// By stage and status.
    refused_uploads: Family<(&'static str, u16), AtomicU64>,
    published_uploads: AtomicU64,
    repeated_uploads: AtomicU64,
    uploaded_bytes: AtomicU64,
    downloaded_bytes: AtomicU64,
}

#[derive(Debug, Default)]
struct Histogram {
    /// Those of the last bucket's end and less; one more for what took longer.
    buckets: [AtomicU64; BUCKETS.len() + 1],
    sum_us: AtomicU64,
}

/// What is measured when it is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gauges {
    pub(crate) started_seconds: i64,
    pub(crate) serial: u64,
    pub(crate) search_serial: u64,
    pub(crate) page_cache_hits: u64,
    pub(crate) page_cache_misses: u64,
    pub(crate) database_connections: u32,
    pub(crate) database_idle: usize,
    /// Where the system tells it.
    pub(crate) resident_bytes: Option<u64>,
}

impl Metrics {
    /// Counts an answered request.
    pub(crate) fn request(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let method = known(method);
        let key = (route.to_owned(), method, status.as_u16());
        series(&self.requests, key).fetch_add(1, Ordering::Relaxed);
        let histogram = series(&self.durations, (route.to_owned(), method));
        let seconds = took.as_secs_f64();
        let bucket = BUCKETS.iter().position(|end| seconds <= *end);
        histogram.buckets[bucket.unwrap_or(BUCKETS.len())].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        histogram.sum_us.fetch_add(micros, Ordering::Relaxed);
    }

    /// Counts an upload that is now published, or was before.
    pub(crate) fn upload_taken(&self, is_new: bool) {
        let counter = if is_new {
            &self.published_uploads
        } else {
            &self.repeated_uploads
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an upload that ended at a stage.
    pub(crate) fn upload_refused(&self, stage: &'static str, status: StatusCode) {
        let key = (stage, status.as_u16());
        series(&self.refused_uploads, key).fetch_add(1, Ordering::Relaxed);
    }

    /// Counts bytes of files that came.
    pub(crate) fn uploaded(&self, bytes: usize) {
        self.uploaded_bytes
            .fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts bytes of files that went.
    pub(crate) fn downloaded(&self, bytes: usize) {
        self.downloaded_bytes
            .fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Everything as text.
    pub(crate) fn text(&self, gauges: &Gauges) -> String {
        let mut text = Text::default();
        text.requests(self);
        text.uploads(self);
        text.gauges(gauges);
        text.0
    }
}

/// Methods that routes have; a client may send any word.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

/// The series of a key, made when it is not there.
fn series<K: Eq + Hash, V: Default>(all: &Family<K, V>, key: K) -> Arc<V> {
    let found = all.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(series) = found.get(&key) {
        return Arc::clone(series);
    }
    drop(found);
    let mut all = all.write().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(all.entry(key).or_default())
}

/// The series in the order of their keys.
fn sorted<K: Ord + Clone, V>(all: &Family<K, V>) -> Vec<(K, Arc<V>)> {
    let all = all.read().unwrap_or_else(PoisonError::into_inner);
    let mut series: Vec<(K, Arc<V>)> = all
        .iter()
        .map(|(key, series)| (key.clone(), Arc::clone(series)))
        .collect();
    series.sort_by(|one, other| one.0.cmp(&other.0));
    series
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// A sample; labels are route templates, methods and words of ours, in which nothing needs to
    /// be escaped.
    fn sample(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.sample(name, "", value);
    }

    fn requests(&mut self, metrics: &Metrics) {
        let name = "tilsit_http_requests_total";
        self.family(
            name,
            "counter",
            "Answered requests by route, method and status.",
        );
        for ((route, method, status), count) in sorted(&metrics.requests) {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            self.sample(name, &labels, count.load(Ordering::Relaxed));
        }
        let name = "tilsit_http_request_duration_seconds";
        self.family(name, "histogram", "How long the heads of answers took.");
        for ((route, method), histogram) in sorted(&metrics.durations) {
            let labels = format!("route=\"{route}\",method=\"{method}\"");
            self.histogram(name, &labels, &histogram);
        }
    }

    fn histogram(&mut self, name: &str, labels: &str, histogram: &Histogram) {
        let mut count = 0;
        let ends = BUCKETS.iter().map(ToString::to_string);
        for (end, bucket) in ends.chain(["+Inf".to_owned()]).zip(&histogram.buckets) {
            count += bucket.load(Ordering::Relaxed);
            let labels = format!("{labels},le=\"{end}\"");
            self.sample(&format!("{name}_bucket"), &labels, count);
        }
        let sum = Duration::from_micros(histogram.sum_us.load(Ordering::Relaxed));
        self.sample(&format!("{name}_sum"), labels, sum.as_secs_f64());
        self.sample(&format!("{name}_count"), labels, count);
    }

    fn uploads(&mut self, metrics: &Metrics) {
        let name = "tilsit_uploads_total";
        self.family(name, "counter", "Uploads that were taken.");
        for (result, count) in [
            ("published", &metrics.published_uploads),
            ("repeated", &metrics.repeated_uploads),
        ] {
            let labels = format!("result=\"{result}\"");
            self.sample(name, &labels, count.load(Ordering::Relaxed));
        }
        let name = "tilsit_uploads_refused_total";
        self.family(
            name,
            "counter",
            "Uploads that were not, by the stage that refused and its status.",
        );
        for ((stage, status), count) in sorted(&metrics.refused_uploads) {
            let labels = format!("stage=\"{stage}\",status=\"{status}\"");
            self.sample(name, &labels, count.load(Ordering::Relaxed));
        }
        for (name, help, count) in [
            (
                "tilsit_uploaded_bytes_total",
                "Bytes of files that came.",
                &metrics.uploaded_bytes,
            ),
            (
                "tilsit_downloaded_bytes_total",
                "Bytes of files that went.",
                &metrics.downloaded_bytes,
            ),
        ] {
            self.single(name, "counter", help, count.load(Ordering::Relaxed));
        }
    }

    fn gauges(&mut self, gauges: &Gauges) {
        let lag = gauges.serial.saturating_sub(gauges.search_serial);
        self.single(
            "tilsit_serial",
            "gauge",
            "The number of the last change.",
            gauges.serial,
        );
        self.single(
            "tilsit_search_lag_changes",
            "gauge",
            "Changes that the search does not know yet.",
            lag,
        );
        let name = "tilsit_page_cache_total";
        self.family(name, "counter", "Simple pages asked of the cache.");
        self.sample(name, "result=\"hit\"", gauges.page_cache_hits);
        self.sample(name, "result=\"miss\"", gauges.page_cache_misses);
        let name = "tilsit_database_connections";
        self.family(name, "gauge", "Connections to the database.");
        let busy = (gauges.database_connections as usize).saturating_sub(gauges.database_idle);
        self.sample(name, "state=\"idle\"", gauges.database_idle);
        self.sample(name, "state=\"busy\"", busy);
        self.single(
            "process_start_time_seconds",
            "gauge",
            "When the server started.",
            gauges.started_seconds,
        );
        if let Some(bytes) = gauges.resident_bytes {
            self.single(
                "process_resident_memory_bytes",
                "gauge",
                "Memory that is in use.",
                bytes,
            );
        }
    }
}

/// How much memory this process has in use, where the system says so.
pub(crate) fn resident_bytes() -> Option<u64> {
    parse_resident(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// The line of proc(5) that begins with `VmRSS:`, in kB.
fn parse_resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}
