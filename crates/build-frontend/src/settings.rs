//! Config settings: what the user tells the backends (PEP 517, `config_settings`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tilsit_packaging::name::ProjectName;

/// Keys and values for a backend, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ConfigSettings(BTreeMap<String, SettingValue>);

/// A value, or several of one key that was given repeatedly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SettingValue {
    /// The key was given once.
    One(String),
    /// The key was given more than once: all values, in order.
    Many(Vec<String>),
}

impl ConfigSettings {
    /// Adds a value; that of a repeated key becomes one of a list, as with pip.
    pub fn add(&mut self, key: &str, value: &str) {
        use std::collections::btree_map::Entry;
        match self.0.entry(key.to_owned()) {
            Entry::Vacant(entry) => {
                entry.insert(SettingValue::One(value.to_owned()));
            }
            Entry::Occupied(mut entry) => {
                let values = match entry.get_mut() {
                    SettingValue::One(first) => vec![std::mem::take(first)],
                    SettingValue::Many(values) => std::mem::take(values),
                };
                let more = values.into_iter().chain([value.to_owned()]);
                entry.insert(SettingValue::Many(more.collect()));
            }
        }
    }

    /// Whether a key has a value.
    pub fn names(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for ConfigSettings {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let mut settings = Self::default();
        for (key, value) in pairs {
            settings.add(key, value);
        }
        settings
    }
}

/// For which projects builds see only what they require.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// Every build has an environment of its own.
    #[default]
    All,
    /// The builds of these projects use the interpreter's own packages, the others do not.
    Except(Vec<ProjectName>),
    /// Every build uses the interpreter's own packages.
    None,
}

impl Isolation {
    /// Whether the build of a project is isolated; one whose name is not known yet as well, unless
    /// nothing is.
    pub fn includes(&self, name: Option<&ProjectName>) -> bool {
        match self {
            Self::All => true,
            Self::Except(names) => name.is_none_or(|name| !names.contains(name)),
            Self::None => false,
        }
    }
}

/// Of which projects is made anew what is there already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Renewal {
    /// Of none.
    #[default]
    None,
    /// Of these.
    Only(BTreeSet<ProjectName>),
    /// Of all.
    All,
}

impl Renewal {
    /// Whether it is about a project.
    pub fn includes(&self, name: &ProjectName) -> bool {
        match self {
            Self::None => false,
            Self::Only(names) => names.contains(name),
            Self::All => true,
        }
    }

    /// Of what either asks for.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::None, other) | (other, Self::None) => other,
            (Self::Only(mut names), Self::Only(more)) => {
                names.extend(more);
                Self::Only(names)
            }
        }
    }
}
