//! Bodies for `tilsit-environment`: what interpreters print, and other tools' small text files.

use tilsit_environment::pip_configuration::{ConfigurationFile, PipConfiguration};
use tilsit_environment::probe::{Probe, Remembered};
use tilsit_environment::pyvenv_cfg::PyVenvCfg;
use tilsit_environment::request::PythonRequest;
use tilsit_environment::{default_index, environment, shim};

/// What an interpreter answers, and the entry of the cache: read or refused. The paths of what is
/// read are absolute.
pub fn interpreter_probe(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(probe) = Probe::parse(&text) {
        assert!(probe.prefix.is_absolute());
        assert!(probe.venv_paths.purelib.starts_with("{base}"));
    }
    if let Some(entry) = Remembered::parse(&text) {
        assert!(entry.probe.paths.scripts.is_absolute());
    }
}

/// `pyvenv.cfg`: written and read again it is the same.
pub fn pyvenv_cfg(data: &[u8]) {
    let cfg = PyVenvCfg::parse(&String::from_utf8_lossy(data));
    assert_eq!(PyVenvCfg::parse(&cfg.to_string()), cfg);
    assert!(cfg.home().is_none_or(|home| !home.is_empty()));
    cfg.prompt();
}

/// pip's INI files: a key is in pip's spelling, and no value is invented.
pub fn pip_configuration(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (file, problems) = ConfigurationFile::parse(&text);
    let lines = text.lines().count();
    assert!(
        problems
            .iter()
            .all(|problem| (1..=lines).contains(&problem.line))
    );
    for (key, value) in file.section("global") {
        assert!(!key.is_empty() && !key.contains('_') && key == key.trim());
        assert!(value.lines().all(|line| text.contains(line)));
    }
    PipConfiguration::from_sources(&[file], "install", [("PIP_TIMEOUT", &*text)]);
    environment::externally_managed_message(&text);
}

/// The default index in pip's sources: what is found is a URL with a host and no credentials.
pub fn pip_default_index(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = [
        default_index::from_source(&text),
        default_index::from_option_source(&text),
    ];
    for url in found.into_iter().flatten() {
        let rest = url.split_once("://").expect("a URL has a scheme").1;
        let host = rest.split('/').next().unwrap_or_default();
        assert!(!host.is_empty() && !host.contains('@') && url.is_ascii());
    }
    // A wheel is an archive; that it is refused is the rule.
    default_index::from_wheel(data);
}

/// Shims and the version files of version managers: no version is a path.
pub fn python_shim(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    shim::Shim::from_text(&text);
    let mut versions: Vec<String> = Vec::new();
    let words = shim::parse_python_version_file(&text);
    versions.extend(words.into_iter().map(str::to_owned));
    let words = shim::parse_tool_versions(&text);
    versions.extend(words.into_iter().map(str::to_owned));
    versions.extend(shim::parse_mise_tools(&text));
    for version in &versions {
        assert!(!version.contains(['/', '\\']) && version != "..");
    }
    for word in tilsit_environment::pin::parse(&text) {
        assert!(!word.trim().is_empty() && !word.contains(['\n', '#']));
    }
    if let Some(wanted) = versions.first() {
        assert!(shim::choose_version(wanted, &versions).is_some());
    }
}

/// What an interpreter says of itself in a file: the version is one.
pub fn build_details(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(details) = tilsit_environment::build_details::BuildDetails::parse(&text) {
        assert!(!details.version.to_string().is_empty());
    }
}

/// Files of environment variables: what is read could be set.
pub fn env_file(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let known = |name: &str| (name == "HOME").then(|| "/home/me".to_owned());
    if let Ok(found) = tilsit_environment::env_file::parse(&text, &known) {
        for (name, value) in found {
            assert!(!name.is_empty() && !name.contains(['=', '\0']));
            assert!(!value.contains('\0') && value.len() <= 1 << 20);
        }
    }
}

/// What a user writes to name an interpreter.
pub fn python_request(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(request) = text.parse::<PythonRequest>() {
        let shown = request.to_string();
        if request != PythonRequest::Any {
            assert_eq!(shown.parse(), Ok(request));
        }
    }
}
