//! The weakest layer: what pip is told by its variables and files, so that a user of pip need not
//! say it again. Their form is [`tilsit_environment::pip_configuration`]'s.

use std::path::{Path, PathBuf};

use tilsit_environment::pip_configuration::{
    ConfigurationFile, ConfigurationPlaces, PipConfiguration, file_paths,
};

use crate::configuration::{Settings, Sources};

/// The settings of pip, and what of them could not be understood.
pub(super) fn settings(sources: &Sources<'_>) -> (Settings, Vec<String>) {
    let mut warnings = Vec::new();
    let mut files = Vec::new();
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
        let shown = path.display();
        warnings.extend(
            problems
                .iter()
                .map(|problem| format!("pip's file `{shown}`: {problem}")),
        );
        files.push(file);
    }
    let variables = sources.variables.all().iter().filter_map(|(name, value)| {
        let name = name.to_str()?;
        name.starts_with("PIP_").then_some((name, value.to_str()?))
    });
    let pip = PipConfiguration::from_sources(&files, "install", variables);
    let invalid = pip.invalid.iter();
    warnings.extend(invalid.map(|(key, value)| {
        format!("pip's setting `{key}` is `{value}`, which is not understood")
    }));
    (layer(&pip, sources.working_folder), warnings)
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
    let constraints: Vec<PathBuf> = pip.constraints.iter().map(path).collect();
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
        require_hashes: pip.require_hashes.then_some(true),
        require_virtualenv: pip.require_virtualenv.then_some(true),
        constraint: (!constraints.is_empty()).then_some(constraints),
        ..Settings::default()
    }
}
