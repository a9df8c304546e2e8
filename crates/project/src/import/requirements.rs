//! Requirements files: what they ask for, with the files that they include, and as pins what was compiled
//! from them.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_packaging::direct_url::strip_credentials;
use tilsit_packaging::file_name::{SdistFileName, WheelFileName};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::requirements_file::{
    FileOption, IncludeKind, PathTarget, ReleaseControl, RequirementLine, RequirementsFile,
    Statement, Target, UrlTarget,
};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

use super::setuptools::name_in;
use super::{Candidate, Collector, Foreign, ImportError, Index, Listed, Pin, What, World, invalid};
use crate::edit::{GitReference, List, Location, Source};

/// How deep files may include others.
const DEPTH_MAX: usize = 16;

/// Reads a file, and the lock that goes with it.
pub(super) fn read(
    candidate: &Candidate,
    all: &[Candidate],
    world: World<'_>,
    foreign: &mut Foreign,
) -> Result<(), ImportError> {
    let mut reader = Reader {
        world,
        all,
        list: world.main_list(),
        seen: BTreeSet::new(),
        foreign,
    };
    reader.file(&candidate.file, IncludeKind::Requirements, 0)?;
    if let Some(lock) = &candidate.lock {
        reader.pins(lock)?;
    }
    Ok(())
}

struct Reader<'a> {
    world: World<'a>,
    /// All files that are imported, which need not be read again where they are included.
    all: &'a [Candidate],
    list: List,
    seen: BTreeSet<String>,
    foreign: &'a mut Foreign,
}

impl Reader<'_> {
    fn parse(&self, file: &str) -> Result<(String, RequirementsFile), ImportError> {
        let text = self.world.read(file)?;
        let parsed = RequirementsFile::parse(file, text.as_bytes(), self.world.variable);
        let parsed = parsed
            .map_err(|error| invalid(file, format!("line {}: {}", error.line, error.message)))?;
        Ok((text, parsed))
    }

    fn file(&mut self, file: &str, kind: IncludeKind, depth: usize) -> Result<(), ImportError> {
        if !self.seen.insert(file.to_owned()) || depth > DEPTH_MAX {
            return Ok(());
        }
        let (text, parsed) = self.parse(file)?;
        let because = Annotations::of(&text);
        let mut out = Collector::new(file);
        let mut included = Vec::new();
        for statement in &parsed.statements {
            match statement {
                Statement::Requirement(line) if kind == IncludeKind::Constraints => {
                    constraint(line, &mut out);
                }
                Statement::Requirement(line) => {
                    let by = because.by_others(line.line);
                    if let (Some(by), Some(pin)) = (by, pin(line)) {
                        let why = format!("only {by} needs it");
                        out.add(pin.name.as_str(), Some(line.line), What::Pinned(why));
                        self.foreign.pins.push(pin);
                    } else {
                        self.requirement(line, &mut out);
                    }
                }
                Statement::Include { line, kind, target } => {
                    let at = (*line, *kind);
                    included.extend(self.include(at, target, &mut out));
                }
                Statement::Option { line, option } => file_option(*line, option, &mut out),
            }
        }
        self.foreign.items.append(&mut out.items);
        for (kind, file) in included {
            self.file(&file, kind, depth + 1)?;
        }
        Ok(())
    }

    /// The file to read for `-r` and `-c`, if it is to be read here.
    fn include(
        &self,
        (line, kind): (usize, IncludeKind),
        target: &str,
        out: &mut Collector<'_>,
    ) -> Option<(IncludeKind, String)> {
        let option = match kind {
            IncludeKind::Requirements => "-r",
            IncludeKind::Constraints => "-c",
        };
        let key = format!("{option} {target}");
        if target.contains("://") {
            let why = "what is at a URL is not read: save it beside, and name that";
            out.add(key, Some(line), What::LeftOut(why.to_owned()));
            return None;
        }
        let file = joined(out.file, target);
        let is_it = |one: &&Candidate| one.file == file || one.lock.as_ref() == Some(&file);
        match self.all.iter().find(is_it) {
            None => {
                let what = match kind {
                    IncludeKind::Requirements => "its lines are taken as if they stood here",
                    IncludeKind::Constraints => "its lines limit versions",
                };
                out.add(key, Some(line), What::Stays(what.to_owned()));
                Some((kind, file))
            }
            Some(other) => {
                let what = match (&other.group, &self.list) {
                    (Some(included), List::Group(group))
                        if kind == IncludeKind::Requirements && included != group =>
                    {
                        What::Include {
                            group: group.clone(),
                            included: included.clone(),
                        }
                    }
                    _ => What::LeftOut("it is imported itself, into the same lock".to_owned()),
                };
                out.add(key, Some(line), what);
                None
            }
        }
    }

    fn requirement(&mut self, line: &RequirementLine, out: &mut Collector<'_>) {
        let key = shown(&line.target);
        let listed = match &line.target {
            Target::Named(requirement) => Ok(self.named(requirement, out.file)),
            Target::Url(target) => self.url(target, line.editable, out.file),
            Target::Path(target) => self.path(target, line.editable, out.file),
        };
        let what = match listed {
            Ok(listed) => What::Requirement(Box::new(listed)),
            Err(why) => What::LeftOut(why),
        };
        out.add(key, Some(line.line), what);
        if !line.config_settings.is_empty() || !line.global_options.is_empty() {
            let why = "what a build is told belongs to the command: `-C KEY=VALUE`";
            let key = "--config-settings";
            out.add(key, Some(line.line), What::LeftOut(why.to_owned()));
        }
    }

    fn named(&self, requirement: &Requirement, file: &str) -> Listed {
        let mut requirement = requirement.clone();
        let mut source = None;
        if let RequirementSource::Url(url) = &requirement.source {
            if url.contains(':') {
                let url = strip_credentials(url, &["git"]);
                requirement.source = RequirementSource::Url(url);
            } else {
                let path = joined(file, url);
                let location = Location::Path {
                    path,
                    editable: None,
                };
                source = Some(Source::of(location));
                requirement.source = RequirementSource::Specifiers(VersionSpecifiers::any());
            }
        }
        Listed {
            list: self.list.clone(),
            requirement,
            text: None,
            source,
        }
    }

    fn listed(&self, name: ProjectName, location: Location, marker: Marker) -> Listed {
        Listed {
            list: self.list.clone(),
            requirement: Requirement {
                marker,
                ..Requirement::any(name)
            },
            text: None,
            source: Some(Source { location, marker }),
        }
    }

    fn url(&self, target: &UrlTarget, editable: bool, file: &str) -> Result<Listed, String> {
        let public = strip_credentials(&target.url, &["git"]);
        let plain = public.split('#').next().unwrap_or_default();
        if let Some(path) = plain.strip_prefix("file:")
            && !path.starts_with("//")
        {
            let target = PathTarget {
                path: path.to_owned(),
                extras: target.extras.clone(),
                marker: target.marker,
            };
            return self.path(&target, editable, file);
        }
        let last = plain.rsplit('/').next().unwrap_or_default();
        let name = target.name.clone().or_else(|| archive_name(last));
        let name = name.ok_or("nothing says its name: write it in front, `NAME @ URL`")?;
        let location = match plain.strip_prefix("git+") {
            Some(url) => {
                let (url, revision) = git_revision(url);
                Location::Git {
                    url: url.to_owned(),
                    reference: revision.map(|text| GitReference::Revision(text.to_owned())),
                    subdirectory: target.subdirectory.clone(),
                }
            }
            None => Location::Url {
                url: plain.to_owned(),
                subdirectory: target.subdirectory.clone(),
            },
        };
        let mut listed = self.listed(name, location, target.marker);
        listed.requirement.extras.clone_from(&target.extras);
        Ok(listed)
    }

    fn path(&self, target: &PathTarget, editable: bool, file: &str) -> Result<Listed, String> {
        let path = joined(file, &target.path);
        if path == "." {
            return Err("it is the project itself, which `tilsit sync` installs".to_owned());
        }
        let full = self.world.folder.join(&path);
        let last = path.rsplit('/').next().unwrap_or_default();
        let name = if full.is_dir() {
            name_in(&full).and_then(|name| name.parse().ok())
        } else {
            archive_name(last)
        };
        let name = name.ok_or("nothing there states its name")?;
        let location = Location::Path {
            path,
            editable: editable.then_some(true),
        };
        let mut listed = self.listed(name, location, target.marker);
        listed.requirement.extras.clone_from(&target.extras);
        Ok(listed)
    }

    /// The versions of a compiled file.
    fn pins(&mut self, file: &str) -> Result<(), ImportError> {
        let (_, parsed) = self.parse(file)?;
        let before = self.foreign.pins.len();
        let pins = parsed.requirements().filter_map(pin);
        self.foreign.pins.extend(pins);
        self.foreign.pinned(file, before);
        Ok(())
    }
}

fn constraint(line: &RequirementLine, out: &mut Collector<'_>) {
    let what = match &line.target {
        Target::Named(requirement) if requirement.url().is_none() => {
            What::setting("constraint-dependencies", requirement.to_string())
        }
        _ => What::LeftOut("a place limits no versions".to_owned()),
    };
    out.add(shown(&line.target), Some(line.line), what);
}

fn file_option(line: usize, option: &FileOption, out: &mut Collector<'_>) {
    let index = |url: &str, is_default| {
        What::Index(Index {
            name: None,
            url: url.to_owned(),
            is_default,
            is_explicit: false,
        })
    };
    let truth = |key: &str| What::key(&["tool", "tilsit"], key, true);
    let left = |why: &str| What::LeftOut(why.to_owned());
    let (key, what) = match option {
        FileOption::IndexUrl(url) => ("--index-url", index(url, true)),
        FileOption::ExtraIndexUrl(url) => ("--extra-index-url", index(url, false)),
        FileOption::NoIndex => ("--no-index", truth("no-index")),
        FileOption::FindLinks(link) => {
            let link = if link.contains("://") {
                link.clone()
            } else {
                joined(out.file, link)
            };
            ("--find-links", What::setting("find-links", link))
        }
        FileOption::TrustedHost(host) => ("--trusted-host", What::setting("trusted-host", host)),
        FileOption::Pre => ("--pre", truth("pre")),
        FileOption::PreferBinary => ("--prefer-binary", truth("prefer-binary")),
        FileOption::RequireHashes | FileOption::NoRequireHashes => (
            "--require-hashes",
            left("a lock has hashes, and they are checked"),
        ),
        FileOption::NoBinary(words) => return controls(line, "no-binary", words, out),
        FileOption::OnlyBinary(words) => return controls(line, "only-binary", words, out),
        FileOption::AllReleases(words) => return controls(line, "all-releases", words, out),
        FileOption::OnlyFinal(words) => return controls(line, "only-final", words, out),
        _ => ("--use-feature", left("it is a feature of pip's own")),
    };
    out.add(key, Some(line), what);
}

fn controls(line: usize, key: &str, words: &[ReleaseControl], out: &mut Collector<'_>) {
    for word in words {
        let text = match word {
            ReleaseControl::All => ":all:".to_owned(),
            ReleaseControl::None => ":none:".to_owned(),
            ReleaseControl::Project(name) => name.to_string(),
        };
        out.add(format!("--{key}"), Some(line), What::setting(key, text));
    }
}

/// What is pinned by a line: `name==version`.
fn pin(line: &RequirementLine) -> Option<Pin> {
    let Target::Named(requirement) = &line.target else {
        return None;
    };
    let hashes = line.hashes.iter();
    let hashes = hashes.map(|hash| format!("{}:{}", hash.algorithm, hash.digest));
    Some(Pin {
        name: requirement.name.clone(),
        version: pinned_version(requirement)?,
        marker: requirement.marker,
        hashes: hashes.collect(),
    })
}

/// The version of `name==version`.
pub(super) fn pinned_version(requirement: &Requirement) -> Option<Version> {
    let specifiers = requirement.specifiers()?.to_string();
    let version = specifiers.strip_prefix("==")?;
    version.trim_start_matches('=').trim().parse().ok()
}

/// A path in a file, as it is seen from the project's folder: with `/`, without `.` and `..` where it can
/// be.
pub(super) fn joined(file: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    if path.starts_with('/') {
        return path;
    }
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

/// The repository and what stands behind `@` in its path.
pub(super) fn git_revision(url: &str) -> (&str, Option<&str>) {
    let path = url.find("://").map_or(0, |scheme| scheme + 3);
    let path = url[path..]
        .find('/')
        .map_or(url.len(), |slash| path + slash);
    match url[path..].rfind('@') {
        Some(at) => (&url[..path + at], Some(&url[path + at + 1..])),
        None => (url, None),
    }
}

/// The project of a wheel or an sdist, by the name of its file.
fn archive_name(file: &str) -> Option<ProjectName> {
    let wheel = file.parse::<WheelFileName>().map(|wheel| wheel.name);
    wheel
        .ok()
        .or_else(|| file.parse::<SdistFileName>().ok().map(|sdist| sdist.name))
}

fn shown(target: &Target) -> String {
    match target {
        Target::Named(requirement) => {
            let bare = Requirement::any(requirement.name.clone());
            bare.to_string()
        }
        Target::Url(target) => strip_credentials(&target.url, &["git"]),
        Target::Path(target) => target.path.clone(),
    }
}

/// Why a compiled file says that its lines are there: `# via flask`.
struct Annotations(BTreeMap<usize, Vec<String>>);

impl Annotations {
    fn of(text: &str) -> Self {
        let mut because: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let mut current = 0;
        let mut is_via = false;
        for (number, line) in text.lines().enumerate() {
            let is_start = line.starts_with(|first: char| first.is_ascii_alphanumeric());
            if is_start {
                (current, is_via) = (number + 1, false);
            }
            let Some((_, comment)) = line.split_once('#') else {
                continue;
            };
            if !is_start && !line.starts_with([' ', '\t']) {
                (current, is_via) = (0, false);
            }
            let comment = comment.trim();
            let words = match comment.strip_prefix("via") {
                Some(words) => {
                    is_via = true;
                    words
                }
                None if is_via => comment,
                None => continue,
            };
            let words = words
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty());
            let known = because.entry(current).or_default();
            known.extend(words.map(str::to_owned));
        }
        Self(because)
    }

    /// Who needs a line, if that is other projects alone.
    fn by_others(&self, line: usize) -> Option<String> {
        let by = self.0.get(&line)?;
        let is_project = |word: &String| word.parse::<ProjectName>().is_ok();
        let is_others = !by.is_empty() && by.iter().all(is_project);
        is_others.then(|| by.join(", "))
    }
}
