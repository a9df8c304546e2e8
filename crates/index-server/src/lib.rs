//! The index server: routes, handlers, pages.
//!
//! Reads and writes an index through `tilsit-index-store`; serves the Simple API (PEP 503, 691,
//! 700), files with their metadata (PEP 658, 714), pages for people, and takes uploads by the
//! legacy API; tells operators how it does. There is no SQL here, and no parsing of distributions: that is `tilsit-dist`'s.
//!
//! ```no_run
//! use tilsit_index_server::{RunningServer, ServeOptions, ServerEvent};
//!
//! # fn example(clock: fn() -> jiff::Timestamp) -> Result<(), tilsit_index_server::ServeError> {
//! let options = ServeOptions::new("/srv/index", "127.0.0.1:8080".parse().unwrap(), clock);
//! let server = RunningServer::start(options, |event: &ServerEvent| eprintln!("{event}"))?;
//! println!("the index is at http://{}/", server.address());
//! server.stop()
//! # }
//! ```
//!
//! # Where to start
//!
//! `router.rs` lists every route with its description (`openapi/`); a URL's path is the path of its
//! handler below `handlers/`. An upload is read in `upload.rs`: one function for each stage. What
//! happens to every request stands in `arrival.rs` (before it is routed) and `headers.rs` (around
//! its handler).
//!
//! # On disk
//!
//! | path in the data folder | what | written by |
//! |---|---|---|
//! | `search-1/` | the search index, disposable: it is made anew from the database | `search.rs` |
//!
//! # Invariants
//!
//! - What an upload says about its file counts for nothing: everything stored and shown is read from
//!   the file, and a form that differs is refused.
//! - A refusal's text is for the client; what went wrong inside goes to the event sink only.
//! - URLs inside pages are relative, so that the index works below any path.
//! - What a reader may not see is not told from what is not there, in lists and search neither.
//! - No route is without a description, and the description of `/openapi.json` is made of the routes.
//! - What a request says about where it comes from counts only as far as the operator's proxies wrote
//!   it.
//! - Of a name that this index ever had no other index is asked.
//! - Nothing is counted by a key that strangers can make up without bound.
//! - A form changes something only with the proof that its page was shown to the signed-in visitor.
//! - Pages run no script and load nothing from elsewhere; the headers say so to the browser.
//! - The library prints nothing: it tells the caller's event sink, and asks the caller's clock.

mod access;
mod application;
mod arrival;
mod attempts;
mod compression;
mod conditional;
mod credentials;
mod distribution;
mod event;
mod fallback;
mod forwarded;
mod handlers;
mod headers;
mod holder;
mod matrix;
mod metrics;
mod notes;
mod openapi;
mod options;
mod range;
mod recent;
mod response;
mod router;
mod routes;
mod search;
mod server;
mod site;
mod templates;
mod transfer;
mod upload;
mod visitor;

pub use conditional::if_none_match_names;
pub use credentials::{Credentials, CredentialsError, parse_basic};
pub use event::{ServerEvent, UploadStage};
pub use fallback::Fallback;
pub use forwarded::{
    ForwardedHeaders, ForwardedStep, Network, NetworkError, Origin, TrustedProxies, parse_forwarded,
};
pub use options::{Limits, MetricsReaders, MetricsReadersError, ServeOptions};
pub use range::{RangeRequest, parse_range};
pub use server::{RunningServer, ServeError, serve};
pub use site::PublicUrlError;
pub use transfer::devpi::{DevpiExport, DevpiExportError, DevpiFile};
pub use transfer::export::{ExportError, ExportOptions, ExportReport, export};
pub use transfer::import::{ImportError, ImportReport, RefusedFile, import};
pub use transfer::source::{FoundFile, SourceError, find_files};
