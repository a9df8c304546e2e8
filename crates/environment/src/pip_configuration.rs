//! pip's configuration: its files and its environment variables, as values.
//!
//! pip reads INI files (Python's `configparser`, without interpolation): `[global]`, then the
//! section of the command, then `PIP_*` variables. [`ConfigurationFile::parse`] reads one file,
//! [`PipConfiguration::from_sources`] lays the sources over each other and picks the settings that
//! mean something to tilsit; every other key is listed by name, so that `config` can show it.
//! [`file_paths`] says where pip looks. Reading files and variables is the caller's work.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// One INI file of pip, with keys in pip's spelling (`index-url`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigurationFile {
    sections: BTreeMap<String, BTreeMap<String, String>>,
}

/// A line that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ConfigurationProblem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl ConfigurationFile {
    /// Reads a file; what is not understood is left out and reported.
    pub fn parse(text: &str) -> (Self, Vec<ConfigurationProblem>) {
        let mut reader = Reader::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            if let Err(reason) = reader.line(line) {
                let line = index + 1;
                reader.problems.push(ConfigurationProblem { line, reason });
            }
        }
        (reader.file, reader.problems)
    }

    /// The settings of a section.
    pub fn section(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        self.sections
            .get(name)
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// The state of reading a file line by line.
#[derive(Default)]
struct Reader {
    file: ConfigurationFile,
    problems: Vec<ConfigurationProblem>,
    section: Option<String>,
    /// The key that an indented line continues.
    key: Option<String>,
    /// Blank lines since the key's last line; they belong to the value if it goes on.
    blank_lines: usize,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        let text = line.trim();
        if text.is_empty() {
            self.blank_lines += 1;
            return Ok(());
        }
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        let blank_lines = std::mem::take(&mut self.blank_lines);
        let indented = line.starts_with(char::is_whitespace);
        if let (true, Some(section), Some(key)) = (indented, &self.section, &self.key) {
            let value = self.file.sections.entry(section.clone()).or_default();
            let value = value.entry(key.clone()).or_default();
            if !value.is_empty() {
                value.extend(std::iter::repeat_n('\n', blank_lines + 1));
            }
            value.push_str(text);
            return Ok(());
        }
        self.key = None;
        if let Some(rest) = text.strip_prefix('[') {
            self.section = None;
            let (name, _) = rest.split_once(']').ok_or("a section without `]`")?;
            self.section = Some(name.to_owned());
            return Ok(());
        }
        let section = self.section.clone().ok_or("a setting before any section")?;
        let (key, value) = text
            .split_once(['=', ':'])
            .ok_or("a setting without `=` or `:`")?;
        let key = normalize_key(key);
        if key.is_empty() {
            return Err("a setting without a name");
        }
        let settings = self.file.sections.entry(section).or_default();
        settings.insert(key.clone(), value.trim().to_owned());
        self.key = Some(key);
        Ok(())
    }
}

/// pip's spelling of a key: lower case, dashes, no leading dashes.
fn normalize_key(key: &str) -> String {
    let key = key.trim().to_lowercase().replace('_', "-");
    key.strip_prefix("--").unwrap_or(&key).trim().to_owned()
}

/// pip's settings that mean something to tilsit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PipConfiguration {
    /// The index to use in place of the default.
    pub index_url: Option<String>,
    /// Indexes beside it.
    pub extra_index_urls: Vec<String>,
    /// Use no index at all.
    pub no_index: bool,
    /// Folders or pages with distribution files.
    pub find_links: Vec<String>,
    /// Hosts whose certificates are not checked, as `host` or `host:port`.
    pub trusted_hosts: Vec<String>,
    /// A bundle of certificates, in place of the system's.
    pub cert: Option<String>,
    /// The client's certificate and key.
    pub client_cert: Option<String>,
    /// The proxy.
    pub proxy: Option<String>,
    /// How long to wait for an answer.
    pub timeout: Option<Duration>,
    /// How often to try again.
    pub retries: Option<u32>,
    /// Refuse what has no hash.
    pub require_hashes: bool,
    /// Names, or `:all:` and `:none:`, for which only wheels are taken.
    pub only_binary: Vec<String>,
    /// Names, or `:all:` and `:none:`, for which no wheels are taken.
    pub no_binary: Vec<String>,
    /// Take pre-releases.
    pub pre: bool,
    /// Take wheels before newer sdists.
    pub prefer_binary: bool,
    /// Names, or `:all:` and `:none:`, of which pre-releases are taken.
    pub all_releases: Vec<String>,
    /// Names, or `:all:` and `:none:`, of which no pre-releases are taken.
    pub only_final: Vec<String>,
    /// Constraint files.
    pub constraints: Vec<String>,
    /// Refuse to install outside a virtual environment.
    pub require_virtualenv: bool,
    /// Keep no cache.
    pub no_cache: bool,
    /// Who keeps passwords: `auto`, `disabled`, `import` or `subprocess`.
    pub keyring_provider: Option<String>,
    /// Keys that tilsit does not follow, sorted.
    pub unknown: Vec<String>,
    /// Keys and values that could not be read as what the key takes.
    pub invalid: Vec<(String, String)>,
}

impl PipConfiguration {
    /// Lays the sources over each other as pip does: the files in their order, `[global]` before
    /// the section of `command`, then the variables (`PIP_…`, without the rest of the
    /// environment).
    pub fn from_sources<'a>(
        files: &[ConfigurationFile],
        command: &str,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut settings = BTreeMap::new();
        for section in ["global", command] {
            for file in files {
                let found = file.section(section);
                settings.extend(found.map(|(key, value)| (key.to_owned(), value.to_owned())));
            }
        }
        for (name, value) in variables {
            let key = name.strip_prefix("PIP_").map(normalize_key);
            // Not a setting but the place of a file; see `file_paths`.
            let key = key.filter(|key| !key.is_empty() && key != "config-file");
            settings.extend(key.map(|key| (key, value.to_owned())));
        }
        let mut configuration = Self::default();
        for (key, value) in &settings {
            configuration.set(key, value);
        }
        configuration
    }

    fn set(&mut self, key: &str, value: &str) {
        let words = || value.split_whitespace().map(str::to_owned).collect();
        let names = || {
            value
                .split([',', ' ', '\t', '\n'])
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let text = (!value.is_empty()).then(|| value.to_owned());
        match key {
            "index-url" | "pypi-url" => self.index_url = text,
            "extra-index-url" => self.extra_index_urls = words(),
            "find-links" => self.find_links = words(),
            "trusted-host" => self.trusted_hosts = words(),
            "cert" => self.cert = text,
            "client-cert" => self.client_cert = text,
            "proxy" => self.proxy = text,
            "keyring-provider" => self.keyring_provider = text,
            "constraint" => self.constraints = words(),
            "only-binary" => self.only_binary = names(),
            "no-binary" => self.no_binary = names(),
            "all-releases" => self.all_releases = names(),
            "only-final" => self.only_final = names(),
            "no-index" | "require-hashes" | "require-virtualenv" | "require-venv"
            | "no-cache-dir" | "pre" | "prefer-binary" => self.set_flag(key, value),
            "timeout" | "default-timeout" => {
                let seconds = value.parse().ok();
                self.timeout =
                    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                self.note_invalid(self.timeout.is_none(), key, value);
            }
            "retries" => {
                self.retries = value.parse().ok();
                self.note_invalid(self.retries.is_none(), key, value);
            }
            _ => self.unknown.push(key.to_owned()),
        }
    }

    fn set_flag(&mut self, key: &str, value: &str) {
        let Some(flag) = parse_flag(value) else {
            return self.note_invalid(true, key, value);
        };
        match key {
            "no-index" => self.no_index = flag,
            "require-hashes" => self.require_hashes = flag,
            "pre" => self.pre = flag,
            "prefer-binary" => self.prefer_binary = flag,
            // To pip `PIP_NO_CACHE_DIR=off` means the same: it once was read the wrong way round,
            // and files that switched the cache off by it are still about.
            "no-cache-dir" => self.no_cache = true,
            _ => self.require_virtualenv = flag,
        }
    }

    fn note_invalid(&mut self, invalid: bool, key: &str, value: &str) {
        if invalid {
            self.invalid.push((key.to_owned(), value.to_owned()));
        }
    }
}

/// A truth value in the words of Python's `strtobool`.
fn parse_flag(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Some(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// What decides where pip looks for its files; values of the caller's context.
#[derive(Clone, Debug, Default)]
pub struct ConfigurationPlaces {
    /// `PIP_CONFIG_FILE`; the null device switches every file off.
    pub pip_config_file: Option<PathBuf>,
    /// The folders of `XDG_CONFIG_DIRS`.
    pub xdg_config_dirs: Vec<PathBuf>,
    /// `XDG_CONFIG_HOME`.
    pub xdg_config_home: Option<PathBuf>,
    /// The user's home.
    pub home: Option<PathBuf>,
    /// The environment (or prefix) that is installed into.
    pub prefix: Option<PathBuf>,
}

/// pip's configuration files on Linux, in the order in which a later one wins: global, user, the
/// environment's own, `PIP_CONFIG_FILE`.
pub fn file_paths(places: &ConfigurationPlaces) -> Vec<PathBuf> {
    let named = places.pip_config_file.as_deref();
    if named == Some(Path::new("/dev/null")) {
        return Vec::new();
    }
    let usual = [PathBuf::from("/etc/xdg")];
    let global = if places.xdg_config_dirs.is_empty() {
        &usual[..]
    } else {
        &places.xdg_config_dirs
    };
    let mut paths: Vec<PathBuf> = global.iter().map(|dir| dir.join("pip/pip.conf")).collect();
    paths.push(PathBuf::from("/etc/pip.conf"));
    // pip leaves the user's files out when a file is named.
    if let (Some(home), None) = (&places.home, named) {
        paths.push(home.join(".pip/pip.conf"));
        let config = places.xdg_config_home.clone();
        let config = config.unwrap_or_else(|| home.join(".config"));
        paths.push(config.join("pip/pip.conf"));
    }
    paths.extend(places.prefix.iter().map(|prefix| prefix.join("pip.conf")));
    paths.extend(named.map(Path::to_path_buf));
    paths
}
