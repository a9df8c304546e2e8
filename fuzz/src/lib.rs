//! The bodies of the fuzz targets: one pure function for each parser of foreign bytes.
//!
//! Each takes any bytes, parses them, and asserts what must hold whatever they are: no panic,
//! bounded work, and, where the parser has a writer, that writing and reading again give the same.
//! The targets in `fuzz/fuzz_targets` call these under libFuzzer; `tests/replay` runs them over
//! the seeds as ordinary tests.

pub mod archive;
pub mod binaries;
pub mod build_backend;
pub mod build_frontend;
pub mod dist;
pub mod elf;
pub mod environment;
pub mod import;
pub mod index_client;
pub mod index_server;
pub mod index_store;
pub mod installer;
pub mod locking;
pub mod packaging;
pub mod packaging_formats;
pub mod pipfile;
pub mod poetry;
pub mod project;
pub mod publish;
pub mod readme;
pub mod repair;
pub mod resolver;
pub mod simple_api;
pub mod tools;
pub mod uv;

/// A fuzz target: its name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by name. A tidy test holds this list against `fuzz_targets` and `seeds`.
pub const TARGETS: &[Target] = &[
    ("accept_header", simple_api::accept_header),
    ("authorization_header", index_server::authorization_header),
    ("build_details", environment::build_details),
    ("build_output", build_frontend::build_output),
    ("bundle_manifest", locking::bundle_manifest),
    ("cache_keys", build_frontend::cache_keys),
    ("changelog", project::changelog),
    ("cibuildwheel_table", build_frontend::cibuildwheel_table),
    ("compact_page", index_client::compact_page),
    ("compiler_answers", build_backend::compiler_answers),
    ("conda_environment", import::conda_environment),
    ("core_metadata", packaging_formats::core_metadata),
    ("dependency_groups", packaging_formats::dependency_groups),
    ("devpi_export", index_server::devpi_export),
    ("direct_url", packaging_formats::direct_url),
    ("edit_pipfile", pipfile::edit_pipfile),
    ("edit_pyproject", project::edit_pyproject),
    ("edit_script", project::edit_script),
    ("egg", dist::egg),
    ("elf_change", elf::elf_change),
    ("elf_file", elf::elf_file),
    ("entry_points", packaging_formats::entry_points),
    ("env_file", environment::env_file),
    ("foreign_lock", poetry::foreign_lock),
    ("forwarded_header", index_server::forwarded_header),
    ("git_url", build_frontend::git_url),
    ("http_cache_record", index_client::http_cache_record),
    ("if_none_match_header", index_server::if_none_match_header),
    ("index_url", index_client::index_url),
    ("inline_script", packaging_formats::inline_script),
    ("install_journal", installer::install_journal),
    ("interpreter_probe", environment::interpreter_probe),
    ("license_expression", packaging_formats::license_expression),
    ("logins", index_client::logins),
    ("mach_o_file", binaries::mach_o_file),
    ("marker", packaging::marker),
    ("metadata_segment", index_client::metadata_segment),
    ("netrc", index_client::netrc),
    ("package_databases", repair::package_databases),
    ("pe_file", binaries::pe_file),
    ("pip_configuration", environment::pip_configuration),
    ("pip_default_index", environment::pip_default_index),
    ("pipfile", pipfile::pipfile),
    ("pipfile_lock", pipfile::pipfile_lock),
    ("pipx_metadata", tools::pipx_metadata),
    ("poetry_lock", poetry::poetry_lock),
    ("poetry_tables", poetry::poetry_tables),
    ("project_list", simple_api::project_list),
    ("project_lock", locking::project_lock),
    ("project_name", packaging::project_name),
    ("project_script", locking::project_script),
    ("project_settings", locking::project_settings),
    ("pylock", packaging_formats::pylock),
    ("pypirc", publish::pypirc),
    ("pyproject", packaging_formats::pyproject),
    ("python_request", environment::python_request),
    ("python_shim", environment::python_shim),
    ("pyvenv_cfg", environment::pyvenv_cfg),
    ("range_header", index_server::range_header),
    ("readme_clean", readme::readme_clean),
    ("readme_code", readme::readme_code),
    ("readme_markdown", readme::readme_markdown),
    ("readme_rst", readme::readme_rst),
    ("record", packaging_formats::record),
    ("requirement", packaging::requirement),
    ("requirements_file", packaging_formats::requirements_file),
    ("requires_txt", dist::requires_txt),
    ("source_tree", dist::source_tree),
    ("resolver_universe", resolver::resolver_universe),
    ("sdist", dist::sdist),
    ("sdist_file_name", packaging::sdist_file_name),
    ("sdist_parts", dist::sdist_parts),
    ("search_answer", simple_api::search_answer),
    ("setup_cfg", import::setup_cfg_keys),
    ("setup_py", import::setup_py_arguments),
    ("setuptools_tree", import::setuptools_tree),
    ("simple_html_page", simple_api::simple_html_page),
    ("simple_json_page", simple_api::simple_json_page),
    ("slim_metadata", index_client::slim_metadata),
    ("static_version", build_backend::static_version),
    ("tar_archive", archive::tar_archive),
    ("token_json", simple_api::token_json),
    ("token_text", index_store::token_text),
    ("tool_manifest", tools::tool_manifest),
    ("tool_receipt", tools::tool_receipt),
    ("tool_tables", import::tool_tables),
    ("upload_form", simple_api::upload_form),
    ("user_name", index_store::user_name),
    ("uv_lock", uv::uv_lock),
    ("vcs_archive", build_backend::vcs_archive),
    ("vcs_options", build_backend::vcs_options),
    ("version", packaging::version),
    ("version_pattern", build_backend::version_pattern),
    ("version_specifiers", packaging::version_specifiers),
    ("wheel", dist::wheel),
    ("wheel_file", dist::wheel_file),
    ("wheel_file_name", packaging::wheel_file_name),
    ("wheel_headers", dist::wheel_headers),
    ("wheel_manifest", installer::wheel_manifest),
    ("wheel_parts", dist::wheel_parts),
    ("wheel_tags", packaging::wheel_tags),
    ("zip_archive", archive::zip_archive),
    ("zip_tail", archive::zip_tail),
];
