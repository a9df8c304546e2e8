//! Wheel tags: for which interpreters, ABIs and platforms a wheel is made, and which ones an
//! interpreter takes.
//!
//! Follows the specification "Platform compatibility tags" (PEP 425, 513, 571, 599, 600, 656, 730,
//! 738, 776, 783, 803). The lists have the order of pypa/packaging 26.3, best first. Finding out
//! what the running machine is (its C library, its version of macOS) is left to the caller: the
//! functions in [`platform`] and [`interpreter`] take it as plain values.

use std::fmt;
use std::str::FromStr;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::text::serde_as_string;

pub mod interpreter;
pub mod platform;

#[cfg(test)]
mod tests;

/// How many single tags a compressed set may stand for.
const TAGS_MAX: usize = 4096;

/// A single tag, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    interpreter: Box<str>,
    abi: Box<str>,
    platform: Box<str>,
}

impl Tag {
    /// A tag of its three parts, in any case.
    pub fn new(interpreter: &str, abi: &str, platform: &str) -> Self {
        Self {
            interpreter: lower(interpreter),
            abi: lower(abi),
            platform: lower(platform),
        }
    }

    /// The interpreter, such as `cp313`, or the version of Python, such as `py3`.
    pub fn interpreter(&self) -> &str {
        &self.interpreter
    }

    /// The ABI, such as `cp313t`, `abi3` or `none`.
    pub fn abi(&self) -> &str {
        &self.abi
    }

    /// The platform, such as `manylinux_2_28_x86_64` or `any`.
    pub fn platform(&self) -> &str {
        &self.platform
    }
}

fn lower(text: &str) -> Box<str> {
    text.to_lowercase().into()
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}-{}-{}",
            self.interpreter, self.abi, self.platform
        )
    }
}

/// Why a text is no tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Not three parts.
    #[error("`{0}` is not a tag: it has not three parts parted by `-`")]
    Parts(String),
    /// An empty part, or an empty member of a compressed part.
    #[error("`{0}` is not a tag: a part of it is empty")]
    Empty(String),
    /// An interpreter that is no identifier.
    #[error("`{text}` is not a tag: `{interpreter}` is no interpreter")]
    Interpreter {
        /// The text as given.
        text: String,
        /// The interpreter.
        interpreter: String,
    },
    /// A compressed set that stands for too many tags.
    #[error("`{text}` stands for {count} tags, which is more than {TAGS_MAX}")]
    TooMany {
        /// The text as given.
        text: String,
        /// How many it stands for.
        count: usize,
    },
    /// A single tag was wanted.
    #[error("`{0}` stands for several tags")]
    Compressed(String),
}

impl FromStr for Tag {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Self, TagError> {
        let set: TagSet = text.parse()?;
        let mut tags = set.iter();
        match (tags.next(), tags.next()) {
            (Some(tag), None) => Ok(tag),
            _ => Err(TagError::Compressed(text.to_owned())),
        }
    }
}

/// The tags of a wheel, compressed as in its name: `py2.py3-none-any` stands for two.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TagSet {
    interpreters: Members,
    abis: Members,
    platforms: Members,
}

type Members = SmallVec<[Box<str>; 1]>;

impl TagSet {
    /// Every combination of the members.
    ///
    /// # Errors
    /// When a list is empty, a member is empty or no identifier, or there are too many combinations.
    pub fn new(interpreters: &[&str], abis: &[&str], platforms: &[&str]) -> Result<Self, TagError> {
        [interpreters.join("."), abis.join("."), platforms.join(".")]
            .join("-")
            .parse()
    }

    /// The members of the first part.
    pub fn interpreters(&self) -> impl ExactSizeIterator<Item = &str> {
        self.interpreters.iter().map(|member| &**member)
    }

    /// The members of the second part.
    pub fn abis(&self) -> impl ExactSizeIterator<Item = &str> {
        self.abis.iter().map(|member| &**member)
    }

    /// The members of the third part.
    pub fn platforms(&self) -> impl ExactSizeIterator<Item = &str> {
        self.platforms.iter().map(|member| &**member)
    }

    /// The single tags that the set stands for.
    pub fn iter(&self) -> impl Iterator<Item = Tag> {
        self.interpreters().flat_map(move |interpreter| {
            self.abis().flat_map(move |abi| {
                self.platforms()
                    .map(move |platform| Tag::new(interpreter, abi, platform))
            })
        })
    }

    /// Whether the wheel runs everywhere: a platform `any` and an ABI `none`.
    pub fn is_pure(&self) -> bool {
        self.abis().all(|abi| abi == "none") && self.platforms().all(|platform| platform == "any")
    }

    /// Whether the members of each part are sorted, as PEP 425 demands.
    pub fn is_sorted(&self) -> bool {
        [&self.interpreters, &self.abis, &self.platforms]
            .into_iter()
            .all(|members| members.is_sorted())
    }
}

impl FromStr for TagSet {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Self, TagError> {
        let mut parts = text.split('-').map(members);
        let (Some(interpreters), Some(abis), Some(platforms), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TagError::Parts(text.to_owned()));
        };
        let set = Self {
            interpreters,
            abis,
            platforms,
        };
        if [&set.interpreters, &set.abis, &set.platforms]
            .into_iter()
            .flatten()
            .any(|member| member.is_empty())
        {
            return Err(TagError::Empty(text.to_owned()));
        }
        if let Some(wrong) = set
            .interpreters()
            .find(|interpreter| !is_identifier(interpreter))
        {
            return Err(TagError::Interpreter {
                text: text.to_owned(),
                interpreter: wrong.to_owned(),
            });
        }
        let count = set
            .interpreters
            .len()
            .saturating_mul(set.abis.len())
            .saturating_mul(set.platforms.len());
        if count > TAGS_MAX {
            return Err(TagError::TooMany {
                text: text.to_owned(),
                count,
            });
        }
        Ok(set)
    }
}

fn members(part: &str) -> Members {
    part.split('.').map(lower).collect()
}

/// Whether Python takes the text for an identifier.
fn is_identifier(text: &str) -> bool {
    let is_start = |character: char| character.is_alphabetic() || character == '_';
    text.starts_with(is_start)
        && text
            .chars()
            .all(|character| is_start(character) || character.is_alphanumeric())
}

impl fmt::Display for TagSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, members) in [&self.interpreters, &self.abis, &self.platforms]
            .into_iter()
            .enumerate()
        {
            if place > 0 {
                formatter.write_str("-")?;
            }
            for (place, member) in members.iter().enumerate() {
                if place > 0 {
                    formatter.write_str(".")?;
                }
                formatter.write_str(member)?;
            }
        }
        Ok(())
    }
}

type ByName<T> = FxHashMap<Box<str>, T>;

/// The tags that an interpreter takes, best first, ready to rank wheels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompatibleTags {
    tags: Vec<Tag>,
    /// The rank by platform, ABI and interpreter: for most wheels the first look-up decides.
    ranks: ByName<ByName<ByName<u32>>>,
}

impl CompatibleTags {
    /// Takes the tags in their order; of repeated ones the first counts.
    pub fn new(tags: impl IntoIterator<Item = Tag>) -> Self {
        let mut list = Self {
            tags: Vec::new(),
            ranks: FxHashMap::default(),
        };
        for tag in tags {
            let rank = u32::try_from(list.tags.len()).expect("a list of tags is short");
            let abis = list.ranks.entry(tag.platform.clone()).or_default();
            let interpreters = abis.entry(tag.abi.clone()).or_default();
            if !interpreters.contains_key(&tag.interpreter) {
                interpreters.insert(tag.interpreter.clone(), rank);
                list.tags.push(tag);
            }
        }
        list
    }

    /// The tags, best first.
    pub fn iter(&self) -> std::slice::Iter<'_, Tag> {
        self.tags.iter()
    }

    /// How many tags there are.
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// How well a wheel fits: the rank of its best tag, 0 being the best of all; `None` if it does
    /// not fit.
    pub fn priority(&self, wheel: &TagSet) -> Option<u32> {
        wheel
            .platforms()
            .filter_map(|platform| self.ranks.get(platform))
            .flat_map(|abis| wheel.abis().filter_map(move |abi| abis.get(abi)))
            .flat_map(|interpreters| {
                wheel
                    .interpreters()
                    .filter_map(move |interpreter| interpreters.get(interpreter))
            })
            .min()
            .copied()
    }
}

impl<'a> IntoIterator for &'a CompatibleTags {
    type Item = &'a Tag;
    type IntoIter = std::slice::Iter<'a, Tag>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

serde_as_string!(Tag);
serde_as_string!(TagSet);
