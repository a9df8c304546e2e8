//! Which indexes a command asks, and in which order: extra indexes before the default one.
//!
//! The default index is the one that the settings name, else the one baked in when the program was
//! built (`TILSIT_DEFAULT_INDEX`), else the one inside the pip of the Python that is used. The
//! source names none.

use std::collections::BTreeMap;
use std::path::Path;

use tilsit_environment::Interpreter;
use tilsit_index_client::{Credential, IndexUrl};
use tilsit_packaging::marker::{Marker, MarkerEnvironment};
use tilsit_packaging::name::{NamePattern, ProjectName};
use tilsit_project::Policy;
use tilsit_provider::Sources;
use url::Url;

use crate::configuration::{Configuration, NamedIndex, ProjectSources, Source};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// The default index that the packager of this program chose.
const BAKED_IN: Option<&str> = option_env!("TILSIT_DEFAULT_INDEX");

/// The indexes that the settings name; `here` is what the markers of sources are held against, none
/// for many environments at once.
///
/// # Errors
/// When a URL is not one, or there is no default index to be found.
pub(crate) fn choose(
    configuration: &Configuration,
    interpreter: &Interpreter,
    here: Option<&MarkerEnvironment>,
    context: &Context,
) -> Result<Sources, CommandError> {
    let find_links = configuration
        .all(|settings| settings.find_links.as_ref())
        .iter()
        .map(|link| link_url(link, &context.working_folder))
        .collect::<Result<Vec<_>, _>>()?;
    let no_index = configuration.first(|settings| settings.no_index);
    if no_index == Some(true) {
        return Ok(Sources {
            find_links,
            ..Sources::default()
        });
    }
    let named = configuration.all(|settings| settings.index.as_ref());
    let pins = pins(configuration, &named, here, context)?;
    let (default, beside): (Vec<_>, Vec<_>) = named.into_iter().partition(|index| index.default);
    let mut indexes = Vec::new();
    for index in beside.into_iter().filter(|index| !index.explicit) {
        indexes.push(named_url(&index, context)?);
    }
    for url in configuration.all(|settings| settings.extra_index_url.as_ref()) {
        indexes.push(index_url(&url)?);
    }
    let url = configuration.first(|settings| settings.index_url.clone());
    indexes.push(match (url, default.first(), BAKED_IN) {
        (Some(url), ..) => index_url(&url)?,
        (None, Some(named), _) => named_url(named, context)?,
        (None, None, Some(url)) => index_url(url)?,
        (None, None, None) => index_url(&of_pip(interpreter, context)?)?,
    });
    Ok(Sources {
        indexes,
        find_links,
        pins,
        ..Sources::default()
    })
}

/// The word of a policy for the index that is asked last.
const DEFAULT: &str = "default";

/// The indexes that a policy lets projects come from; `sources` are those that are asked otherwise.
///
/// # Errors
/// When it names an index that is not known.
pub(crate) fn limits(
    policy: &Policy,
    configuration: &Configuration,
    sources: &Sources,
    context: &Context,
) -> Result<Vec<(NamePattern, Vec<IndexUrl>)>, CommandError> {
    let named = configuration.all(|settings| settings.index.as_ref());
    let mut limits = Vec::with_capacity(policy.indexes.len());
    for rule in &policy.indexes {
        let mut allowed = Vec::with_capacity(rule.allowed.len());
        for text in &rule.allowed {
            let mut known = named.iter();
            let known = known.find(|index| index.name.as_deref() == Some(text.as_str()));
            allowed.push(match (known, sources.indexes.last()) {
                (Some(index), _) => named_url(index, context)?,
                (None, _) if text.contains("://") => index_url(text)?,
                (None, Some(default)) if text == DEFAULT => default.clone(),
                // Where no index is asked at all, there is none that could be allowed.
                (None, None) if text == DEFAULT => continue,
                (None, _) => {
                    let pattern = &rule.names;
                    return Err(CommandError::new(
                        Code::ConfigurationInvalid,
                        format!(
                            "`indexes` of `[tool.tilsit.policy]` lets `{pattern}` come from `{text}`, \
                             which is no index that is known"
                        ),
                    )
                    .hint(format!(
                        "name it in `[[tool.tilsit.index]]`, write its URL, or `{DEFAULT}` for the \
                         default index"
                    )));
                }
            });
        }
        limits.push((rule.names.clone(), allowed));
    }
    Ok(limits)
}

/// The index of each project that the settings give a source.
fn pins(
    configuration: &Configuration,
    named: &[NamedIndex],
    here: Option<&MarkerEnvironment>,
    context: &Context,
) -> Result<BTreeMap<ProjectName, IndexUrl>, CommandError> {
    let mut pins = BTreeMap::new();
    for (project, sources) in configuration.merged(|settings| settings.sources.as_ref()) {
        let Some(source) = source_here(&project, sources, here, context)? else {
            continue;
        };
        let wanted = Some(source.index.as_str());
        let index = named.iter().find(|index| index.name.as_deref() == wanted);
        let Some(index) = index else {
            let source = source.index;
            return Err(CommandError::new(
                Code::ConfigurationInvalid,
                format!("the source of `{project}` is the index `{source}`, which has no URL"),
            )
            .hint(format!(
                "name it: `--index {source}=URL`, or an `[[index]]` in tilsit.toml"
            )));
        };
        let name = project
            .parse()
            .map_err(|error| CommandError::from_error(Code::ConfigurationInvalid, &error))?;
        pins.insert(name, named_url(index, context)?);
    }
    Ok(pins)
}

/// The source of a project that counts here: the first whose marker holds.
fn source_here(
    project: &str,
    sources: ProjectSources,
    here: Option<&MarkerEnvironment>,
    context: &Context,
) -> Result<Option<Source>, CommandError> {
    for source in sources.0 {
        let Some(text) = &source.marker else {
            return Ok(Some(source));
        };
        let marker: Marker = text.parse().map_err(|error| {
            let message = format!("the marker of a source of `{project}` is not valid");
            CommandError::new(Code::ConfigurationInvalid, message).caused_by(format!("{error}"))
        })?;
        match here {
            Some(here) if marker.evaluate(here, &[]) => return Ok(Some(source)),
            Some(_) => {}
            None => context.terminal.warn(format_args!(
                "the source of `{project}` for `{text}` is passed over: the resolution is for all \
                 environments at once"
            )),
        }
    }
    Ok(None)
}

fn of_pip(interpreter: &Interpreter, context: &Context) -> Result<String, CommandError> {
    if let Some(default) = interpreter.default_index() {
        let found_in = default.found_in.display();
        context
            .terminal
            .detail(format_args!("Using the default index of `{found_in}`"));
        return Ok(default.url);
    }
    let python = interpreter.base_executable().display();
    Err(
        CommandError::new(Code::NoIndex, "no package index is known")
            .caused_by(format!("`{python}` has no pip to take the default from"))
            .hint("name one: `--index-url URL`, `TILSIT_INDEX_URL`, or `index-url` in tilsit.toml"),
    )
}

/// The URL of an index; user and password of one with a name may stand in variables:
/// `TILSIT_INDEX_<NAME>_USERNAME` and `…_PASSWORD`, or the same with `UV_INDEX_`.
fn named_url(index: &NamedIndex, context: &Context) -> Result<IndexUrl, CommandError> {
    let url = index_url(&index.url)?;
    let Some(name) = &index.name else {
        return Ok(url);
    };
    let name: String = name
        .chars()
        .map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() => letter.to_ascii_uppercase(),
            _ => '_',
        })
        .collect();
    let variable = |what: &str| {
        ["TILSIT", "UV"].iter().find_map(|tool| {
            let variable = format!("{tool}_INDEX_{name}_{what}");
            context.variables.text(&variable).map(str::to_owned)
        })
    };
    let (user, password) = (variable("USERNAME"), variable("PASSWORD"));
    if user.is_none() && password.is_none() {
        return Ok(url);
    }
    let user = user.or_else(|| Some(url.credential()?.user().to_owned()));
    let credential = Credential::new(user.unwrap_or_default(), password.unwrap_or_default());
    Ok(url.with_credential(credential))
}

fn index_url(text: &str) -> Result<IndexUrl, CommandError> {
    text.parse()
        .map_err(|error| CommandError::from_error(Code::Usage, &error))
}

/// A `--find-links` value: a URL, or a path.
fn link_url(text: &str, working_folder: &Path) -> Result<Url, CommandError> {
    if text.contains("://") {
        return Url::parse(text).map_err(|error| {
            CommandError::new(Code::Usage, "a `--find-links` URL is not valid")
                .caused_by(error.to_string())
        });
    }
    let path = working_folder.join(text);
    let url = if path.is_dir() {
        Url::from_directory_path(&path)
    } else {
        Url::from_file_path(&path)
    };
    url.map_err(|()| {
        let shown = path.display();
        CommandError::new(
            Code::Usage,
            format!("the path `{shown}` cannot be written as a URL"),
        )
    })
}
