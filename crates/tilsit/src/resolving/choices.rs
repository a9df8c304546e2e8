//! What the settings let be chosen: modes, dates and formats as users write them, and for which
//! Pythons and systems.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use tilsit_environment::Interpreter;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_project::policy::MinimumAge;
use tilsit_project::{Policy, Workspace};
use tilsit_provider::{
    CutOff, FilePolicy, ForbiddenReleases, FormatControl, IndexStrategy, Platform, ResolveOptions,
    Sources, elsewhere,
};
use tilsit_resolver::{PrereleaseMode, ResolutionMode, ResolverOptions, Target, Universal};

use super::Question;
use crate::commands::controls::Pair;
use crate::commands::options::WHEEL_VARIANTS;
use crate::commands::pip::foreign::OtherTags;
use crate::configuration::{Configuration, Settings};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// Other environments than the interpreter's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Elsewhere {
    /// Another version of Python; in a universal resolution the oldest.
    pub(crate) python: Option<Version>,
    /// Another system.
    pub(crate) platform: Option<Platform>,
    /// All systems, and all Pythons from the oldest on.
    pub(crate) universal: bool,
    /// Wheels with other tags, whatever the system says of itself.
    pub(crate) tags: Option<OtherTags>,
    /// The Pythons and environments of a project, all at once.
    pub(crate) project: Option<Universal>,
}

impl Elsewhere {
    /// Whether no other environment is meant.
    pub(crate) fn is_here(&self) -> bool {
        self.python.is_none()
            && self.platform.is_none()
            && !self.universal
            && self.tags.is_none()
            && self.project.is_none()
    }
}

/// The provider's options.
///
/// # Errors
/// When a setting is not understood.
pub(super) fn options(
    question: &Question<'_>,
    configuration: &Configuration,
    mut sources: Sources,
    (target, mut files): (Target, FilePolicy),
    context: &Context,
) -> Result<ResolveOptions, CommandError> {
    let mut resolver = ResolverOptions::for_target(target);
    (resolver.prereleases, resolver.prereleases_of) = prereleases(configuration)?;
    resolver.resolution = resolution_mode(configuration)?;
    let workspace = question.wanted.workspace.as_deref();
    resolver.direct = workspace.map_or_else(BTreeSet::new, Workspace::required);
    let policy = workspace.map(|workspace| &workspace.settings.policy);
    resolver.preferences.clone_from(&question.preferences);
    resolver.overrides.clone_from(&question.wanted.overrides);
    sources.strategy = strategy(configuration)?;
    (files.no_binary, files.only_binary) = formats(configuration)?;
    if let Some(except) = policy.and_then(|policy| policy.no_sdists.as_ref()) {
        files.only_binary = without_sdists(&files.only_binary, except);
    }
    files.variants = variants(configuration)?;
    files.prefer_binary = configuration.first(|settings| settings.prefer_binary) == Some(true);
    files.exclude_newer = cut_offs(configuration, context.now())?;
    if let Some(age) = policy.and_then(|policy| policy.minimum_age.as_ref()) {
        files.exclude_newer = at_least(age, &files.exclude_newer, context.now());
    }
    files.hashes = allowed_hashes(question);
    let any_python = configuration.first(|settings| settings.ignore_requires_python);
    files.any_python = any_python == Some(true);
    Ok(ResolveOptions {
        resolver,
        sources,
        files,
        no_dependencies: question.no_deps,
        pages_only: question.pages_only,
        installed: question.installed.clone(),
        forbidden: policy.map_or_else(Vec::new, forbidden),
    })
}

/// The releases that a policy forbids.
fn forbidden(policy: &Policy) -> Vec<ForbiddenReleases> {
    let forbidden = policy.forbidden.iter();
    let forbidden = forbidden.map(|one| ForbiddenReleases {
        names: one.names.clone(),
        versions: one.versions.clone(),
        words: one.words(),
    });
    forbidden.collect()
}

/// Every project's sdists are left out but those of `except`, of which are left out those that were.
fn without_sdists(before: &FormatControl, except: &BTreeSet<ProjectName>) -> FormatControl {
    let allowed = except.iter().filter(|name| !before.includes(name));
    FormatControl::AllBut(allowed.cloned().collect())
}

/// The earlier of two moments for each project: that of the settings, and that of a policy where it
/// counts.
fn at_least(age: &MinimumAge, said: &CutOff, now: Timestamp) -> CutOff {
    let latest = age.cut_off(now);
    let earlier =
        |moment: Option<Timestamp>| Some(moment.map_or(latest, |moment| moment.min(latest)));
    let mut single: BTreeMap<ProjectName, Option<Timestamp>> = BTreeMap::new();
    for (name, moment) in &said.single {
        single.insert(name.clone(), earlier(*moment));
    }
    for name in &age.except {
        single.insert(name.clone(), said.of(name));
    }
    CutOff {
        all: earlier(said.all),
        single,
    }
}

/// What the resolution is for, and the files that may be taken there.
///
/// # Errors
/// When there is no such environment.
pub(super) fn target(
    interpreter: &Interpreter,
    elsewhere_wanted: &Elsewhere,
) -> Result<(Target, FilePolicy), CommandError> {
    let Elsewhere {
        python,
        platform,
        universal,
        tags: other_tags,
        project,
    } = elsewhere_wanted;
    if let Some(universal) = project {
        let pythons = VersionRange::from(&universal.requires_python);
        let files = FilePolicy::universal(pythons, interpreter.tags());
        return Ok((Target::Universal(universal.clone()), files));
    }
    if *universal {
        let own = interpreter.version();
        let oldest = match python {
            Some(python) => python.clone(),
            None => Version::from_release(&[own.major(), own.minor()]),
        };
        let requires_python: VersionSpecifiers =
            format!(">={oldest}").parse().map_err(|error| {
                CommandError::new(Code::Usage, format!("`{oldest}` is no version of Python"))
                    .caused_by(format!("{error}"))
            })?;
        let pythons = VersionRange::from(&requires_python);
        let files = FilePolicy::universal(pythons, interpreter.tags());
        let target = Target::Universal(Universal {
            requires_python,
            environments: Vec::new(),
        });
        return Ok((target, files));
    }
    let environment = interpreter.marker_environment();
    let tags = interpreter.tags();
    let (environment, tags) = if python.is_none() && platform.is_none() {
        (environment.clone(), tags)
    } else {
        elsewhere(environment, &tags, python.as_ref(), platform.as_ref())
            .map_err(|error| CommandError::from_error(Code::Usage, &error))?
    };
    let tags = match other_tags {
        Some(other) => other.compatible(environment.python_full_version(), &interpreter.tags()),
        None => tags,
    };
    Ok((Target::Environment(environment), FilePolicy::new(tags)))
}

fn allowed_hashes(question: &Question<'_>) -> BTreeMap<ProjectName, BTreeSet<String>> {
    let hashes = question.wanted.hashes.iter();
    hashes
        .map(|(name, hashes)| {
            let texts = hashes
                .iter()
                .map(|hash| format!("{}:{}", hash.algorithm, hash.digest));
            (name.clone(), texts.collect())
        })
        .collect()
}

fn invalid(words: String) -> CommandError {
    CommandError::new(Code::ConfigurationInvalid, words)
}

/// The variants of wheels that may be taken, if that is tried at all.
fn variants(configuration: &Configuration) -> Result<Option<Vec<String>>, CommandError> {
    let chosen = configuration.all(|settings| settings.variant.as_ref());
    let tried = configuration.all(|settings| settings.preview_features.as_ref());
    if tried.iter().any(|feature| feature == WHEEL_VARIANTS) {
        return Ok(Some(chosen));
    }
    match chosen.first() {
        None => Ok(None),
        Some(label) => Err(CommandError::new(
            Code::Usage,
            format!(
                "the variant `{label}` is asked for, and wheels of variants are a draft (PEP 825)"
            ),
        )
        .hint("`--preview-features wheel-variants` tries them")),
    }
}

/// When pre-releases are taken: in general, and of single projects. Of two that stand in one place
/// pip's words say less than ours, which go before them.
fn prereleases(
    configuration: &Configuration,
) -> Result<(PrereleaseMode, BTreeMap<ProjectName, PrereleaseMode>), CommandError> {
    let mode = configuration.first(|settings| {
        let of_pre = |pre| if pre { "allow" } else { "if-necessary" }.to_owned();
        let (of_words, _) = releases(settings).prereleases();
        let mode = settings.prerelease.clone().or(of_words);
        mode.or_else(|| settings.pre.map(of_pre))
    });
    let mode = mode.map(|mode| prerelease_mode(&mode)).transpose()?;
    let mut single = BTreeMap::new();
    for settings in configuration.weakest_first() {
        let ours = settings.prerelease_package.clone().unwrap_or_default();
        for (name, mode) in releases(settings).prereleases().1.into_iter().chain(ours) {
            single.insert(project(&name)?, prerelease_mode(&mode)?);
        }
    }
    Ok((mode.unwrap_or_default(), single))
}

/// What one place says of releases in pip's words.
fn releases(settings: &Settings) -> Pair {
    let mut said = Pair::default();
    said.say_settings(
        settings.all_releases.as_deref(),
        settings.only_final.as_deref(),
    );
    said
}

fn prerelease_mode(text: &str) -> Result<PrereleaseMode, CommandError> {
    Ok(match text {
        "allow" => PrereleaseMode::Allow,
        "disallow" => PrereleaseMode::Disallow,
        "if-necessary" | "if-necessary-or-explicit" => PrereleaseMode::IfNecessary,
        "explicit" => PrereleaseMode::Explicit,
        other => {
            return Err(invalid(format!(
                "`prerelease` is `{other}`, not `allow`, `disallow`, `if-necessary` or `explicit`"
            )));
        }
    })
}

fn resolution_mode(configuration: &Configuration) -> Result<ResolutionMode, CommandError> {
    let named = configuration.first(|settings| settings.resolution.clone());
    match named.as_deref() {
        None | Some("highest") => Ok(ResolutionMode::Highest),
        Some("lowest") => Ok(ResolutionMode::Lowest),
        Some("lowest-direct") => Ok(ResolutionMode::LowestDirect),
        Some(other) => Err(invalid(format!(
            "`resolution` is `{other}`, not `highest`, `lowest` or `lowest-direct`"
        ))),
    }
}

fn strategy(configuration: &Configuration) -> Result<IndexStrategy, CommandError> {
    let named = configuration.first(|settings| settings.index_strategy.clone());
    match named.as_deref() {
        None | Some("first-index") => Ok(IndexStrategy::FirstIndex),
        Some("unsafe-first-match") => Ok(IndexStrategy::UnsafeFirstMatch),
        Some("unsafe-best-match") => Ok(IndexStrategy::UnsafeBestMatch),
        Some(other) => Err(invalid(format!(
            "`index-strategy` is `{other}`, not `first-index`, `unsafe-first-match` or \
             `unsafe-best-match`"
        ))),
    }
}

/// The values of a table of projects; of one project the strongest layer's.
fn by_project<T>(
    configuration: &Configuration,
    setting: impl Fn(&Settings) -> Option<&BTreeMap<String, String>>,
    read: impl Fn(&str) -> Result<T, CommandError>,
) -> Result<BTreeMap<ProjectName, T>, CommandError> {
    let mut values = BTreeMap::new();
    for (name, text) in configuration.merged(setting) {
        values.insert(project(&name)?, read(&text)?);
    }
    Ok(values)
}

fn project(text: &str) -> Result<ProjectName, CommandError> {
    let name = text.parse();
    name.map_err(|error| CommandError::from_error(Code::Usage, &error))
}

/// The wheels and the sdists that are left out.
///
/// # Errors
/// When a name is none.
pub(crate) fn formats(
    configuration: &Configuration,
) -> Result<(FormatControl, FormatControl), CommandError> {
    // A stronger layer takes back what a weaker one says of a project.
    let mut said = Pair::default();
    for settings in configuration.weakest_first() {
        said.say_settings(
            settings.no_binary.as_deref(),
            settings.only_binary.as_deref(),
        );
    }
    let (no_binary, only_binary) = said.words();
    let no_binary = Formats::read(&no_binary.unwrap_or_default())?;
    let mut only_binary = Formats::read(&only_binary.unwrap_or_default())?;
    let no_build = configuration.all(|settings| settings.no_build_package.as_ref());
    only_binary.names.extend(Formats::read(&no_build)?.names);
    if configuration.first(|settings| settings.no_build) == Some(true) {
        only_binary.all = true;
    }
    Ok((no_binary.but(&only_binary), only_binary.but(&no_binary)))
}

/// What `--no-binary` or `--only-binary` names.
#[derive(Debug, Default)]
struct Formats {
    all: bool,
    names: BTreeSet<ProjectName>,
}

impl Formats {
    /// Names with commas between them; `:all:`, and `:none:` which takes back what stands before.
    fn read(texts: &[String]) -> Result<Self, CommandError> {
        let mut formats = Self::default();
        for text in texts.iter().flat_map(|text| text.split(',')) {
            match text.trim() {
                "" => {}
                ":all:" => formats.all = true,
                ":none:" => formats = Self::default(),
                name => drop(formats.names.insert(project(name)?)),
            }
        }
        Ok(formats)
    }

    /// A project that the opposite option names is no part of `:all:`.
    fn but(&self, opposite: &Self) -> FormatControl {
        let except = opposite.names.difference(&self.names);
        let except: BTreeSet<ProjectName> = except.cloned().collect();
        match (self.all, except.is_empty(), self.names.is_empty()) {
            (true, true, _) => FormatControl::All,
            (true, false, _) => FormatControl::AllBut(except),
            (false, _, true) => FormatControl::None,
            (false, _, false) => FormatControl::Only(self.names.clone()),
        }
    }
}

fn cut_offs(configuration: &Configuration, now: Timestamp) -> Result<CutOff, CommandError> {
    let all = configuration.first(|settings| settings.exclude_newer.clone());
    Ok(CutOff {
        all: all.map(|text| cut_off(&text, now)).transpose()?,
        single: by_project(
            configuration,
            |settings| settings.exclude_newer_package.as_ref(),
            |text| match text {
                "false" => Ok(None),
                text => cut_off(text, now).map(Some),
            },
        )?,
    })
}

/// The moment after which files are ignored. A date means the whole day, in UTC; a span such as
/// `2 weeks` counts back from now.
pub(crate) fn cut_off(text: &str, now: Timestamp) -> Result<Timestamp, CommandError> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let end_of = |date: Date| {
        let next = date.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
        Some(next.timestamp())
    };
    let before_now = |span: Span| {
        let then = now.to_zoned(TimeZone::UTC).checked_sub(span.abs()).ok()?;
        Some(then.timestamp())
    };
    let date = text.parse::<Date>().ok().and_then(end_of);
    let moment = date.or_else(|| text.parse::<Span>().ok().and_then(before_now));
    moment.ok_or_else(|| {
        CommandError::new(
            Code::Usage,
            format!(
                "`{text}` is neither a date as 2026-06-30, nor a moment as 2026-06-30T12:00:00Z, \
                 nor a span as `2 weeks`"
            ),
        )
    })
}
