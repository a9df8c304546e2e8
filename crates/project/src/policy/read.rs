//! Reading `[tool.tilsit.policy]`. A key that is not known is an error: a rule that was meant must not
//! be passed over.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Span;
use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny};
use tilsit_packaging::license::LicenseExpression;
use tilsit_packaging::name::{NamePattern, ProjectName};
use tilsit_packaging::specifier::VersionSpecifiers;

use super::{Forbidden, IndexRule, LicenseRule, MinimumAge, Policy};
use crate::settings::Parsed;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Raw {
    minimum_age: Option<RawAge>,
    no_sdists: Option<RawSdists>,
    #[serde(default)]
    indexes: BTreeMap<Parsed<NamePattern>, Vec<String>>,
    #[serde(default)]
    forbidden: Vec<RawForbidden>,
    licenses: Option<RawLicenses>,
    publishers: Option<IgnoredAny>,
}

/// `"7 days"`, or with the projects that it is not for.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "an age as \"7 days\", or a table with `age` and `except`"
)]
enum RawAge {
    Age(String),
    Table(AgeTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeTable {
    age: String,
    #[serde(default)]
    except: Vec<Parsed<ProjectName>>,
}

/// `true`, or with the projects that it is not for.
#[derive(Deserialize)]
#[serde(untagged, expecting = "true, false, or a table with `except`")]
enum RawSdists {
    Switch(bool),
    Table(ExceptTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptTable {
    except: Vec<Parsed<ProjectName>>,
}

/// A pattern, or more about it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a pattern of names, or a table with `name`, `versions` and `reason`"
)]
enum RawForbidden {
    Names(Parsed<NamePattern>),
    Table(ForbiddenTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForbiddenTable {
    name: Parsed<NamePattern>,
    versions: Option<Parsed<VersionSpecifiers>>,
    reason: Option<String>,
}

/// The licences, or with the projects that they are not for.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a list of SPDX licences, or a table with `allow` and `except`"
)]
enum RawLicenses {
    Allowed(Vec<String>),
    Table(LicenseTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LicenseTable {
    allow: Vec<String>,
    #[serde(default)]
    except: Vec<Parsed<ProjectName>>,
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer)?
            .read()
            .map_err(D::Error::custom)
    }
}

impl Raw {
    fn read(self) -> Result<Policy, String> {
        if self.publishers.is_some() {
            return Err(
                "`publishers`: pinned publishers are not there yet, so that nothing would be checked: \
                 leave the key out"
                    .to_owned(),
            );
        }
        let mut indexes = Vec::with_capacity(self.indexes.len());
        for (Parsed(names), allowed) in self.indexes {
            if allowed.is_empty() {
                return Err(format!("`indexes` names no index for `{names}`"));
            }
            indexes.push(IndexRule { names, allowed });
        }
        indexes.sort_by_cached_key(|rule| Reverse(rule.names.exactness()));
        Ok(Policy {
            minimum_age: self.minimum_age.map(RawAge::read).transpose()?,
            no_sdists: self.no_sdists.and_then(|raw| match raw {
                RawSdists::Switch(false) => None,
                RawSdists::Switch(true) => Some(BTreeSet::new()),
                RawSdists::Table(table) => Some(names(table.except)),
            }),
            indexes,
            forbidden: self.forbidden.into_iter().map(RawForbidden::read).collect(),
            licenses: self.licenses.map(RawLicenses::read).transpose()?,
        })
    }
}

fn names(list: Vec<Parsed<ProjectName>>) -> BTreeSet<ProjectName> {
    list.into_iter().map(|Parsed(name)| name).collect()
}

impl RawAge {
    fn read(self) -> Result<MinimumAge, String> {
        let (text, except) = match self {
            Self::Age(text) => (text, Vec::new()),
            Self::Table(table) => (table.age, table.except),
        };
        let age: Span = text.parse().map_err(|error| {
            format!("`minimum-age` is `{text}`, and no span as `7 days` or `P7D`: {error}")
        })?;
        if age.is_negative() {
            return Err(format!("`minimum-age` is `{text}`, which lies ahead"));
        }
        Ok(MinimumAge {
            text,
            age: age.fieldwise(),
            except: names(except),
        })
    }
}

impl RawForbidden {
    fn read(self) -> Forbidden {
        match self {
            Self::Names(Parsed(names)) => Forbidden {
                names,
                versions: VersionSpecifiers::any(),
                reason: None,
            },
            Self::Table(table) => Forbidden {
                names: table.name.0,
                versions: table
                    .versions
                    .map_or_else(VersionSpecifiers::any, |Parsed(versions)| versions),
                reason: table.reason,
            },
        }
    }
}

impl RawLicenses {
    fn read(self) -> Result<LicenseRule, String> {
        let (allowed, except) = match self {
            Self::Allowed(allowed) => (allowed, Vec::new()),
            Self::Table(table) => (table.allow, table.except),
        };
        let mut read = Vec::with_capacity(allowed.len());
        for text in &allowed {
            let expression = text.parse::<LicenseExpression>();
            read.push(expression.map_err(|error| format!("`licenses` has `{text}`: {error}"))?);
        }
        Ok(LicenseRule {
            allowed: read,
            except: names(except),
        })
    }
}
