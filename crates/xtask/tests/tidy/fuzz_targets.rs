//! Every parser of foreign bytes has a fuzz target, a body, and seeds; the three lists agree.

use std::collections::BTreeSet;
use std::fs;

use crate::root;

/// Parsers of foreign bytes, by the file they stand in, and the fuzz target that covers each.
/// A new parser gets its line here in the change that brings it.
const PARSERS: &[(&str, &str)] = &[
    ("crates/archive/src/compression.rs", "tar_archive"),
    ("crates/archive/src/tar/header.rs", "tar_archive"),
    ("crates/archive/src/tar/pax.rs", "tar_archive"),
    ("crates/archive/src/tar/reader.rs", "tar_archive"),
    ("crates/archive/src/zip/archive.rs", "zip_archive"),
    ("crates/archive/src/zip/central.rs", "zip_tail"),
    ("crates/archive/src/zip/directory.rs", "zip_archive"),
    ("crates/archive/src/zip/end_record.rs", "zip_tail"),
    ("crates/archive/src/zip/extra.rs", "zip_archive"),
    ("crates/binaries/src/mach_o.rs", "mach_o_file"),
    ("crates/binaries/src/mach_o/commands.rs", "mach_o_file"),
    ("crates/binaries/src/mach_o/symbols.rs", "mach_o_file"),
    ("crates/binaries/src/pe.rs", "pe_file"),
    (
        "crates/build-backend/src/extension/config.rs",
        "compiler_answers",
    ),
    (
        "crates/build-backend/src/extension/header_list.rs",
        "compiler_answers",
    ),
    (
        "crates/build-backend/src/project_version.rs",
        "version_pattern",
    ),
    (
        "crates/build-backend/src/static_version.rs",
        "static_version",
    ),
    (
        "crates/build-backend/src/vcs_version/archive.rs",
        "vcs_archive",
    ),
    (
        "crates/build-backend/src/vcs_version/options.rs",
        "vcs_options",
    ),
    (
        "crates/build-backend/src/vcs_version/template.rs",
        "vcs_options",
    ),
    ("crates/build-frontend/src/cache_keys.rs", "cache_keys"),
    (
        "crates/build-frontend/src/cibuildwheel.rs",
        "cibuildwheel_table",
    ),
    ("crates/build-frontend/src/diagnosis.rs", "build_output"),
    ("crates/build-frontend/src/source.rs", "git_url"),
    ("crates/dist/src/check/readme.rs", "wheel_parts"),
    ("crates/dist/src/dist_info.rs", "wheel_parts"),
    ("crates/dist/src/dist_info/requires_txt.rs", "requires_txt"),
    ("crates/dist/src/egg/file_name.rs", "egg"),
    ("crates/dist/src/egg/members.rs", "egg"),
    ("crates/dist/src/egg/metadata.rs", "egg"),
    ("crates/dist/src/sdist.rs", "sdist"),
    ("crates/dist/src/sdist.rs", "sdist_parts"),
    ("crates/dist/src/setuptools/ini.rs", "setup_cfg"),
    ("crates/dist/src/setuptools/setup_cfg.rs", "setup_cfg"),
    ("crates/dist/src/setuptools/setup_py/parser.rs", "setup_py"),
    (
        "crates/dist/src/setuptools/setup_py/plain.rs",
        "setuptools_tree",
    ),
    ("crates/dist/src/setuptools/setup_py/tokens.rs", "setup_py"),
    ("crates/dist/src/setuptools/stated.rs", "setuptools_tree"),
    ("crates/dist/src/wheel.rs", "wheel"),
    ("crates/dist/src/wheel/change.rs", "wheel_headers"),
    ("crates/dist/src/wheel/wheel_file.rs", "wheel_file"),
    ("crates/dist/src/check/tree/setup.rs", "source_tree"),
    ("crates/dist/src/check/tree/configuration.rs", "source_tree"),
    ("crates/dist/src/check/tree/legacy.rs", "source_tree"),
    ("crates/dist/src/check/tree/sources.rs", "source_tree"),
    ("crates/dist/src/check/tree/toml_text.rs", "source_tree"),
    ("crates/packaging/src/pyproject/tools.rs", "source_tree"),
    (
        "crates/packaging/src/pyproject/setuptools.rs",
        "source_tree",
    ),
    ("crates/elf/src/change.rs", "elf_change"),
    ("crates/elf/src/file.rs", "elf_file"),
    ("crates/elf/src/strip.rs", "elf_file"),
    (
        "crates/environment/src/default_index.rs",
        "pip_default_index",
    ),
    (
        "crates/environment/src/pip_configuration.rs",
        "pip_configuration",
    ),
    ("crates/environment/src/build_details.rs", "build_details"),
    ("crates/environment/src/env_file.rs", "env_file"),
    ("crates/environment/src/pin.rs", "python_shim"),
    ("crates/environment/src/probe.rs", "interpreter_probe"),
    ("crates/environment/src/pyvenv_cfg.rs", "pyvenv_cfg"),
    ("crates/environment/src/request.rs", "python_request"),
    ("crates/environment/src/shim.rs", "python_shim"),
    ("crates/index-client/src/compact_page.rs", "compact_page"),
    (
        "crates/index-client/src/page_record.rs",
        "http_cache_record",
    ),
    ("crates/index-client/src/index_url.rs", "index_url"),
    ("crates/index-client/src/logins.rs", "logins"),
    (
        "crates/index-client/src/metadata_cache.rs",
        "metadata_segment",
    ),
    ("crates/index-client/src/netrc.rs", "netrc"),
    ("crates/index-client/src/slim_metadata.rs", "slim_metadata"),
    (
        "crates/index-server/src/conditional.rs",
        "if_none_match_header",
    ),
    (
        "crates/index-server/src/credentials.rs",
        "authorization_header",
    ),
    ("crates/index-server/src/forwarded.rs", "forwarded_header"),
    ("crates/index-server/src/range.rs", "range_header"),
    ("crates/index-server/src/transfer/devpi.rs", "devpi_export"),
    ("crates/index-store/src/accounts.rs", "user_name"),
    ("crates/index-store/src/token_text.rs", "token_text"),
    ("crates/installer/src/journal.rs", "install_journal"),
    ("crates/installer/src/manifest.rs", "wheel_manifest"),
    (
        "crates/packaging/src/dependency_groups.rs",
        "dependency_groups",
    ),
    ("crates/packaging/src/direct_url.rs", "direct_url"),
    ("crates/packaging/src/entry_points.rs", "entry_points"),
    ("crates/packaging/src/file_name.rs", "sdist_file_name"),
    ("crates/packaging/src/file_name.rs", "wheel_file_name"),
    ("crates/packaging/src/headers.rs", "core_metadata"),
    ("crates/packaging/src/inline_script.rs", "inline_script"),
    ("crates/packaging/src/license.rs", "license_expression"),
    ("crates/packaging/src/marker/parse.rs", "marker"),
    ("crates/packaging/src/metadata.rs", "core_metadata"),
    ("crates/packaging/src/name.rs", "project_name"),
    ("crates/packaging/src/pylock.rs", "pylock"),
    ("crates/packaging/src/pyproject.rs", "pyproject"),
    ("crates/packaging/src/record.rs", "record"),
    ("crates/packaging/src/requirement.rs", "requirement"),
    (
        "crates/packaging/src/requirements_file.rs",
        "requirements_file",
    ),
    (
        "crates/packaging/src/specifier/parse.rs",
        "version_specifiers",
    ),
    ("crates/packaging/src/tag.rs", "wheel_tags"),
    ("crates/packaging/src/toml_reader.rs", "pyproject"),
    ("crates/packaging/src/version/parse.rs", "version"),
    ("crates/packaging/src/name/pattern.rs", "project_settings"),
    ("crates/project/src/bundle.rs", "bundle_manifest"),
    ("crates/project/src/bundle/open.rs", "zip_archive"),
    ("crates/project/src/changelog.rs", "changelog"),
    ("crates/project/src/edit/script_frame.rs", "edit_script"),
    ("crates/project/src/edit/text.rs", "edit_pyproject"),
    ("crates/project/src/foreign_locks.rs", "foreign_lock"),
    ("crates/project/src/import/conda.rs", "conda_environment"),
    ("crates/project/src/import/flit.rs", "tool_tables"),
    ("crates/project/src/import/hatch.rs", "tool_tables"),
    ("crates/project/src/import/pdm.rs", "tool_tables"),
    ("crates/project/src/import/poetry.rs", "tool_tables"),
    ("crates/project/src/import/uv.rs", "tool_tables"),
    ("crates/project/src/import/yaml.rs", "conda_environment"),
    ("crates/project/src/lock.rs", "project_lock"),
    ("crates/project/src/lock/own.rs", "project_lock"),
    ("crates/project/src/locks.rs", "project_settings"),
    ("crates/project/src/edit/pipfile.rs", "edit_pipfile"),
    ("crates/project/src/pipfile.rs", "pipfile"),
    ("crates/project/src/pipfile/entry.rs", "pipfile"),
    ("crates/project/src/pipfile/lock.rs", "pipfile_lock"),
    ("crates/project/src/policy/read.rs", "project_settings"),
    ("crates/project/src/script.rs", "project_script"),
    ("crates/project/src/poetry.rs", "poetry_tables"),
    ("crates/project/src/poetry/constraint.rs", "poetry_tables"),
    ("crates/project/src/poetry/dependency.rs", "poetry_tables"),
    ("crates/project/src/poetry/groups.rs", "poetry_tables"),
    ("crates/project/src/poetry/lock.rs", "poetry_lock"),
    ("crates/project/src/settings.rs", "project_settings"),
    ("crates/project/src/tasks.rs", "project_settings"),
    ("crates/project/src/uv/marker.rs", "uv_lock"),
    ("crates/project/src/uv/read.rs", "uv_lock"),
    ("crates/project/src/uv/source.rs", "uv_lock"),
    ("crates/project/src/uv/wish.rs", "uv_lock"),
    ("crates/publish/src/pypirc.rs", "pypirc"),
    (
        "crates/readme/src/character_references.rs",
        "readme_markdown",
    ),
    ("crates/readme/src/clean/strict.rs", "readme_clean"),
    ("crates/readme/src/code_blocks.rs", "readme_markdown"),
    ("crates/readme/src/highlight/bash.rs", "readme_code"),
    ("crates/readme/src/highlight/bibtex.rs", "readme_code"),
    ("crates/readme/src/highlight/console.rs", "readme_code"),
    ("crates/readme/src/highlight/go.rs", "readme_code"),
    ("crates/readme/src/highlight/ini.rs", "readme_code"),
    ("crates/readme/src/highlight/json.rs", "readme_code"),
    ("crates/readme/src/highlight/pycon.rs", "readme_code"),
    ("crates/readme/src/highlight/python.rs", "readme_code"),
    ("crates/readme/src/highlight/toml.rs", "readme_code"),
    ("crates/readme/src/highlight/traceback.rs", "readme_code"),
    ("crates/readme/src/highlight/yaml.rs", "readme_code"),
    ("crates/readme/src/markdown.rs", "readme_markdown"),
    ("crates/readme/src/rst/block.rs", "readme_rst"),
    ("crates/readme/src/rst/block/explicit.rs", "readme_rst"),
    ("crates/readme/src/rst/block/lists.rs", "readme_rst"),
    ("crates/readme/src/rst/block/markers.rs", "readme_rst"),
    ("crates/readme/src/rst/block/options.rs", "readme_rst"),
    ("crates/readme/src/rst/block/quotes.rs", "readme_rst"),
    ("crates/readme/src/rst/block/sections.rs", "readme_rst"),
    ("crates/readme/src/rst/block/substitutions.rs", "readme_rst"),
    ("crates/readme/src/rst/directive.rs", "readme_rst"),
    ("crates/readme/src/rst/directive/csv.rs", "readme_rst"),
    ("crates/readme/src/rst/directive/options.rs", "readme_rst"),
    ("crates/readme/src/rst/directive/parts.rs", "readme_rst"),
    (
        "crates/readme/src/rst/directive/substitutes.rs",
        "readme_rst",
    ),
    ("crates/readme/src/rst/directive/tables.rs", "readme_rst"),
    ("crates/readme/src/rst/inline.rs", "readme_rst"),
    ("crates/readme/src/rst/inline/roles.rs", "readme_rst"),
    ("crates/readme/src/rst/inline/scan.rs", "readme_rst"),
    ("crates/readme/src/rst/inline/uri.rs", "readme_rst"),
    ("crates/readme/src/rst/lines.rs", "readme_rst"),
    ("crates/readme/src/rst/table/grid.rs", "readme_rst"),
    ("crates/readme/src/rst/table/simple.rs", "readme_rst"),
    ("crates/readme/src/rst/text.rs", "readme_rst"),
    ("crates/readme/src/rst/transform/docinfo.rs", "readme_rst"),
    ("crates/readme/src/tag_filter.rs", "readme_markdown"),
    ("crates/repair/src/owner.rs", "package_databases"),
    ("crates/resolver/src/resolver.rs", "resolver_universe"),
    ("crates/simple-api/src/html/read.rs", "simple_html_page"),
    ("crates/simple-api/src/html/scanner.rs", "simple_html_page"),
    ("crates/simple-api/src/json/read.rs", "project_list"),
    ("crates/simple-api/src/json/read.rs", "simple_json_page"),
    ("crates/simple-api/src/negotiate.rs", "accept_header"),
    ("crates/simple-api/src/search.rs", "search_answer"),
    ("crates/simple-api/src/tokens.rs", "token_json"),
    ("crates/simple-api/src/upload.rs", "upload_form"),
    ("crates/tools/src/manifest.rs", "tool_manifest"),
    ("crates/tools/src/pipx.rs", "pipx_metadata"),
    ("crates/tools/src/pipx/pip_arguments.rs", "pipx_metadata"),
    ("crates/tools/src/receipt.rs", "tool_receipt"),
    ("crates/tools/src/shell.rs", "pipx_metadata"),
];

#[test]
fn targets_bodies_and_seeds_agree() {
    let folder = root().join("fuzz");
    let targets = names(&folder.join("fuzz_targets"));
    let seeds = names(&folder.join("seeds"));
    let bodies: BTreeSet<String> = tilsit_fuzz::TARGETS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(
        targets, bodies,
        "fuzz/fuzz_targets and tilsit_fuzz::TARGETS differ"
    );
    assert_eq!(seeds, bodies, "fuzz/seeds and tilsit_fuzz::TARGETS differ");
    let manifest = fs::read_to_string(folder.join("targets/Cargo.toml")).unwrap();
    for name in &bodies {
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "fuzz/targets/Cargo.toml lacks `{name}`"
        );
    }
}

#[test]
fn every_parser_has_a_target() {
    assert!(!PARSERS.is_empty());
    for (parser, target) in PARSERS {
        assert!(
            root().join(parser).is_file(),
            "the parser `{parser}` is gone: take its line out"
        );
        assert!(
            tilsit_fuzz::TARGETS.iter().any(|(name, _)| name == target),
            "the parser `{parser}` names the fuzz target `{target}`, which does not exist"
        );
    }
    for (name, _) in tilsit_fuzz::TARGETS {
        assert!(
            PARSERS.iter().any(|(_, target)| target == name),
            "the fuzz target `{name}` covers no parser of the table"
        );
    }
}

fn names(folder: &std::path::Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .flatten()
        .map(|entry| {
            entry
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .filter(|name| !name.starts_with('.'))
        .collect()
}
