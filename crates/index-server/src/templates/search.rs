//! The page of search results.

use askama::Template;

/// `/search/`
#[derive(Template)]
#[template(path = "search.html")]
pub(crate) struct SearchPage {
    pub(crate) root: &'static str,
    pub(crate) text: String,
    pub(crate) count: usize,
    pub(crate) count_word: &'static str,
    pub(crate) projects: Vec<ShownProject>,
    pub(crate) facets: Vec<Facet>,
    pub(crate) page: usize,
    pub(crate) pages: usize,
    /// The queries of the pages before and after.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// A project that was found.
pub(crate) struct ShownProject {
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) date: String,
}

/// Values by which the found projects may be narrowed.
pub(crate) struct Facet {
    pub(crate) heading: &'static str,
    pub(crate) values: Vec<FacetValue>,
}

/// One of them.
pub(crate) struct FacetValue {
    pub(crate) value: String,
    pub(crate) count: u64,
    pub(crate) is_chosen: bool,
    /// The query with it chosen, or not any more.
    pub(crate) query: String,
}
