//! A script with inline metadata (PEP 723) as what a lock is made for: a workspace of one project that
//! is never installed itself, and requires what the script does.

use std::collections::BTreeMap;
use std::path::Path;

use tilsit_packaging::inline_script::{InlineScriptError, ScriptMetadata, find_block};
use tilsit_packaging::pyproject::{PyProject, PyProjectError};

use crate::locks::{LockKind, script_lock};
use crate::settings::{ProjectSettings, SettingsError};
use crate::workspace::{Member, Workspace};

/// Why a script cannot be locked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// It says nothing of what it needs.
    #[error("it has no block `# /// script`")]
    NoBlock,
    /// The block is not valid.
    #[error(transparent)]
    Block(#[from] InlineScriptError),
    /// The settings in the block are not valid.
    #[error("its settings are not valid: {0}")]
    Settings(#[from] SettingsError),
    /// There is no name for its lock.
    #[error(
        "its lock would be called `pylock.{0}.toml`, and the name in the middle may not be empty or have a dot"
    )]
    Name(String),
    /// What it says is nothing that a project could say.
    #[error(transparent)]
    Project(#[from] PyProjectError),
}

/// The script at a path, which has this text.
///
/// # Errors
/// When it has no block, one that is not valid, or no name that a lock could have.
pub fn workspace(path: &Path, text: &str) -> Result<Workspace, ScriptError> {
    let file = path.file_name().unwrap_or_default();
    let file = file.to_string_lossy().into_owned();
    if script_lock(&file).is_none() {
        let stem = file.strip_suffix(".py").unwrap_or(&file);
        return Err(ScriptError::Name(stem.to_owned()));
    }
    let block = find_block(text, "script")?.ok_or(ScriptError::NoBlock)?;
    let (metadata, _) = ScriptMetadata::of_block(&block)?;
    let settings = ProjectSettings {
        workspace: None,
        ..ProjectSettings::parse(&block.content)?
    };
    let (pyproject, _) = PyProject::parse(&as_project(&file, &metadata))?;
    let project = pyproject.project.ok_or(ScriptError::NoBlock)?;
    let name = project.project_name().clone();
    let member = Member {
        folder: path.to_path_buf(),
        name: name.clone(),
        project,
        groups: BTreeMap::new(),
        settings: ProjectSettings::default(),
        is_package: false,
        text: block.content,
    };
    Ok(Workspace {
        // Sources of the script start from its folder, as those of a workspace from its root.
        root: path.parent().unwrap_or(Path::new("")).to_path_buf(),
        settings,
        members: BTreeMap::from([(name, member)]),
        root_groups: BTreeMap::new(),
        current: None,
        poetry: None,
        has_uv_lock: false,
        pipfile: None,
        lock: LockKind::Script(file),
    })
}

/// What the script says in the words of a pyproject.toml.
fn as_project(file: &str, metadata: &ScriptMetadata) -> String {
    let text = |text: String| toml::Value::String(text);
    let requires = metadata.dependencies.iter();
    let requires = requires.map(|requirement| text(requirement.to_string()));
    let mut project = toml::Table::from_iter([
        ("name".to_owned(), text(name(file, metadata))),
        ("version".to_owned(), text("0".to_owned())),
        (
            "dependencies".to_owned(),
            requires.collect::<Vec<_>>().into(),
        ),
    ]);
    if let Some(pythons) = &metadata.requires_python {
        project.insert("requires-python".to_owned(), text(pythons.to_string()));
    }
    toml::Table::from_iter([("project".to_owned(), toml::Value::Table(project))]).to_string()
}

/// What the script is called among projects: as its file, and as none of those that it needs.
fn name(file: &str, metadata: &ScriptMetadata) -> String {
    let letters = file.chars().map(|letter| match letter {
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
        _ => '-',
    });
    let letters: String = letters.collect();
    let words = letters.split('-').filter(|word| !word.is_empty());
    let mut name = words.collect::<Vec<_>>().join("-");
    let is_needed = |name: &str| {
        let mut needed = metadata.dependencies.iter();
        needed.any(|requirement| requirement.name.as_str() == name)
    };
    while name.is_empty() || is_needed(&name) {
        name.push_str(if name.is_empty() { "script" } else { "-script" });
    }
    name
}

#[cfg(test)]
mod tests;
