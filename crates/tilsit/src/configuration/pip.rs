//! The weakest layer: what pip is told by its variables and files, so that a user of pip need not
//! say it again. Their form is [`tilsit_environment::pip_configuration`]'s.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tilsit_environment::pip_configuration::{
    ConfigurationFile, ConfigurationPlaces, PipConfiguration, file_paths,
};

use crate::configuration::{NotFollowed, Settings, Sources};

/// pip's settings.
pub(super) struct Pip {
    pub(super) settings: Settings,
    /// Where each key is from.
    pub(super) origins: BTreeMap<String, String>,
    /// What could not be understood.
    pub(super) warnings: Vec<String>,
    /// What means nothing to us.
    pub(super) not_followed: Vec<NotFollowed>,
}

/// The section of pip's files that counts beside `[global]`.
const SECTION: &str = "install";

/// Reads pip's files and variables.
pub(super) fn read(sources: &Sources<'_>) -> Pip {
    let mut warnings = Vec::new();
    let mut files = Vec::new();
    let mut origins = BTreeMap::new();
    let paths = if sources.no_files {
        Vec::new()
    } else {
        file_paths(&places(sources))
    };
    for path in paths {
        // pip goes on without a file that it cannot read.
        let Ok(text) = tilsit_files::read_to_string(&path) else {
            continue;
        };
        let (file, problems) = ConfigurationFile::parse(&text);
        let shown = path.display().to_string();
        let problems = problems.iter();
        warnings.extend(problems.map(|problem| format!("pip's file `{shown}`: {problem}")));
        files.push((shown, file));
    }
    for section in ["global", SECTION] {
        for (shown, file) in &files {
            let keys = file.section(section).map(|(key, _)| key.to_owned());
            origins.extend(keys.map(|key| (key, shown.clone())));
        }
    }
    let variables = sources.variables.all().iter().filter_map(|(name, value)| {
        let name = name.to_str()?;
        name.starts_with("PIP_").then_some((name, value.to_str()?))
    });
    let variables: Vec<(&str, &str)> = variables.collect();
    for (name, _) in &variables {
        let key = name["PIP_".len()..].to_lowercase().replace('_', "-");
        origins.insert(key, (*name).to_owned());
    }
    let files: Vec<ConfigurationFile> = files.into_iter().map(|(_, file)| file).collect();
    let pip = PipConfiguration::from_sources(&files, SECTION, variables);
    let invalid = pip.invalid.iter();
    warnings.extend(invalid.map(|(key, value)| {
        format!("pip's setting `{key}` is `{value}`, which is not understood")
    }));
    let not_followed = pip.unknown.iter().map(|key| NotFollowed {
        key: key.clone(),
        from: origins.get(key).cloned().unwrap_or_default(),
        is_of_projects: false,
    });
    let not_followed = not_followed.collect();
    for (theirs, ours) in [
        ("default-timeout", "timeout"),
        ("require-venv", "require-virtualenv"),
        ("no-cache-dir", "no-cache"),
    ] {
        if let Some(origin) = origins.get(theirs).cloned() {
            origins.entry(ours.to_owned()).or_insert(origin);
        }
    }
    Pip {
        settings: layer(&pip, sources.working_folder),
        origins,
        warnings,
        not_followed,
    }
}

fn places(sources: &Sources<'_>) -> ConfigurationPlaces {
    let path = |name: &str| sources.variables.path(name).map(Path::to_path_buf);
    let folders = path("XDG_CONFIG_DIRS");
    ConfigurationPlaces {
        pip_config_file: path("PIP_CONFIG_FILE"),
        xdg_config_dirs: folders
            .map(|folders| std::env::split_paths(&folders).collect())
            .unwrap_or_default(),
        xdg_config_home: path("XDG_CONFIG_HOME"),
        home: sources.home.map(Path::to_path_buf),
        prefix: path("VIRTUAL_ENV"),
    }
}

fn layer(pip: &PipConfiguration, working_folder: &Path) -> Settings {
    let path = |text: &String| working_folder.join(text);
    let list = |values: &Vec<String>| (!values.is_empty()).then(|| values.clone());
    // A constraint file may be a URL.
    let file = |text: &String| {
        if text.contains("://") {
            PathBuf::from(text)
        } else {
            path(text)
        }
    };
    let constraints: Vec<PathBuf> = pip.constraints.iter().map(file).collect();
    Settings {
        index_url: pip.index_url.clone(),
        extra_index_url: list(&pip.extra_index_urls),
        no_index: pip.no_index.then_some(true),
        find_links: list(&pip.find_links),
        trusted_host: list(&pip.trusted_hosts),
        cert: pip.cert.as_ref().map(path),
        client_cert: pip.client_cert.as_ref().map(path),
        proxy: pip.proxy.clone(),
        timeout: pip.timeout.map(|timeout| timeout.as_secs().max(1)),
        retries: pip.retries,
        only_binary: list(&pip.only_binary),
        no_binary: list(&pip.no_binary),
        keyring_provider: pip.keyring_provider.clone(),
        require_hashes: pip.require_hashes.then_some(true),
        require_virtualenv: pip.require_virtualenv.then_some(true),
        pre: pip.pre.then_some(true),
        prefer_binary: pip.prefer_binary.then_some(true),
        all_releases: list(&pip.all_releases),
        only_final: list(&pip.only_final),
        no_cache: pip.no_cache.then_some(true),
        constraint: (!constraints.is_empty()).then_some(constraints),
        ..Settings::default()
    }
}
