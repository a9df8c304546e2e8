//! What is wrong with a distribution: the rule, the place inside, and the reason.

use std::fmt;

use tilsit_packaging::metadata::{Field, MetadataVersion};
use tilsit_packaging::problem::Problem;

use crate::fix::Fix;
use crate::rule::{Rule, Severity};

/// A problem, and the file of the distribution it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: Rule,
    /// The file inside the distribution: `METADATA`, `WHEEL`, `RECORD`; empty for the whole.
    pub file: String,
    /// What is wrong.
    pub problem: Problem,
    /// How it is mended, where that is known.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A problem of a file, not bound to a line; without a subject it is about all of the file.
    pub fn new(
        rule: Rule,
        file: impl Into<String>,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            file: file.into(),
            problem: Problem {
                line: None,
                column: None,
                subject: subject.into(),
                reason: reason.into(),
            },
            fix: None,
        }
    }

    /// The same, with a way to mend it.
    #[must_use]
    pub(crate) fn with_fix(self, fix: Option<Fix>) -> Self {
        Self { fix, ..self }
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// The problems that a reader found in a file beside the metadata.
    pub(crate) fn all_in(file: &str, problems: Vec<Problem>) -> impl Iterator<Item = Self> {
        problems.into_iter().map(move |problem| Self {
            rule: Rule::DescriptionFile,
            file: file.to_owned(),
            problem,
            fix: None,
        })
    }

    /// The problems that a reader found in metadata of this version.
    pub(crate) fn all_in_metadata(
        file: &str,
        version: MetadataVersion,
        problems: Vec<Problem>,
    ) -> impl Iterator<Item = Self> {
        problems.into_iter().map(move |problem| {
            let field = Field::from_name(&problem.subject);
            // Tools wrote this one for years before its version, and indexes look past it.
            let is_too_new =
                field == Some(Field::LicenseFile) && Field::LicenseFile.added() > version;
            // About the classifiers as a whole there is nothing else to say.
            let is_about_all = field == Some(Field::Classifier) && problem.line.is_none();
            Self {
                rule: if is_too_new {
                    Rule::MetadataFieldTooNew
                } else if is_about_all {
                    Rule::LicenseClassifier
                } else {
                    Rule::MetadataField
                },
                file: file.to_owned(),
                problem,
                fix: None,
            }
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(formatter, "{}: ", self.file)?;
        }
        if self.problem.subject.is_empty() {
            formatter.write_str(&self.problem.reason)
        } else {
            self.problem.fmt(formatter)
        }
    }
}
