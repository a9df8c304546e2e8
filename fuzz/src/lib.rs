//! The bodies of the fuzz targets: one pure function for each parser of foreign bytes.
//!
//! Each takes any bytes, parses them, and asserts what must hold whatever they are: no panic,
//! bounded work, and, where the parser has a writer, that writing and reading again give the same.
//! The targets in `fuzz/fuzz_targets` call these under libFuzzer; `tests/replay` runs them over
//! the seeds as ordinary tests.

pub mod archive;
pub mod index_client;
pub mod index_server;
pub mod index_store;
pub mod publish;
pub mod resolver;
pub mod simple_api;

/// A fuzz target: its name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by name. A tidy test holds this list against `fuzz_targets` and `seeds`.
pub const TARGETS: &[Target] = &[
    ("accept_header", simple_api::accept_header),
    ("authorization_header", index_server::authorization_header),
    ("http_cache_record", index_client::http_cache_record),
    ("if_none_match_header", index_server::if_none_match_header),
    ("index_url", index_client::index_url),
    ("metadata_segment", index_client::metadata_segment),
    ("netrc", index_client::netrc),
    ("project_list", simple_api::project_list),
    ("pypirc", publish::pypirc),
    ("range_header", index_server::range_header),
    ("resolver_universe", resolver::resolver_universe),
    ("simple_html_page", simple_api::simple_html_page),
    ("simple_json_page", simple_api::simple_json_page),
    ("slim_metadata", index_client::slim_metadata),
    ("tar_archive", archive::tar_archive),
    ("token_text", index_store::token_text),
    ("upload_form", simple_api::upload_form),
    ("user_name", index_store::user_name),
    ("zip_archive", archive::zip_archive),
    ("zip_tail", archive::zip_tail),
];
