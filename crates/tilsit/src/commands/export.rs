//! `tilsit export`: the lock, or a part of it, in the forms of other tools.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use tilsit_files::Durability;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{Package, PackageSource, is_pylock_file_name};
use tilsit_project::export::{self, Component, Folders, LineOptions};
use tilsit_project::lock::{Graph, Lock, Part, Selection};
use tilsit_project::pipfile::{self, Pipfile, PipfileLock};

use crate::commands::sync::FixedOptions;
use crate::commands::sync::selecting::{Chosen, SelectionOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::locking::LockedOptions;
use crate::projects::Project;
use crate::report::Report;
use crate::terminal::{GOOD, count};

/// Write the lock, or a part of it, in the form of another tool
///
/// What is written is for all systems and Pythons that the lock is for, with markers where it differs;
/// the extras and groups that are chosen are resolved away. The lock is made to fit the project first,
/// unless `--locked` or `--frozen` forbids that.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The form; told by the name of the output file where nothing is said, else `requirements.txt`
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write to this file in place of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Leave the hashes of files out
    #[arg(long)]
    no_hashes: bool,
    /// Leave out the comment at the top
    #[arg(long)]
    no_header: bool,
    /// Leave out who requires what
    #[arg(long)]
    no_annotate: bool,
    /// Name folders to be built and installed, so that later changes to them do not show
    #[arg(long)]
    no_editable: bool,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    fixed: FixedOptions,
    #[command(flatten)]
    locked: LockedOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A requirements file with hashes and markers
    #[value(name = "requirements.txt", alias = "requirements-txt")]
    Requirements,
    /// A constraints file: versions without hashes
    #[value(name = "constraints.txt", aliases = ["constraints", "constraints-txt"])]
    Constraints,
    /// A lock for other tools, without `[tool.tilsit]`
    #[value(name = "pylock.toml", alias = "pylock-toml")]
    Pylock,
    /// pipenv's lock: the project as `default`, the group `dev` as `develop`
    #[value(name = "pipfile-lock", aliases = ["Pipfile.lock", "pipfile.lock"])]
    PipfileLock,
    /// conda's, with the lock in its `pip` section
    #[value(name = "environment.yml", aliases = ["conda", "environment.yaml"])]
    Conda,
    /// A bill of materials: `CycloneDX` 1.5 as JSON
    #[value(name = "cyclonedx1.5", alias = "cyclonedx")]
    CycloneDx,
}

impl Format {
    /// The form that files of this name have.
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        match name {
            _ if is_pylock_file_name(name) => Some(Self::Pylock),
            "Pipfile.lock" => Some(Self::PipfileLock),
            "environment.yml" | "environment.yaml" => Some(Self::Conda),
            _ if name.ends_with(".cdx.json") || name == "bom.json" => Some(Self::CycloneDx),
            _ if name.starts_with("constraints") => Some(Self::Constraints),
            _ => None,
        }
    }

    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let project = arguments.locked.project(context)?;
    let lock = arguments.locked.fitting(&project, &arguments.fixed)?;
    let chosen = arguments.selection.choose(&project.workspace)?;
    let graph = lock.graph(&chosen.selection)?;
    let path = arguments.output_file.as_ref();
    let path = path.map(|path| context.resolve(path));
    let format = arguments.format.or_else(|| Format::of(path.as_deref()?));
    let format = format.unwrap_or(Format::Requirements);
    let exporting = Exporting {
        arguments,
        project: &project,
        chosen: &chosen,
        lock: &lock,
        graph: &graph,
    };
    let parts = exporting.parts();
    let text = exporting.text(format, &parts, path.as_deref())?;
    exporting.advise(format, &parts);
    let result = json!({
        "format": format.name(),
        "output_file": path,
        "packages": parts.iter().map(entry).collect::<Vec<_>>(),
    });
    let Some(path) = path else {
        return Ok(Report::new(text, result));
    };
    tilsit_files::write_atomic(&path, text, Durability::Fast)?;
    let (packages, shown) = (count(parts.len(), "package"), context.show(&path));
    context
        .terminal
        .say(format_args!("{GOOD}Exported{GOOD:#} {packages} to {shown}"));
    Ok(Report::silent(result))
}

/// An export under way.
struct Exporting<'a> {
    arguments: &'a Arguments,
    project: &'a Project,
    chosen: &'a Chosen,
    lock: &'a Lock,
    graph: &'a Graph<'a>,
}

impl<'a> Exporting<'a> {
    fn is_omitted(&self, name: &ProjectName) -> bool {
        let workspace = &self.project.workspace;
        self.chosen.omitted.includes(name, workspace)
    }

    /// What is wanted and not left out.
    fn parts(&self) -> Vec<Part<'a>> {
        let mut parts = self.graph.parts();
        parts.retain(|part| !self.is_omitted(&part.package.name));
        parts
    }

    fn text(
        &self,
        format: Format,
        parts: &[Part<'_>],
        path: Option<&Path>,
    ) -> Result<String, CommandError> {
        let root = &self.project.workspace.root;
        let folders = Folders {
            lock: root,
            output: path.and_then(Path::parent).unwrap_or(root),
        };
        let header = self.header(format);
        let options = LineOptions {
            header: (!self.arguments.no_header).then_some(&*header),
            hashes: !self.arguments.no_hashes,
            annotate: !self.arguments.no_annotate,
            editable: !self.arguments.no_editable,
        };
        let component = self.component();
        let text = match format {
            Format::Requirements => export::requirements(parts, folders, options),
            Format::Constraints => export::constraints(parts, folders, options),
            Format::Pylock => Ok(export::pylock(self.lock, parts, folders).to_toml()),
            Format::PipfileLock => return self.pipfile_lock(),
            Format::Conda => {
                let pythons = self.lock.requires_python();
                export::environment_yml(&component.0, pythons, parts, folders)
            }
            Format::CycloneDx => {
                let component = Component {
                    name: &component.0,
                    version: component.1.as_deref(),
                    tool_version: env!("CARGO_PKG_VERSION"),
                };
                let is_omitted = |package: &Package| self.is_omitted(&package.name);
                Ok(export::cyclonedx(
                    self.graph,
                    component,
                    folders,
                    &is_omitted,
                ))
            }
        };
        text.map_err(|error| CommandError::from_error(Code::LockInvalid, &error))
    }

    /// What is chosen by category, each for itself.
    fn pipfile_lock(&self) -> Result<String, CommandError> {
        let workspace = &self.project.workspace;
        let chosen = &self.chosen.selection;
        let mut wanted = Vec::new();
        if !chosen.only_groups {
            let alone = Selection {
                groups: Vec::new(),
                ..chosen.clone()
            };
            wanted.push((pipfile::DEFAULT, alone));
        }
        for group in &chosen.groups {
            let only = Selection {
                groups: vec![group.clone()],
                only_groups: true,
                ..chosen.clone()
            };
            let is_dev = group.as_str() == workspace.dev_group();
            let category = if is_dev {
                pipfile::DEVELOP
            } else {
                group.as_str()
            };
            wanted.push((category, only));
        }
        let mut categories = Vec::new();
        for (category, selection) in wanted {
            let mut parts = self.lock.portion(&selection)?;
            parts.retain(|part| !self.is_omitted(&part.package.name));
            if !parts.is_empty() {
                categories.push((category.to_owned(), parts));
            }
        }
        // Where there is no Pipfile, the lock answers one that asks for nothing.
        let empty = Pipfile::default();
        let pipfile = workspace.pipfile.as_ref().unwrap_or(&empty);
        let mut packages = self.lock.pylock.packages.iter();
        let index = packages.find_map(|package| package.index.as_deref());
        let index = index.unwrap_or_default().trim_end_matches('/');
        PipfileLock::write_categories(pipfile, &categories, index)
            .map_err(|error| CommandError::from_error(Code::LockInvalid, &error))
    }

    /// The command that makes the same again, as far as it says what is wanted.
    fn header(&self, format: Format) -> String {
        let mut words = vec!["tilsit export".to_owned()];
        if format != Format::Requirements {
            words.push(format!("--format {}", format.name()));
        }
        words.extend(self.arguments.selection.words());
        for (given, option) in [
            (self.arguments.no_hashes, "--no-hashes"),
            (self.arguments.no_annotate, "--no-annotate"),
            (self.arguments.no_editable, "--no-editable"),
        ] {
            if given {
                words.push(option.to_owned());
            }
        }
        if let Some(path) = &self.arguments.output_file {
            words.push(format!("-o {}", path.display()));
        }
        words.join(" ")
    }

    /// What all of it is for: the name and version of the project, or the name of the folder.
    fn component(&self) -> (String, Option<String>) {
        let workspace = &self.project.workspace;
        let current = workspace.current.as_ref();
        let member = current.and_then(|name| workspace.members.get(name));
        if let Some(member) = member.or_else(|| workspace.root_member()) {
            let version = member.project.version.as_ref();
            return (member.name.to_string(), version.map(ToString::to_string));
        }
        let folder = workspace.root.file_name();
        let folder = folder.map_or_else(|| "workspace".into(), |name| name.to_string_lossy());
        (folder.into_owned(), None)
    }

    /// Says beforehand what an installer will refuse.
    fn advise(&self, format: Format, parts: &[Part<'_>]) {
        let has_hash = |part: &&Part<'_>| {
            !matches!(
                part.package.source,
                PackageSource::Directory(_) | PackageSource::Vcs(_)
            )
        };
        let with_hashes = format == Format::Requirements && !self.arguments.no_hashes;
        let without = parts.iter().find(|part| !has_hash(part));
        if let Some(part) =
            without.filter(|_| with_hashes && parts.iter().any(|part| has_hash(&part)))
        {
            let name = &part.package.name;
            self.project.context.terminal.warn(format_args!(
                "pip refuses `{name}`, a folder or repository, in a file with hashes: leave it out \
                 with `--no-emit-project` or `--no-emit-package`, or the hashes with `--no-hashes`"
            ));
        }
    }
}

fn entry(part: &Part<'_>) -> serde_json::Value {
    let package = part.package;
    json!({
        "name": package.name.as_str(),
        "version": package.version.as_ref().map(ToString::to_string),
        "marker": (!part.marker.is_true()).then(|| part.marker.to_string()),
        "required_by": part.required_by,
    })
}
