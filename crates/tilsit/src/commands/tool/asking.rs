//! From what is typed to what is asked for: requirements with full paths and names, and the settings
//! that go with the tool.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize as _;
use tilsit_environment::Interpreter;
use tilsit_index_client::Refresh;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;
use tilsit_resolver::{Preferences, RootRequirement};
use tilsit_tools::{Addition, Asked};
use url::Url;

use crate::building::{self, BuildSettings};
use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::configuration::{Configuration, NamedIndex, Settings};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::requirements::{ConstraintOptions, Wanted, constraints_of};
use crate::resolving::{self, Elsewhere, Question};

/// What is installed beside a tool.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct AdditionOptions {
    /// Install these requirements beside it (pipx: inject)
    #[arg(short = 'w', long, value_name = "REQUIREMENT", value_delimiter = ',')]
    with: Vec<String>,
    /// Install the project in this folder beside it, so that changes to it show at once
    #[arg(long, value_name = "PATH")]
    with_editable: Vec<String>,
    /// Install what this file lists beside it
    #[arg(long, value_name = "FILE")]
    with_requirements: Vec<PathBuf>,
    #[command(flatten)]
    limits: ConstraintOptions,
}

impl AdditionOptions {
    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.with.is_empty()
            && self.with_editable.is_empty()
            && self.with_requirements.is_empty()
            && self.limits.constraint.is_empty()
            && self.limits.r#override.is_empty()
    }

    /// What is added to what is typed, as one wish.
    pub(super) fn gather(&self, typed: &str, context: &Context) -> Result<Wanted, CommandError> {
        let mut all = vec![typed.to_owned()];
        all.extend(self.with.iter().cloned());
        let mut wanted = Wanted::gather(&all, &self.with_requirements, &self.limits, context)?;
        wanted.add_editables(&self.with_editable, context)?;
        Ok(wanted)
    }
}

/// What is typed for one tool.
pub(super) struct Typed<'a> {
    pub(super) target: &'a str,
    pub(super) is_editable: bool,
    pub(super) additions: &'a AdditionOptions,
    pub(super) with_programs_of: &'a [String],
    pub(super) python: Option<&'a str>,
    pub(super) suffix: &'a str,
    /// The options of the command as settings.
    pub(super) settings: Settings,
}

/// What names are asked with: some requirements get theirs from a build.
pub(super) struct Naming<'a> {
    pub(super) configuration: &'a Configuration,
    pub(super) interpreter: &'a Interpreter,
    pub(super) build: &'a BuildSettings,
}

impl Typed<'_> {
    /// What is asked for.
    ///
    /// # Errors
    /// When something typed is not a requirement, or cannot be had or built to learn its name.
    pub(super) fn asked(
        &self,
        naming: &Naming<'_>,
        context: &Context,
    ) -> Result<Asked, CommandError> {
        let target = [self.target.to_owned()];
        let (own, _) = if self.is_editable {
            naming.named(&[], &[], &target, context)?
        } else {
            naming.named(&target, &[], &[], context)?
        };
        let (one, rest) = own
            .split_first()
            .ok_or_else(|| nothing_named(self.target))?;
        if !rest.is_empty() {
            return Err(nothing_named(self.target));
        }
        let AdditionOptions {
            with,
            with_editable,
            with_requirements,
            limits,
        } = self.additions;
        let (mut added, of_files) =
            naming.named(with, with_requirements, with_editable, context)?;
        let (shown, _) = naming.named(self.with_programs_of, &[], &[], context)?;
        added.extend(shown.into_iter().map(|one| Addition {
            has_programs: true,
            ..one
        }));
        let only_overrides = ConstraintOptions {
            constraint: Vec::new(),
            r#override: limits.r#override.clone(),
        };
        let overrides = Wanted::gather(&[], &[], &only_overrides, context)?.overrides;
        let mut options = to_table(&of_files);
        options.extend(to_table(&self.settings));
        Ok(Asked {
            requirement: one.requirement.clone(),
            is_editable: one.is_editable,
            suffix: self.suffix.to_owned(),
            with: added,
            python: self.python.map(str::to_owned),
            constraints: plain(constraints_of(&limits.constraint, context)?),
            overrides: plain(overrides),
            options,
        })
    }
}

impl Naming<'_> {
    /// What is typed, with names, and the settings in its files.
    fn named(
        &self,
        typed: &[String],
        files: &[PathBuf],
        editables: &[String],
        context: &Context,
    ) -> Result<(Vec<Addition>, Settings), CommandError> {
        let limits = ConstraintOptions::default();
        let mut wanted = Wanted::gather(typed, files, &limits, context)?;
        wanted.add_editables(editables, context)?;
        wanted.build = self.build.clone();
        if !wanted.unnamed.is_empty() {
            let question = Question {
                wanted: &wanted,
                configuration: self.configuration,
                interpreter: self.interpreter,
                preferences: Preferences::default(),
                elsewhere: Elsewhere::default(),
                no_deps: false,
                refresh: Refresh::No,
                installed: std::collections::BTreeMap::new(),
                pages_only: false,
            };
            let frontend = resolving::frontend(&question, context)?;
            let here = self.interpreter.marker_environment();
            wanted = building::with_names(&wanted, Some(here), &frontend)?;
        }
        if let Some(name) = wanted.hashes.keys().next() {
            let message = format!("a hash is given for `{name}`, and a tool does not keep hashes");
            return Err(
                CommandError::new(Code::RequirementUnsupported, message).hint(
                    "leave it out; the tool's own `pylock.toml` has the hashes of what it gets",
                ),
            );
        }
        let mut editables = wanted.editables.iter();
        if let Some(url) = editables.find(|url| url.starts_with("git+")) {
            let message = format!("the repository `{url}` cannot be an editable tool");
            return Err(CommandError::new(Code::RequirementUnsupported, message)
                .hint("clone it, and install the clone with `--editable`"));
        }
        let here = self.interpreter.marker_environment();
        let settings = wanted.settings().clone();
        let editables = &wanted.editables;
        let named = wanted.requirements.iter().map(|root| &root.requirement);
        let named = named.filter(|one| one.marker.evaluate(here, &[]));
        let additions = named.map(|requirement| Addition {
            requirement: requirement.clone(),
            is_editable: requirement.url().is_some_and(|url| editables.contains(url)),
            has_programs: false,
        });
        Ok((additions.collect(), settings))
    }
}

fn nothing_named(typed: &str) -> CommandError {
    let message = format!("`{typed}` names no tool for this Python");
    CommandError::new(Code::RequirementInvalid, message)
        .hint("as `tilsit tool install ruff`, `'ruff>=0.6'`, `ruff@0.6.4`, a path or a URL")
}

fn plain(roots: Vec<RootRequirement>) -> Vec<Requirement> {
    roots.into_iter().map(|root| root.requirement).collect()
}

/// `ruff@0.6.4` as a requirement, and whether it says `@latest`; else what is typed.
pub(super) fn at_version(typed: &str) -> (String, bool) {
    let found = || {
        let (name, version) = typed.rsplit_once('@')?;
        let bare = name.split('[').next()?;
        let _: ProjectName = bare.trim().parse().ok()?;
        let version = version.trim();
        if version == "latest" {
            return Some((name.to_owned(), true));
        }
        let version: Version = version.parse().ok()?;
        Some((format!("{name}=={version}"), false))
    };
    found().unwrap_or_else(|| (typed.to_owned(), false))
}

/// The options that a tool keeps: where its projects are from and which versions are taken. How
/// servers are reached is not the tool's.
pub(super) fn kept_settings(
    index: &IndexOptions,
    resolver: &ResolverOptions,
    context: &Context,
) -> Result<Settings, CommandError> {
    let index = index.settings(context)?;
    Ok(without_passwords(Settings {
        index_url: index.index_url,
        extra_index_url: index.extra_index_url,
        index: index.index,
        no_index: index.no_index,
        find_links: index.find_links.map(|links| {
            let links = links.into_iter();
            links.map(|link| full_link(link, context)).collect()
        }),
        trusted_host: index.trusted_host,
        cert: index.cert,
        client_cert: index.client_cert,
        keyring_provider: index.keyring_provider,
        ..resolver.settings()
    }))
}

/// The settings without passwords in the URLs of indexes: these have no place in a receipt, and the next
/// command finds them as it finds others.
pub(super) fn without_passwords(settings: Settings) -> Settings {
    let all = |urls: Vec<String>| urls.into_iter().map(without_password).collect();
    Settings {
        index_url: settings.index_url.map(without_password),
        extra_index_url: settings.extra_index_url.map(all),
        index: settings.index.map(|indexes| {
            let indexes = indexes.into_iter().map(|one| NamedIndex {
                url: without_password(one.url),
                ..one
            });
            indexes.collect()
        }),
        find_links: settings.find_links.map(all),
        ..settings
    }
}

fn full_link(link: String, context: &Context) -> String {
    if link.contains("://") {
        return link;
    }
    context
        .resolve(link.as_ref())
        .to_string_lossy()
        .into_owned()
}

/// A URL without its password; other texts as they are.
pub(super) fn without_password(text: String) -> String {
    let Ok(mut url) = Url::parse(&text) else {
        return text;
    };
    if url.password().is_some() && url.set_password(None).is_ok() {
        return url.into();
    }
    text
}

/// Settings as a receipt has them.
pub(super) fn to_table(settings: &Settings) -> toml::Table {
    toml::Table::try_from(settings).expect("settings are texts, flags, lists and tables")
}

/// The settings that a tool was asked with.
///
/// # Errors
/// When one is of a wrong kind, or unknown.
pub(super) fn settings_of(asked: &Asked) -> Result<Settings, CommandError> {
    let name = asked.name();
    let invalid = |reason: String| {
        let message = format!("the options of the tool `{name}` are not valid");
        CommandError::new(Code::ConfigurationInvalid, message).caused_by(reason)
    };
    let settings = Settings::deserialize(asked.options.clone());
    let settings = settings.map_err(|error| invalid(error.message().to_owned()))?;
    match settings.unknown.keys().next() {
        None => Ok(settings),
        Some(key) => Err(invalid(format!("`{key}` is unknown"))),
    }
}

/// What is asked for, as what is resolved.
///
/// # Errors
/// When a file of constraints that always apply cannot be read.
pub(super) fn wanted_of(asked: &Asked, context: &Context) -> Result<Wanted, CommandError> {
    let mut wanted = Wanted::gather(&[], &[], &ConstraintOptions::default(), context)?;
    let origin = format!("the tool `{}`", asked.name());
    let root = |requirement: &Requirement| RootRequirement::new(requirement.clone(), &*origin);
    let own = Addition {
        is_editable: asked.is_editable,
        ..Addition::of(asked.requirement.clone())
    };
    for one in std::iter::once(&own).chain(&asked.with) {
        wanted.requirements.push(root(&one.requirement));
        if let Some(url) = one.requirement.url().filter(|_| one.is_editable) {
            wanted.editables.insert(url.to_owned());
        }
    }
    wanted
        .constraints
        .extend(asked.constraints.iter().map(root));
    wanted.overrides.extend(asked.overrides.iter().map(root));
    Ok(wanted)
}

#[cfg(test)]
mod tests;
