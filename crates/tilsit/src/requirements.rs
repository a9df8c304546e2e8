//! What is to be installed, from the command line and from requirements files, with the files that
//! these include. The grammar is [`tilsit_packaging::requirements_file`]'s; here the files are
//! read, and each requirement is told where it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::requirements_file::{
    FileHash, FileOption, IncludeKind, RequirementLine, RequirementsFile, Statement, Target,
    parse_target,
};
use tilsit_resolver::{Origin, RootRequirement};
use url::Url;

use crate::configuration::{Configuration, Settings};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// What stands between a file and a line in an origin; see [`file_of`].
const LINE: &str = ", line ";

/// The words for the place of a requirement that was typed.
pub(crate) const COMMAND_LINE: &str = "the command line";

/// Constraints.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ConstraintOptions {
    /// Limit versions as this file says, without installing anything for it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) constraint: Vec<PathBuf>,
    /// Take these requirements in place of what others require of the same projects
    #[arg(long, value_name = "FILE")]
    pub(crate) r#override: Vec<PathBuf>,
}

/// Everything that was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// What must be there.
    pub(crate) requirements: Vec<RootRequirement>,
    /// What limits versions.
    pub(crate) constraints: Vec<RootRequirement>,
    /// What stands in the place of others' requirements.
    pub(crate) overrides: Vec<RootRequirement>,
    /// The hashes that a project's file may have.
    pub(crate) hashes: BTreeMap<ProjectName, Vec<FileHash>>,
    /// The options in the files, as a layer of settings.
    settings: Settings,
}

/// What a file's lines are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Requirements,
    Constraints,
    Overrides,
}

impl Wanted {
    /// What the command line and the files ask for.
    ///
    /// # Errors
    /// When a file cannot be read, or a line is not understood or not supported.
    pub(crate) fn gather(
        typed: &[String],
        files: &[PathBuf],
        limits: &ConstraintOptions,
        context: &Context,
    ) -> Result<Self, CommandError> {
        let mut reader = Reader {
            wanted: Self::default(),
            seen: BTreeSet::new(),
            context,
        };
        for text in typed {
            let target = parse_target(text).map_err(|reason| {
                CommandError::new(
                    Code::RequirementInvalid,
                    format!("the requirement `{text}` is not valid"),
                )
                .caused_by(reason)
            })?;
            let root = Reader::root(target, COMMAND_LINE.to_owned(), &context.working_folder)?;
            reader.wanted.requirements.push(root);
        }
        for file in files {
            reader.file(file, Role::Requirements)?;
        }
        let always = context
            .configuration
            .all(|settings| settings.constraint.as_ref());
        for file in limits.constraint.iter().chain(&always) {
            reader.file(file, Role::Constraints)?;
        }
        for file in &limits.r#override {
            reader.file(file, Role::Overrides)?;
        }
        reader.settings()?;
        Ok(reader.wanted)
    }

    /// The configuration with the options of the files behind those of the command line.
    pub(crate) fn over(&self, configuration: &Configuration) -> Configuration {
        configuration.with_options(self.settings.clone())
    }
}

/// The file of an origin that [`Wanted::gather`] made; none for the command line.
pub(crate) fn file_of(origin: &Origin) -> Option<&str> {
    let (file, _) = origin.as_str().rsplit_once(LINE)?;
    Some(file)
}

struct Reader<'a> {
    wanted: Wanted,
    /// Files on the way, so that a file that includes itself ends.
    seen: BTreeSet<(PathBuf, bool)>,
    context: &'a Context,
}

impl Reader<'_> {
    /// The constraints and overrides that stand in the settings themselves.
    fn settings(&mut self) -> Result<(), CommandError> {
        let configuration = &self.context.configuration;
        for (key, texts, role) in [
            (
                "constraint-dependencies",
                configuration.all(|settings| settings.constraint_dependencies.as_ref()),
                Role::Constraints,
            ),
            (
                "override-dependencies",
                configuration.all(|settings| settings.override_dependencies.as_ref()),
                Role::Overrides,
            ),
        ] {
            for text in texts {
                let requirement: Requirement = text.parse().map_err(|error| {
                    CommandError::new(
                        Code::ConfigurationInvalid,
                        format!("`{text}` in `{key}` is no requirement"),
                    )
                    .caused_by(format!("{error}"))
                })?;
                let root = RootRequirement::new(requirement, format!("`{key}`"));
                match role {
                    Role::Overrides => self.wanted.overrides.push(root),
                    _ => self.wanted.constraints.push(root),
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, role: Role) -> Result<(), CommandError> {
        let is_stdin = path == Path::new("-");
        let full = self.context.resolve(path);
        if !is_stdin && !self.seen.insert((full.clone(), role == Role::Constraints)) {
            return Ok(());
        }
        let shown = if is_stdin {
            "standard input".to_owned()
        } else {
            self.context.show(&full)
        };
        let bytes = if is_stdin {
            standard_input()?
        } else {
            tilsit_files::read(&full)
                .map_err(|error| CommandError::from_error(Code::RequirementsFileInvalid, &error))?
        };
        let variable = |name: &str| self.context.variables.text(name).map(str::to_owned);
        let file = RequirementsFile::parse(&shown, &bytes, &variable)
            .map_err(|error| CommandError::from_error(Code::RequirementsFileInvalid, &error))?;
        let folder = full.parent().unwrap_or(Path::new(""));
        for statement in file.statements {
            match statement {
                Statement::Requirement(line) => self.line(line, &shown, folder, role)?,
                Statement::Include { kind, target, .. } => {
                    if target.contains("://") {
                        return Err(unsupported(
                            &format!("`{target}` in `{shown}`"),
                            "requirements files at URLs",
                        ));
                    }
                    let role = match kind {
                        IncludeKind::Constraints => Role::Constraints,
                        IncludeKind::Requirements => role,
                    };
                    self.file(&folder.join(target), role)?;
                }
                Statement::Option { option, .. } => self.option(option, folder),
            }
        }
        Ok(())
    }

    fn line(
        &mut self,
        line: RequirementLine,
        file: &str,
        folder: &Path,
        role: Role,
    ) -> Result<(), CommandError> {
        let number = line.line;
        let origin = format!("{file}{LINE}{number}");
        if line.editable {
            let what = format!("the editable requirement ({origin})");
            return Err(unsupported(&what, "editable requirements"));
        }
        let root = Self::root(line.target, origin, folder)?;
        if !line.hashes.is_empty() {
            let name = root.requirement.name.clone();
            self.wanted
                .hashes
                .entry(name)
                .or_default()
                .extend(line.hashes);
        }
        match role {
            Role::Requirements => self.wanted.requirements.push(root),
            Role::Constraints => self.wanted.constraints.push(root),
            Role::Overrides => self.wanted.overrides.push(root),
        }
        Ok(())
    }

    /// The requirement that a target means. A path or URL of a wheel names its project itself.
    fn root(
        target: Target,
        origin: String,
        folder: &Path,
    ) -> Result<RootRequirement, CommandError> {
        let (url, extras, marker) = match target {
            Target::Named(requirement) => return Ok(RootRequirement::new(requirement, origin)),
            Target::Path(path) => {
                let full = folder.join(&path.path);
                let url = Url::from_file_path(&full).map_err(|()| {
                    unsupported(&format!("`{}` ({origin})", path.path), "such paths")
                })?;
                (url.to_string(), path.extras, path.marker)
            }
            Target::Url(target) => (target.url, target.extras, target.marker),
        };
        let file_name = Url::parse(&url)
            .ok()
            .and_then(|url| Some(url.path_segments()?.next_back()?.replace("%2B", "+")));
        let wheel = file_name.and_then(|name| name.parse::<WheelFileName>().ok());
        let Some(wheel) = wheel else {
            return Err(unsupported(
                &format!("`{url}` ({origin})"),
                "requirements that must be built first",
            ));
        };
        let requirement = Requirement {
            name: wheel.name.clone(),
            extras,
            source: RequirementSource::Url(url),
            marker,
        };
        Ok(RootRequirement::new(requirement, origin))
    }

    fn option(&mut self, option: FileOption, folder: &Path) {
        let settings = &mut self.wanted.settings;
        match option {
            FileOption::IndexUrl(url) => settings.index_url = Some(url),
            FileOption::ExtraIndexUrl(url) => {
                settings.extra_index_url.get_or_insert_default().push(url);
            }
            FileOption::NoIndex => settings.no_index = Some(true),
            FileOption::FindLinks(link) => {
                let link = if link.contains("://") {
                    link
                } else {
                    folder.join(link).to_string_lossy().into_owned()
                };
                settings.find_links.get_or_insert_default().push(link);
            }
            FileOption::TrustedHost(host) => {
                settings.trusted_host.get_or_insert_default().push(host);
            }
            FileOption::RequireHashes => settings.require_hashes = Some(true),
            FileOption::NoRequireHashes => settings.require_hashes = Some(false),
            FileOption::Pre => settings.pre = Some(true),
            other => self.context.terminal.warn(format_args!(
                "the option `{other:?}` in a requirements file is not followed yet"
            )),
        }
    }
}

fn standard_input() -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|error| {
        CommandError::new(Code::FileAccess, "standard input cannot be read")
            .caused_by(error.to_string())
    })?;
    Ok(bytes)
}

fn unsupported(what: &str, kind: &str) -> CommandError {
    CommandError::new(
        Code::RequirementUnsupported,
        format!("{what} cannot be installed yet"),
    )
    .caused_by(format!("{kind} are not supported in this version"))
}
