//! The licence of a distribution in whatever form its metadata states it: `License-Expression`, else
//! classifiers, else the text of `License`.
//!
//! Before PEP 639 there was no one form. What is read here is only what leaves no doubt; where a form
//! stands for several licences (`BSD License`), each of them is taken for possible. The classifiers are
//! those of trove-classifiers 2025.

use super::{License, LicenseExpression};
use crate::metadata::CoreMetadata;

/// How a licence's text may be long to be read as its name.
const NAME_BYTES_MAX: usize = 200;

/// The licence that metadata states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatedLicense {
    /// An SPDX expression.
    Expression(LicenseExpression),
    /// Of each set one, and it is not known which; all of it together.
    OneOfEach(Vec<Vec<&'static str>>),
    /// There is something, and it is not understood. In its own words.
    Unclear(String),
    /// There is nothing.
    Nothing,
}

impl StatedLicense {
    /// What the metadata states.
    pub fn of(metadata: &CoreMetadata) -> Self {
        if let Some(expression) = &metadata.license_expression {
            return Self::Expression(expression.clone());
        }
        Self::of_older(metadata.license.as_deref(), &metadata.classifiers)
    }

    /// What is stated in the forms from before PEP 639.
    pub fn of_older(license: Option<&str>, classifiers: &[String]) -> Self {
        let text = license.map(str::trim);
        let text = text.filter(|text| !text.is_empty() && *text != "UNKNOWN");
        let named = text.and_then(of_name);
        let classifiers = classifiers.iter();
        let classifiers = classifiers.filter_map(|one| one.strip_prefix("License :: "));
        // It says nothing of which one.
        let mut classifiers = classifiers.filter(|one| *one != "OSI Approved").peekable();
        if classifiers.peek().is_none() {
            return match (text, named) {
                (_, Some(named)) => named,
                (Some(text), None) => Self::Unclear(first_line(text)),
                (None, None) => Self::Nothing,
            };
        }
        let mut sets = Vec::new();
        for classifier in classifiers {
            match of_classifier(classifier) {
                Some(set) => sets.push(set.to_vec()),
                None => return Self::Unclear(classifier.to_owned()),
            }
        }
        match named {
            // The text may say which one the classifier leaves open.
            Some(Self::Expression(expression)) => match single(&expression, &sets) {
                Some(id) => Self::OneOfEach(vec![vec![id]]),
                None if contains(&expression, &sets) => Self::OneOfEach(sets),
                None => Self::Unclear(format!("{expression}, and other classifiers")),
            },
            Some(Self::OneOfEach(more)) => {
                sets.extend(more);
                Self::OneOfEach(sets)
            }
            _ => Self::OneOfEach(sets),
        }
    }

    /// Whether accepting the licences for which `accepts` answers yes is enough, whichever of the
    /// possible ones it is.
    pub fn is_satisfied_by(&self, accepts: &mut dyn FnMut(&License) -> bool) -> bool {
        match self {
            Self::Expression(expression) => expression.is_satisfied_by(accepts),
            Self::OneOfEach(sets) => sets.iter().flatten().all(|id| {
                accepts(&License {
                    id: (*id).to_owned(),
                    or_later: false,
                    exception: None,
                })
            }),
            Self::Unclear(_) | Self::Nothing => false,
        }
    }

    /// The same as one expression, where nothing is left open.
    pub fn to_expression(&self) -> Option<LicenseExpression> {
        match self {
            Self::Expression(expression) => Some(expression.clone()),
            Self::OneOfEach(sets) => {
                let ids = sets.iter().map(|set| match set.as_slice() {
                    [id] => Some(*id),
                    _ => None,
                });
                let ids: Vec<&str> = ids.collect::<Option<_>>()?;
                ids.join(" AND ").parse().ok()
            }
            Self::Unclear(_) | Self::Nothing => None,
        }
    }

    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::Expression(expression) => expression.to_string(),
            Self::OneOfEach(sets) => {
                let sets = sets.iter().map(|set| set.join(" or "));
                sets.collect::<Vec<_>>().join(", and ")
            }
            Self::Unclear(words) => words.clone(),
            Self::Nothing => String::new(),
        }
    }
}

/// The licence of an expression that is one alone, where it is among the one set there is.
fn single(expression: &LicenseExpression, sets: &[Vec<&'static str>]) -> Option<&'static str> {
    let [set] = sets else { return None };
    let licenses = expression.licenses();
    let [license] = licenses.as_slice() else {
        return None;
    };
    let is_plain = !license.or_later && license.exception.is_none();
    set.iter()
        .find(|id| is_plain && **id == license.id)
        .copied()
}

/// Whether all licences of an expression are among the sets.
fn contains(expression: &LicenseExpression, sets: &[Vec<&'static str>]) -> bool {
    let licenses = expression.licenses();
    let mut licenses = licenses.iter();
    licenses.all(|license| sets.iter().flatten().any(|id| **id == license.id))
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(80).collect()
}

/// The licence that a text names, and does not hold.
fn of_name(text: &str) -> Option<StatedLicense> {
    if text.len() > NAME_BYTES_MAX || text.contains('\n') {
        return None;
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let name = words.join(" ");
    let name = name.strip_prefix("the ").unwrap_or(&name);
    let known = NAMES.iter().find(|(_, names)| names.contains(&name));
    if let Some((ids, _)) = known {
        return Some(match *ids {
            [id] => StatedLicense::Expression(id.parse().ok()?),
            ids => StatedLicense::OneOfEach(vec![ids.to_vec()]),
        });
    }
    text.parse().ok().map(StatedLicense::Expression)
}

fn of_classifier(classifier: &str) -> Option<&'static [&'static str]> {
    let known = CLASSIFIERS.iter().find(|(_, name)| *name == classifier);
    known.map(|(ids, _)| *ids)
}

/// What people write, in lower case and without a leading `the`.
const NAMES: &[(&[&str], &[&str])] = &[
    (
        &["MIT"],
        &[
            "mit license",
            "mit licence",
            "mit license (mit)",
            "expat",
            "expat license",
        ],
    ),
    (
        &["Apache-2.0"],
        &[
            "apache 2.0",
            "apache 2",
            "apache2",
            "apache2.0",
            "apache-2",
            "apache v2",
            "apache v2.0",
            "apache license 2.0",
            "apache-2.0 license",
            "apache 2.0 license",
            "apache license, version 2.0",
            "apache license version 2.0",
            "apache license v2.0",
            "apache software license 2.0",
            "apache software license, version 2.0",
        ],
    ),
    (
        &["BSD-3-Clause"],
        &[
            "bsd 3-clause",
            "bsd 3 clause",
            "bsd-3",
            "3-clause bsd",
            "bsd 3-clause license",
            "bsd-3-clause license",
            "3-clause bsd license",
            "bsd (3-clause)",
            "new bsd",
            "new bsd license",
            "modified bsd",
            "modified bsd license",
        ],
    ),
    (
        &["BSD-2-Clause"],
        &[
            "bsd 2-clause",
            "2-clause bsd",
            "bsd 2-clause license",
            "bsd-2-clause license",
            "2-clause bsd license",
            "simplified bsd",
            "simplified bsd license",
        ],
    ),
    (
        &["BSD-2-Clause", "BSD-3-Clause"],
        &["bsd", "bsd license", "bsd-like"],
    ),
    (&["ISC"], &["isc license", "isc license (iscl)"]),
    (
        &["MPL-2.0"],
        &[
            "mpl 2.0",
            "mpl2",
            "mpl v2.0",
            "mozilla public license 2.0",
            "mozilla public license 2.0 (mpl 2.0)",
            "mozilla public license, version 2.0",
        ],
    ),
    (
        &["PSF-2.0", "Python-2.0"],
        &[
            "psf",
            "psfl",
            "psf license",
            "python software foundation license",
        ],
    ),
    (&["Unlicense"], &["unlicense (unlicense)"]),
    (&["Zlib"], &["zlib license", "zlib/libpng license"]),
    (
        &["GPL-2.0-only", "GPL-2.0-or-later"],
        &["gplv2", "gpl v2", "gnu gplv2", "gpl 2"],
    ),
    (
        &["GPL-3.0-only", "GPL-3.0-or-later"],
        &["gplv3", "gpl v3", "gnu gplv3", "gpl 3"],
    ),
    (&["GPL-2.0-or-later"], &["gplv2+"]),
    (&["GPL-3.0-or-later"], &["gplv3+"]),
    (
        &["LGPL-3.0-only", "LGPL-3.0-or-later"],
        &["lgplv3", "lgpl v3"],
    ),
    (&["LGPL-2.1-or-later"], &["lgplv2.1+"]),
    (&["LGPL-3.0-or-later"], &["lgplv3+"]),
    (
        &["AGPL-3.0-only", "AGPL-3.0-or-later"],
        &["agplv3", "agpl v3"],
    ),
];

/// Classifiers without `License :: `, and the licences that each may stand for.
const CLASSIFIERS: &[(&[&str], &str)] = &[
    (&["MIT"], "OSI Approved :: MIT License"),
    (
        &["MIT-0"],
        "OSI Approved :: MIT No Attribution License (MIT-0)",
    ),
    (
        &["Apache-1.1", "Apache-2.0"],
        "OSI Approved :: Apache Software License",
    ),
    (
        &["BSD-2-Clause", "BSD-3-Clause"],
        "OSI Approved :: BSD License",
    ),
    (&["0BSD"], "OSI Approved :: Zero-Clause BSD (0BSD)"),
    (&["ISC"], "OSI Approved :: ISC License (ISCL)"),
    (
        &["MPL-1.0"],
        "OSI Approved :: Mozilla Public License 1.0 (MPL)",
    ),
    (
        &["MPL-1.1"],
        "OSI Approved :: Mozilla Public License 1.1 (MPL 1.1)",
    ),
    (
        &["MPL-2.0"],
        "OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)",
    ),
    (
        &["PSF-2.0", "Python-2.0"],
        "OSI Approved :: Python Software Foundation License",
    ),
    (
        &["CNRI-Python"],
        "OSI Approved :: Python License (CNRI Python License)",
    ),
    (&["Unlicense"], "OSI Approved :: The Unlicense (Unlicense)"),
    (&["Zlib"], "OSI Approved :: zlib/libpng License"),
    (
        &["BSL-1.0"],
        "OSI Approved :: Boost Software License 1.0 (BSL-1.0)",
    ),
    (
        &["ZPL-1.1", "ZPL-2.0", "ZPL-2.1"],
        "OSI Approved :: Zope Public License",
    ),
    (
        &["UPL-1.0"],
        "OSI Approved :: Universal Permissive License (UPL)",
    ),
    (&["PostgreSQL"], "OSI Approved :: PostgreSQL License"),
    (
        &["NCSA"],
        "OSI Approved :: University of Illinois/NCSA Open Source License",
    ),
    (
        &["BlueOak-1.0.0"],
        "OSI Approved :: Blue Oak Model License (BlueOak-1.0.0)",
    ),
    (
        &["OFL-1.1"],
        "OSI Approved :: SIL Open Font License 1.1 (OFL-1.1)",
    ),
    (
        &["OSL-3.0"],
        "OSI Approved :: Open Software License 3.0 (OSL-3.0)",
    ),
    (
        &["EPL-1.0"],
        "OSI Approved :: Eclipse Public License 1.0 (EPL-1.0)",
    ),
    (
        &["EPL-2.0"],
        "OSI Approved :: Eclipse Public License 2.0 (EPL-2.0)",
    ),
    (
        &["EUPL-1.0"],
        "OSI Approved :: European Union Public Licence 1.0 (EUPL 1.0)",
    ),
    (
        &["EUPL-1.1"],
        "OSI Approved :: European Union Public Licence 1.1 (EUPL 1.1)",
    ),
    (
        &["EUPL-1.2"],
        "OSI Approved :: European Union Public Licence 1.2 (EUPL 1.2)",
    ),
    (
        &["CECILL-2.1"],
        "OSI Approved :: CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)",
    ),
    (
        &["CECILL-B"],
        "CeCILL-B Free Software License Agreement (CECILL-B)",
    ),
    (
        &["CECILL-C"],
        "CeCILL-C Free Software License Agreement (CECILL-C)",
    ),
    (
        &["CC0-1.0"],
        "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication",
    ),
    (
        &[
            "GPL-1.0-or-later",
            "GPL-2.0-only",
            "GPL-2.0-or-later",
            "GPL-3.0-only",
            "GPL-3.0-or-later",
        ],
        "OSI Approved :: GNU General Public License (GPL)",
    ),
    (
        &["GPL-2.0-only"],
        "OSI Approved :: GNU General Public License v2 (GPLv2)",
    ),
    (
        &["GPL-2.0-or-later"],
        "OSI Approved :: GNU General Public License v2 or later (GPLv2+)",
    ),
    (
        &["GPL-3.0-only"],
        "OSI Approved :: GNU General Public License v3 (GPLv3)",
    ),
    (
        &["GPL-3.0-or-later"],
        "OSI Approved :: GNU General Public License v3 or later (GPLv3+)",
    ),
    (
        &["LGPL-2.0-only"],
        "OSI Approved :: GNU Lesser General Public License v2 (LGPLv2)",
    ),
    (
        &["LGPL-2.0-or-later"],
        "OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)",
    ),
    (
        &["LGPL-3.0-only"],
        "OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)",
    ),
    (
        &["LGPL-3.0-or-later"],
        "OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)",
    ),
    (
        &[
            "LGPL-2.0-only",
            "LGPL-2.0-or-later",
            "LGPL-2.1-only",
            "LGPL-2.1-or-later",
            "LGPL-3.0-only",
            "LGPL-3.0-or-later",
        ],
        "OSI Approved :: GNU Library or Lesser General Public License (LGPL)",
    ),
    (
        &["AGPL-3.0-only"],
        "OSI Approved :: GNU Affero General Public License v3",
    ),
    (
        &["AGPL-3.0-or-later"],
        "OSI Approved :: GNU Affero General Public License v3 or later (AGPLv3+)",
    ),
];

#[cfg(test)]
mod tests;
