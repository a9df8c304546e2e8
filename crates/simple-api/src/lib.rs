//! The Simple API of package indexes, and the legacy upload form, as data.
//!
//! A page is read with [`parse_json`] or [`parse_html`] into a [`ProjectPage`], whichever of the two
//! forms the index speaks, and written with [`to_json`] (the canonical form, which an index keeps and
//! signs) or [`to_html`]. [`negotiate()`] picks the form for an `Accept` header.
//!
//! ```
//! use tilsit_simple_api::{parse_html, to_json};
//!
//! let page = br#"<a href="flask-3.0.0-py3-none-any.whl#sha256=aa">flask-3.0.0-py3-none-any.whl</a>"#;
//! let base = "https://index.example/simple/flask/".parse().unwrap();
//! let page = parse_html(page, &base).unwrap();
//! assert_eq!(page.files.len() + page.unusable.len(), 1);
//! let json = to_json(&page);
//! assert!(json.starts_with(br#"{"meta":{"api-version":"#));
//! ```
//!
//! # Specifications
//! The Python community's simple repository API (PEP 503, 592, 629, 658, 691, 700, 708, 714, 740, 752, 792;
//! HTML stays at 1.4 by PEP 833), and the legacy upload API.
//!
//! # Invariants
//! - Nothing here does HTTP or reads a file: bytes in, values out, and back.
//! - A page of a higher major version than 1 is refused; unknown keys of version 1 are ignored.
//! - One bad file entry never costs the page: it is kept in [`ProjectPage::unusable`] with its reason.
//! - A file's URL is `http`, `https`, or relative (`file` only on a page that itself is a `file` URL).
//! - What [`to_json`] writes, [`parse_json`] reads back as the same value.

pub mod api_version;
pub mod file_url;
pub mod hashes;
pub mod html;
pub mod json;
pub mod list;
pub mod negotiate;
pub mod page;
pub mod search;
pub mod tokens;
pub mod upload;

pub use api_version::ApiVersion;
pub use file_url::FileUrlError;
pub use hashes::{Hashes, Sha256Digest};
pub use html::{
    HtmlPageError, list_to_html, parse_html, parse_html_into, parse_list_html, to_html,
};
pub use json::{
    JsonPageError, list_to_json, parse_json, parse_json_into, parse_list_json, to_json,
};
pub use list::{ListedProject, ProjectList};
pub use negotiate::{ACCEPT, MediaType, NotAcceptable, negotiate};
pub use page::{
    CoreMetadataFile, File, FileParts, FileSink, Namespace, ProjectPage, ProjectState,
    ProjectStatus, UnusableFile, Yanked,
};
