//! What can be changed: here the requirements in their lists, below what else there is.

use std::fmt;
use std::ops::Range;

use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use toml_edit::{Array, Item, TableLike, Value};

use super::EditError;
use super::literal::{self, Quote, string};
use super::script_frame::ScriptFrame;
use super::sequence::Sequence;
use super::table::{find, set};
use super::text::{Splice, TomlText};

mod origins;
mod statements;
mod values;

/// The byte order mark, which TOML and Python ignore.
const MARK: &str = "\u{feff}";

/// A text being changed. A change that fails leaves it as it was.
#[derive(Clone, Debug)]
pub struct Editor {
    text: TomlText,
    frame: Frame,
}

/// What is around the TOML.
#[derive(Clone, Debug)]
enum Frame {
    File { has_mark: bool },
    Script(ScriptFrame),
}

/// A list of requirements.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// `[project] dependencies`
    Project,
    /// A list of `[project.optional-dependencies]`.
    Extra(ExtraName),
    /// A list of `[dependency-groups]`.
    Group(GroupName),
    /// `[tool.uv] dev-dependencies`, from before there were groups.
    UvDev,
    /// `dependencies` of a script.
    Script,
}

/// A requirement to add.
#[derive(Clone, Debug)]
pub struct Addition<'a> {
    /// The requirement.
    pub requirement: Requirement,
    /// Its text, to be written as it is.
    pub raw: Option<&'a str>,
    /// It comes from a source, and not from a URL that a requirement named so far.
    pub has_source: bool,
}

/// A requirement that stands in a list now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The text in whose place it is.
    pub before: Option<String>,
    /// The requirement, united with what was there.
    pub requirement: Requirement,
    /// Its text.
    pub after: String,
}

/// A requirement in the text.
struct Entry {
    /// Its place in the array.
    position: usize,
    range: Range<usize>,
    requirement: Requirement,
    text: String,
}

impl<'a> Addition<'a> {
    /// A requirement that is written in its normal form.
    pub fn of(requirement: Requirement) -> Self {
        Self {
            requirement,
            raw: None,
            has_source: false,
        }
    }

    /// A requirement that is written as it was typed.
    pub fn raw(requirement: Requirement, text: &'a str) -> Self {
        Self {
            raw: Some(text),
            ..Self::of(requirement)
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project => formatter.write_str("project.dependencies"),
            Self::Extra(extra) => write!(formatter, "project.optional-dependencies.{extra}"),
            Self::Group(group) => write!(formatter, "dependency-groups.{group}"),
            Self::UvDev => formatter.write_str("tool.uv.dev-dependencies"),
            Self::Script => formatter.write_str("dependencies"),
        }
    }
}

impl List {
    /// The table that has the list.
    fn table(&self) -> &'static [&'static str] {
        match self {
            Self::Project => &["project"],
            Self::Extra(_) => &["project", "optional-dependencies"],
            Self::Group(_) => &["dependency-groups"],
            Self::UvDev => &["tool", "uv"],
            Self::Script => &[],
        }
    }

    /// The key of the list, if `key` is a spelling of it.
    fn is_key(&self, key: &str) -> bool {
        match self {
            Self::Project | Self::Script => key == "dependencies",
            Self::UvDev => key == "dev-dependencies",
            Self::Extra(extra) => key.parse().is_ok_and(|key: ExtraName| key == *extra),
            Self::Group(group) => key.parse().is_ok_and(|key: GroupName| key == *group),
        }
    }

    /// The key of the list where there is none yet.
    fn new_key(&self) -> &str {
        match self {
            Self::Project | Self::Script => "dependencies",
            Self::UvDev => "dev-dependencies",
            Self::Extra(extra) => extra.as_str(),
            Self::Group(group) => group.as_str(),
        }
    }
}

impl Editor {
    /// A pyproject.toml.
    ///
    /// # Errors
    /// [`EditError::Invalid`], when it is not TOML.
    pub fn project(text: &str) -> Result<Self, EditError> {
        let toml = text.strip_prefix(MARK);
        let frame = Frame::File {
            has_mark: toml.is_some(),
        };
        let text = TomlText::parse(toml.unwrap_or(text).to_owned(), 0)?;
        Ok(Self { text, frame })
    }

    /// A script, whose block is made when something is added.
    ///
    /// # Errors
    /// When it has two blocks, one that is not closed, or one that is not TOML.
    pub fn script(text: &str) -> Result<Self, EditError> {
        let (frame, content, lines_before) = ScriptFrame::open(text)?;
        let text = TomlText::parse(content, lines_before)?;
        let frame = Frame::Script(frame);
        Ok(Self { text, frame })
    }

    /// A change of several steps: all of them or none.
    fn whole<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, EditError>,
    ) -> Result<T, EditError> {
        let before = self.text.clone();
        let result = change(self);
        if result.is_err() {
            self.text = before;
        }
        result
    }

    /// The text with all changes.
    pub fn into_text(self) -> String {
        match self.frame {
            Frame::File { has_mark: true } => format!("{MARK}{}", self.text.as_str()),
            Frame::File { has_mark: false } => self.text.as_str().to_owned(),
            Frame::Script(frame) => frame.close(self.text.as_str()),
        }
    }

    /// Adds a requirement to a list, which is made if there is none. One of the same project with the
    /// same marker is replaced; it keeps its extras, and its versions where the new one names none.
    ///
    /// # Errors
    /// When the list, or the table that has it, cannot be written to or read.
    pub fn add(&mut self, list: &List, addition: &Addition<'_>) -> Result<Added, EditError> {
        self.whole(|editor| editor.add_in_steps(list, addition))
    }

    /// Makes a list that holds nothing, where there is none.
    ///
    /// # Errors
    /// When the table that is to have it cannot be written to.
    pub fn begin(&mut self, list: &List) -> Result<(), EditError> {
        self.check_writable(list)?;
        match self.key(list) {
            Some(_) => Ok(()),
            None => set(&mut self.text, list.table(), list.new_key(), "[]"),
        }
    }

    fn add_in_steps(&mut self, list: &List, addition: &Addition<'_>) -> Result<Added, EditError> {
        self.begin(list)?;
        let entries = self.entries(list)?;
        let wanted = &addition.requirement;
        let same = |entry: &&Entry| {
            entry.requirement.name == wanted.name && entry.requirement.marker == wanted.marker
        };
        let mut same = entries.iter().filter(same);
        match (same.next(), same.next()) {
            (Some(first), Some(second)) => Err(EditError::Ambiguous {
                name: wanted.name.clone(),
                list: list.to_string(),
                first: self.text.line(first.range.start),
                second: self.text.line(second.range.start),
            }),
            (Some(entry), None) => self.replace(entry, addition),
            _ => self.insert(list, &entries, addition),
        }
    }

    fn replace(&mut self, entry: &Entry, addition: &Addition<'_>) -> Result<Added, EditError> {
        let requirement = united(&entry.requirement, addition);
        let is_same = requirement == entry.requirement && addition.raw.is_none();
        let after = if is_same {
            entry.text.clone()
        } else {
            let quote = Quote::of(&self.text.as_str()[entry.range.clone()]);
            let (written, after) = in_words(&requirement, addition.raw, quote);
            let splice = Splice::replace(entry.range.clone(), written);
            self.text.apply(vec![splice])?;
            after
        };
        Ok(Added {
            before: Some(entry.text.clone()),
            requirement,
            after,
        })
    }

    fn insert(
        &mut self,
        list: &List,
        entries: &[Entry],
        addition: &Addition<'_>,
    ) -> Result<Added, EditError> {
        let wanted = &addition.requirement;
        let is_sorted = entries.is_sorted_by_key(|entry| &entry.requirement.name);
        let mut later = entries.iter();
        let next = later.find(|entry| is_sorted && entry.requirement.name > wanted.name);
        let position = match (next, entries.last()) {
            (Some(next), _) => next.position,
            (None, Some(last)) => last.position + 1,
            (None, None) => usize::MAX,
        };
        let quote = self.quote(entries);
        let (written, after) = in_words(wanted, addition.raw, quote);
        let splices = {
            let document = self.text.document();
            let array = self.array(document.as_table(), list)?;
            let array = array.expect("the list was made above");
            self.sequence(array).insert(position, &written)
        };
        self.text.apply(splices)?;
        Ok(Added {
            before: None,
            requirement: wanted.clone(),
            after,
        })
    }

    /// Takes all requirements of a project out of a list, and says how they were written.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn remove(&mut self, list: &List, name: &ProjectName) -> Result<Vec<String>, EditError> {
        self.whole(|editor| editor.remove_in_steps(list, name))
    }

    fn remove_in_steps(
        &mut self,
        list: &List,
        name: &ProjectName,
    ) -> Result<Vec<String>, EditError> {
        let mut removed = Vec::new();
        let mut entries = self.entries(list)?;
        entries.retain(|entry| entry.requirement.name == *name);
        for entry in entries.iter().rev() {
            let splices = {
                let document = self.text.document();
                let array = self.array(document.as_table(), list)?;
                let array = array.expect("the list has entries");
                self.sequence(array).remove(entry.position)
            };
            self.text.apply(splices)?;
            removed.insert(0, entry.text.clone());
        }
        Ok(removed)
    }

    /// The requirements of a list. What includes other groups is left out.
    ///
    /// # Errors
    /// When the list, or something in it, is of another kind than it has to be.
    pub fn requirements(&self, list: &List) -> Result<Vec<Requirement>, EditError> {
        let entries = self.entries(list)?;
        Ok(entries.into_iter().map(|entry| entry.requirement).collect())
    }

    /// The lists that require a project. Those that cannot be read are passed over.
    pub fn lists_with(&self, name: &ProjectName) -> Vec<List> {
        let mut lists = match self.frame {
            Frame::File { .. } => vec![List::Project, List::UvDev],
            Frame::Script(_) => vec![List::Script],
        };
        let document = self.text.document();
        let keys = |path: &[&str]| {
            let table = find(document.as_table(), path).and_then(Item::as_table_like);
            let keys = table.into_iter().flat_map(TableLike::iter);
            keys.map(|(key, _)| key.to_owned()).collect::<Vec<_>>()
        };
        let extras = keys(&["project", "optional-dependencies"]).into_iter();
        lists.extend(extras.filter_map(|key| Some(List::Extra(key.parse().ok()?))));
        let groups = keys(&["dependency-groups"]).into_iter();
        lists.extend(groups.filter_map(|key| Some(List::Group(key.parse().ok()?))));
        let has = |list: &List| {
            let requirements = self.requirements(list).unwrap_or_default();
            requirements
                .iter()
                .any(|requirement| requirement.name == *name)
        };
        lists.retain(has);
        lists.sort();
        lists
    }

    fn check_writable(&self, list: &List) -> Result<(), EditError> {
        let key = match list {
            List::Project => "dependencies",
            List::Extra(_) => "optional-dependencies",
            List::Group(_) | List::UvDev | List::Script => return Ok(()),
        };
        let document = self.text.document();
        if find(document.as_table(), &["project"]).is_none() {
            return Err(EditError::NoProject);
        }
        // What is static too is added to by the backend (PEP 808).
        match find(document.as_table(), &["project", key]) {
            Some(_) => Ok(()),
            None => self.check_static(key),
        }
    }

    fn check_static(&self, key: &'static str) -> Result<(), EditError> {
        let document = self.text.document();
        let dynamic = find(document.as_table(), &["project", "dynamic"]);
        let keys = dynamic.and_then(Item::as_array);
        let mut keys = keys.into_iter().flat_map(Array::iter);
        match keys.find(|value| value.as_str() == Some(key)) {
            None => Ok(()),
            Some(value) => Err(EditError::Dynamic {
                key,
                line: self.text.line(value.span().unwrap_or_default().start),
            }),
        }
    }

    /// How the key of a list is spelled.
    fn key(&self, list: &List) -> Option<String> {
        let document = self.text.document();
        let table: &dyn TableLike = match list.table() {
            [] => document.as_table(),
            path => find(document.as_table(), path)?.as_table_like()?,
        };
        let mut keys = table.iter().map(|(key, _)| key);
        keys.find(|key| list.is_key(key)).map(str::to_owned)
    }

    fn array<'d>(
        &self,
        root: &'d toml_edit::Table,
        list: &List,
    ) -> Result<Option<&'d Array>, EditError> {
        let Some(key) = self.key(list) else {
            return Ok(None);
        };
        let path: Vec<&str> = list.table().iter().copied().chain([&*key]).collect();
        let Some(item) = find(root, &path) else {
            return Ok(None);
        };
        if let Some(array) = item.as_array() {
            Ok(Some(array))
        } else {
            let offset = item.span().map_or(0, |span| span.start);
            let reason = "the value is not an array";
            Err(self.text.problem(offset, list.to_string(), reason))
        }
    }

    fn entries(&self, list: &List) -> Result<Vec<Entry>, EditError> {
        let document = self.text.document();
        let Some(array) = self.array(document.as_table(), list)? else {
            return Ok(Vec::new());
        };
        let mut entries = Vec::new();
        for (position, value) in array.iter().enumerate() {
            let range = value.span().unwrap_or_default();
            let problem = |reason| {
                let subject = format!("{list}[{position}]");
                Err(self.text.problem(range.start, subject, reason))
            };
            let text = match value {
                Value::String(text) => text.value(),
                Value::InlineTable(_) if matches!(list, List::Group(_)) => continue,
                _ => return problem("the value is not a string".to_owned()),
            };
            match text.parse::<Requirement>() {
                Ok(requirement) => entries.push(Entry {
                    position,
                    range,
                    requirement,
                    text: text.clone(),
                }),
                Err(error) => return problem(error.to_string()),
            }
        }
        Ok(entries)
    }

    fn sequence(&self, array: &Array) -> Sequence<'_> {
        Sequence::of_array(self.text.as_str(), array, self.text.newline())
    }

    /// The quotes of the entries, or of most strings of the text.
    fn quote(&self, entries: &[Entry]) -> Quote {
        let text = self.text.as_str();
        match entries.last() {
            Some(entry) => Quote::of(&text[entry.range.clone()]),
            None => Quote::usual(text, self.text.document().as_table()),
        }
    }
}

/// What stands for an old requirement and a new one.
fn united(old: &Requirement, addition: &Addition<'_>) -> Requirement {
    let new = &addition.requirement;
    if addition.raw.is_some() {
        return new.clone();
    }
    let mut extras: Vec<ExtraName> = old.extras.iter().chain(&new.extras).cloned().collect();
    extras.sort();
    extras.dedup();
    let says_nothing = new
        .specifiers()
        .is_some_and(tilsit_packaging::specifier::VersionSpecifiers::is_empty);
    let is_left = says_nothing && !(addition.has_source && old.url().is_some());
    let source: &RequirementSource = if is_left { &old.source } else { &new.source };
    Requirement {
        extras,
        source: source.clone(),
        ..new.clone()
    }
}

/// A requirement as a TOML string, and its text alone.
fn in_words(requirement: &Requirement, raw: Option<&str>, quote: Quote) -> (String, String) {
    let text = raw.map_or_else(|| literal::requirement(requirement, quote), str::to_owned);
    (string(&text, quote), text)
}
