//! The layer of `TILSIT_*` variables. Lists are separated by blanks, as pip's are.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::configuration::{NamedIndex, Settings};
use crate::context::Variables;
use crate::error::CommandError;
use crate::explain::Code;

/// The settings in the variables.
///
/// # Errors
/// When a number or a yes-or-no value is not one.
pub(super) fn settings(
    variables: &Variables,
    working_folder: &Path,
) -> Result<Settings, CommandError> {
    let text = |name: &str| variables.text(name).map(str::to_owned);
    let path = |name: &str| variables.path(name).map(|path| working_folder.join(path));
    let list = |name: &str| {
        variables
            .text(name)
            .map(|value| value.split_whitespace().map(str::to_owned).collect())
    };
    Ok(Settings {
        index_url: text("TILSIT_INDEX_URL").or_else(|| text("TILSIT_DEFAULT_INDEX")),
        extra_index_url: list("TILSIT_EXTRA_INDEX_URL"),
        index: variables
            .text("TILSIT_INDEX")
            .map(|value| value.split_whitespace().map(NamedIndex::typed).collect())
            .transpose()?,
        no_index: yes_or_no(variables, "TILSIT_NO_INDEX")?,
        find_links: list("TILSIT_FIND_LINKS"),
        trusted_host: list("TILSIT_TRUSTED_HOST"),
        cert: path("TILSIT_CERT"),
        client_cert: path("TILSIT_CLIENT_CERT"),
        proxy: text("TILSIT_PROXY"),
        timeout: number(variables, "TILSIT_TIMEOUT")?,
        retries: number(variables, "TILSIT_RETRIES")?,
        offline: yes_or_no(variables, "TILSIT_OFFLINE")?,
        require_hashes: yes_or_no(variables, "TILSIT_REQUIRE_HASHES")?,
        require_virtualenv: yes_or_no(variables, "TILSIT_REQUIRE_VIRTUALENV")?,
        constraint: variables.text("TILSIT_CONSTRAINT").map(|value| {
            let files = value.split_whitespace();
            files.map(|file| working_folder.join(file)).collect()
        }),
        constraint_dependencies: None,
        override_dependencies: None,
        exclude_dependencies: None,
        told_to_backends: None,
        no_build_isolation: None,
        no_build_isolation_package: None,
        build_constraint_dependencies: None,
        keyring_provider: text("TILSIT_KEYRING_PROVIDER"),
        exclude_newer: text("TILSIT_EXCLUDE_NEWER"),
        exclude_newer_package: None,
        resolution: text("TILSIT_RESOLUTION"),
        pre: yes_or_no(variables, "TILSIT_PRE")?,
        prerelease: text("TILSIT_PRERELEASE"),
        prerelease_package: None,
        all_releases: list("TILSIT_ALL_RELEASES"),
        only_final: list("TILSIT_ONLY_FINAL"),
        prefer_binary: yes_or_no(variables, "TILSIT_PREFER_BINARY")?,
        preview_features: list("TILSIT_PREVIEW_FEATURES"),
        variant: list("TILSIT_VARIANT"),
        index_strategy: text("TILSIT_INDEX_STRATEGY"),
        sources: None,
        ignore_requires_python: yes_or_no(variables, "TILSIT_IGNORE_REQUIRES_PYTHON")?,
        no_build: yes_or_no(variables, "TILSIT_NO_BUILD")?,
        no_build_package: list("TILSIT_NO_BUILD_PACKAGE"),
        no_binary: list("TILSIT_NO_BINARY"),
        only_binary: list("TILSIT_ONLY_BINARY"),
        python: text("TILSIT_PYTHON"),
        link_mode: text("TILSIT_LINK_MODE"),
        compile_bytecode: yes_or_no(variables, "TILSIT_COMPILE_BYTECODE")?,
        cache_dir: variables.path("TILSIT_CACHE_DIR").map(PathBuf::from),
        no_cache: yes_or_no(variables, "TILSIT_NO_CACHE")?,
        publish_url: text("TILSIT_PUBLISH_URL"),
        unknown: std::collections::BTreeMap::new(),
    })
}

fn yes_or_no(variables: &Variables, name: &str) -> Result<Option<bool>, CommandError> {
    let Some(value) = variables.text(name) else {
        return Ok(None);
    };
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" | "y" | "t" => Ok(Some(true)),
        "0" | "false" | "no" | "off" | "n" | "f" => Ok(Some(false)),
        _ => Err(invalid(name, value, "`true` or `false`")),
    }
}

fn number<T: FromStr>(variables: &Variables, name: &str) -> Result<Option<T>, CommandError> {
    let Some(value) = variables.text(name) else {
        return Ok(None);
    };
    let number = value.parse();
    number
        .map(Some)
        .map_err(|_| invalid(name, value, "a whole number"))
}

fn invalid(name: &str, value: &str, wanted: &str) -> CommandError {
    CommandError::new(
        Code::ConfigurationInvalid,
        format!("the variable `{name}` is `{value}`, not {wanted}"),
    )
}
