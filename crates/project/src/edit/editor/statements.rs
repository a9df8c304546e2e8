//! Single statements: the version, the Pythons, the members of a workspace.

use std::ops::Range;

use tilsit_packaging::version::{Version, VersionError};

use super::super::EditError;
use super::super::literal::{Quote, string};
use super::super::table::{find, set};
use super::super::text::Splice;
use super::{Editor, Frame};

impl Editor {
    /// The version of the project.
    ///
    /// # Errors
    /// When there is none, it is dynamic, or no version.
    pub fn version(&self) -> Result<Version, EditError> {
        let (span, text) = self.version_text()?;
        text.parse().map_err(|error: VersionError| {
            self.text
                .problem(span.start, "project.version", error.to_string())
        })
    }

    /// Sets the version of the project, which has one.
    ///
    /// # Errors
    /// When there is none, or it is dynamic.
    pub fn set_version(&mut self, version: &Version) -> Result<(), EditError> {
        let (span, _) = self.version_text()?;
        let quote = Quote::of(&self.text.as_str()[span.clone()]);
        let written = string(&version.to_string(), quote);
        self.text.apply(vec![Splice::replace(span, written)])
    }

    fn version_text(&self) -> Result<(Range<usize>, String), EditError> {
        let document = self.text.document();
        let root = document.as_table();
        if find(root, &["project"]).is_none() {
            return Err(EditError::NoProject);
        }
        let Some(version) = find(root, &["project", "version"]) else {
            self.check_static("version")?;
            return Err(EditError::NoVersion);
        };
        let span = version.span().unwrap_or_default();
        if let Some(text) = version.as_str() {
            Ok((span, text.to_owned()))
        } else {
            let reason = "the value is not a string";
            Err(self.text.problem(span.start, "project.version", reason))
        }
    }

    /// Sets the Pythons that the project, or the script, is for.
    ///
    /// # Errors
    /// When it is written in a form that cannot be changed.
    pub fn set_requires_python(&mut self, specifiers: &str) -> Result<(), EditError> {
        let table: &[&str] = match self.frame {
            Frame::File { .. } => &["project"],
            Frame::Script(_) => &[],
        };
        let written = string(specifiers, self.quote(&[]));
        set(&mut self.text, table, "requires-python", &written)
    }

    /// Adds a member to the workspace, by its path from the root; says whether it was not there.
    ///
    /// # Errors
    /// When the list of members cannot be written to.
    pub fn add_member(&mut self, member: &str) -> Result<bool, EditError> {
        self.whole(|editor| editor.add_member_in_steps(member))
    }

    fn add_member_in_steps(&mut self, member: &str) -> Result<bool, EditError> {
        let tools = ["tilsit", "uv"].map(|tool| ["tool", tool, "workspace"]);
        let has = |path: &[&str; 3]| find(self.text.document().as_table(), path).is_some();
        let path = tools.into_iter().find(has).unwrap_or(tools[0]);
        let full = [path[0], path[1], path[2], "members"];
        if find(self.text.document().as_table(), &full).is_none() {
            set(&mut self.text, &path, "members", "[]")?;
        }
        let quote = self.quote(&[]);
        let splices = {
            let document = self.text.document();
            let item = find(document.as_table(), &full).expect("it was made above");
            let Some(array) = item.as_array() else {
                let offset = item.span().map_or(0, |span| span.start);
                let reason = "the value is not an array";
                return Err(self.text.problem(offset, full.join("."), reason));
            };
            if array.iter().any(|value| value.as_str() == Some(member)) {
                return Ok(false);
            }
            let sequence = self.sequence(array);
            sequence.insert(usize::MAX, &string(member, quote))
        };
        self.text.apply(splices)?;
        Ok(true)
    }
}
