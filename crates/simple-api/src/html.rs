//! The HTML form of the Simple API (PEP 503, 592, 629, 658, 714, 792; at most 1.4 by PEP 833).
//!
//! Read in one pass over the tags, without building a document: pages of popular projects are
//! megabytes of anchors. What stands between the anchors is of no interest.

mod read;
mod scanner;
mod write;

pub use read::{HtmlPageError, parse_html, parse_html_into, parse_list_html};
pub use write::{list_to_html, to_html};

#[cfg(test)]
mod tests;
