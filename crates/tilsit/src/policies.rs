//! The policy of a project at work: a lock is held against it when it is made and before anything of it
//! is installed. The rules are [`tilsit_project::policy`]'s; here they get a place and a way round.

use jiff::Timestamp;
use tilsit_environment::Environment;
use tilsit_index_client::IndexUrl;
use tilsit_packaging::license::StatedLicense;
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{Selected, SelectedSource};
use tilsit_project::Policy;
use tilsit_project::lock::Lock;
use tilsit_project::policy::{IndexRule, Violation};
use tilsit_provider::Sources;

use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::Change;
use crate::projects::Project;

/// A policy, with what is needed to hold something against it.
pub(crate) struct Rules<'a> {
    policy: &'a Policy,
    /// The file that it stands in.
    file: String,
    now: Timestamp,
}

impl<'a> Rules<'a> {
    /// The rules of a project.
    pub(crate) fn of(project: &'a Project) -> Self {
        let context = &project.context;
        Self {
            policy: &project.workspace.settings.policy,
            file: context.show(&project.settings_path()),
            now: context.now(),
        }
    }

    /// Whether there is no rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.policy.is_empty()
    }

    /// Whether licences are looked at.
    pub(crate) fn concern_licenses(&self) -> bool {
        self.policy.licenses.is_some()
    }

    /// Holds what is selected of a lock against all rules but that of licences.
    ///
    /// # Errors
    /// When something breaks a rule.
    pub(crate) fn check(
        &self,
        selected: &[Selected<'_>],
        sources: &Sources,
    ) -> Result<(), CommandError> {
        for one in selected {
            let allowed =
                |_: &IndexRule, index: &str| is_allowed(&one.package.name, index, sources);
            let checked = self.policy.check(one, self.now, &allowed);
            checked.map_err(|violation| self.refuse(&violation))?;
        }
        Ok(())
    }

    /// Holds a whole lock against all rules but that of licences.
    ///
    /// # Errors
    /// When something breaks a rule.
    pub(crate) fn check_lock(&self, lock: &Lock, sources: &Sources) -> Result<(), CommandError> {
        for package in &lock.pylock.packages {
            let allowed = |_: &IndexRule, index: &str| is_allowed(&package.name, index, sources);
            let checked = self.policy.check_all(package, self.now, &allowed);
            checked.map_err(|violation| self.refuse(&violation))?;
        }
        Ok(())
    }

    /// Holds a licence against the rule.
    ///
    /// # Errors
    /// When it is not among those that are allowed, or not known.
    pub(crate) fn check_stated(
        &self,
        name: &ProjectName,
        version: &str,
        stated: &StatedLicense,
    ) -> Result<(), CommandError> {
        let checked = self.policy.check_stated(name, version, stated);
        checked.map_err(|violation| self.refuse(&violation))
    }

    /// Holds the licences of what was selected against the rule: of wheels that wait to be placed, and
    /// of what is there already. Folders are the user's own.
    ///
    /// # Errors
    /// When one is not among those that are allowed, or not known.
    pub(crate) fn check_licenses(
        &self,
        selected: &[Selected<'_>],
        change: &Change,
        environment: &Environment,
    ) -> Result<(), CommandError> {
        if !self.concern_licenses() {
            return Ok(());
        }
        let is_own = |name: &ProjectName| {
            let mut own = selected
                .iter()
                .filter(|one| matches!(one.source, SelectedSource::Directory(_)));
            own.any(|one| one.package.name == *name)
        };
        for wheel in change.plan.installs.iter().filter(|one| !is_own(&one.name)) {
            let bytes = tilsit_files::read(wheel.metadata_path())?;
            let stated = stated(&bytes);
            self.check_stated(&wheel.name, &wheel.version.to_string(), &stated)?;
        }
        let stays = |name: &ProjectName| {
            !change.installs(name) && selected.iter().any(|one| one.package.name == *name)
        };
        for distribution in environment.installed()?.distributions {
            if stays(&distribution.name) && !is_own(&distribution.name) {
                let stated = match distribution.metadata() {
                    Ok((metadata, _)) => StatedLicense::of(&metadata),
                    Err(error) => StatedLicense::Unclear(error.to_string()),
                };
                let version = distribution.version.to_string();
                self.check_stated(&distribution.name, &version, &stated)?;
            }
        }
        Ok(())
    }

    /// What is said of a resolution that failed: the rules that left something out of it.
    pub(crate) fn advise(&self, error: CommandError) -> CommandError {
        let words = self.policy.words();
        if error.code != Code::NoResolution || words.is_empty() {
            return error;
        }
        let words = words.join(", ");
        error.hint(format!(
            "`[tool.tilsit.policy]` of `{}` leaves releases out: {words}",
            self.file
        ))
    }

    fn refuse(&self, violation: &Violation) -> CommandError {
        let (rule, name) = (violation.rule(), violation.name());
        let hint = match violation {
            Violation::TooNew { .. } => format!(
                "`tilsit lock -P {name}` takes an older one; `except` of the rule lets `{name}` pass"
            ),
            Violation::NoUploadTime { .. }
            | Violation::Sdist { .. }
            | Violation::License { .. }
            | Violation::UnclearLicense { .. }
            | Violation::NoLicense { .. } => {
                format!("if that is meant, name `{name}` in `except` of the rule")
            }
            Violation::Index { .. } => {
                "`tilsit lock` takes it from where it may come from; the rule may name more indexes"
                    .to_owned()
            }
            Violation::Forbidden { .. } => format!(
                "`tilsit why {name}` says who requires it; `tilsit lock` looks for another version"
            ),
            _ => "`tilsit lock` makes the lock anew".to_owned(),
        };
        let file = &self.file;
        CommandError::new(Code::PolicyRefused, violation.to_string())
            .caused_by(format!("`{rule}` of `[tool.tilsit.policy]` in `{file}`"))
            .hint(hint)
    }
}

/// The licence that the text of a METADATA states; one that cannot be read is not known.
pub(crate) fn stated(metadata: &[u8]) -> StatedLicense {
    match CoreMetadata::parse(metadata) {
        Ok((metadata, _)) => StatedLicense::of(&metadata),
        Err(error) => StatedLicense::Unclear(error.to_string()),
    }
}

fn is_allowed(name: &ProjectName, index: &str, sources: &Sources) -> bool {
    let index = index.parse::<IndexUrl>();
    let allowed = sources.limit_of(name).unwrap_or_default();
    index.is_ok_and(|index| allowed.iter().any(|one| one.url() == index.url()))
}
