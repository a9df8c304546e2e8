//! Reads a packse scenario (TOML) into an index in memory and a resolver.
//!
//! What a provider does with files stands here in small: a release has a wheel and a source
//! distribution unless the scenario says otherwise, and wheel tags are held against the platform.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use tilsit_packaging::name::ExtraName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_resolver::in_memory::{Index, linux};
use tilsit_resolver::{
    Candidate, Dependencies, Metadata, PrereleaseMode, Resolver, ResolverOptions, RootRequirement,
    Target, Universal, Unusable, Words, Yanked,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    #[serde(rename = "description")]
    _description: String,
    root: Root,
    pub(crate) expected: Expected,
    #[serde(default)]
    packages: BTreeMap<String, Package>,
    #[serde(default)]
    resolver_options: Options,
    #[serde(default)]
    environment: Environment,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Root {
    requires: Vec<String>,
    requires_python: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    pub(crate) satisfiable: bool,
    #[serde(default)]
    pub(crate) packages: BTreeMap<String, String>,
    #[serde(rename = "explanation")]
    _explanation: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    #[serde(default)]
    versions: BTreeMap<String, Release>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    #[serde(default)]
    requires: Vec<String>,
    requires_python: Option<String>,
    #[serde(default)]
    extras: BTreeMap<String, Vec<String>>,
    #[serde(default = "yes")]
    sdist: bool,
    #[serde(default = "yes")]
    wheel: bool,
    #[serde(default)]
    wheel_tags: Vec<String>,
    #[serde(default)]
    yanked: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(default)]
    universal: bool,
    #[serde(default)]
    prereleases: bool,
    python: Option<String>,
    #[serde(rename = "python_platform")]
    _python_platform: Option<String>,
    #[serde(default)]
    no_build: Vec<String>,
    #[serde(default)]
    no_binary: Vec<String>,
    #[serde(default, rename = "required_environments")]
    _required_environments: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Environment {
    #[serde(default = "default_python")]
    python: String,
    #[serde(default, rename = "additional_python")]
    _additional_python: Vec<String>,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            python: default_python(),
            _additional_python: Vec::new(),
        }
    }
}

fn default_python() -> String {
    "3.12".to_owned()
}

impl Scenario {
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a scenario can be read");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn is_universal(&self) -> bool {
        self.resolver_options.universal
    }

    /// The index that the scenario describes.
    pub(crate) fn index(&self) -> Index {
        let mut index = Index::new();
        for (name, package) in &self.packages {
            index.add_project(name.parse().expect("a name"));
            for (version, release) in &package.versions {
                let mut candidate = Candidate::new(version.parse().expect("a version"));
                candidate.requires_python = release.requires_python().map(Arc::new);
                candidate.yanked = release.yanked.then(Yanked::default);
                candidate.unusable = release.unusable(name, &self.resolver_options);
                let metadata = release.metadata();
                let name = name.parse().expect("a name");
                index.add(name, candidate, Dependencies::Found(metadata));
            }
        }
        index
    }

    /// What the user requires.
    pub(crate) fn requirements(&self) -> Vec<Requirement> {
        let texts = self.root.requires.iter();
        texts.map(|text| requirement(text)).collect()
    }

    /// The Pythons that the scenario is for.
    pub(crate) fn requires_python(&self) -> String {
        let default = format!(">={}", self.environment.python);
        self.root.requires_python.clone().unwrap_or(default)
    }

    /// Sets whether pre-releases are taken.
    pub(crate) fn set_prereleases(&self, options: &mut ResolverOptions) {
        if self.resolver_options.prereleases {
            options.prereleases = PrereleaseMode::Allow;
        }
    }

    /// The minor versions of Python 3 that the scenario is for, of those between 3.8 and 3.14.
    pub(crate) fn minors(&self) -> Vec<u32> {
        let specifiers: VersionSpecifiers = self.requires_python().parse().expect("specifiers");
        let is_in = |minor: &u32| {
            let version = format!("3.{minor}.4").parse().expect("a version");
            specifiers.contains(&version)
        };
        (8..=14).filter(is_in).collect()
    }

    /// A resolver of the scenario's requirements.
    pub(crate) fn resolver(&self) -> Resolver {
        let lines = self
            .root
            .requires
            .iter()
            .enumerate()
            .map(|(index, text)| {
                let origin = format!("requirements.in, line {}", index + 1);
                RootRequirement::new(requirement(text), origin)
            })
            .collect();
        let python = self.resolver_options.python.as_ref();
        let python = python.unwrap_or(&self.environment.python);
        let full = match python.split('.').count() {
            2 => format!("{python}.0"),
            _ => python.clone(),
        };
        let target = if self.is_universal() {
            Target::Universal(Universal {
                requires_python: self.requires_python().parse().expect("specifiers"),
                environments: Vec::new(),
            })
        } else {
            Target::Environment(linux(&full))
        };
        let mut options = ResolverOptions::for_target(target);
        self.set_prereleases(&mut options);
        Resolver::new(lines, Vec::new(), options)
    }
}

impl Release {
    fn requires_python(&self) -> Option<VersionSpecifiers> {
        let text = self.requires_python.as_deref()?;
        Some(text.parse().expect("specifiers"))
    }

    fn metadata(&self) -> Metadata {
        let mut requires: Vec<Requirement> =
            self.requires.iter().map(|text| requirement(text)).collect();
        let mut provides_extra: Vec<ExtraName> = Vec::new();
        for (extra, texts) in &self.extras {
            provides_extra.push(extra.parse().expect("an extra"));
            for text in texts {
                let text = match text.split_once(';') {
                    Some((what, marker)) => format!("{what}; ({marker}) and extra == '{extra}'"),
                    None => format!("{text}; extra == '{extra}'"),
                };
                requires.push(requirement(&text));
            }
        }
        Metadata {
            requires,
            provides_extra,
            requires_python: self.requires_python().map(Arc::new),
        }
    }

    fn unusable(&self, name: &str, options: &Options) -> Option<Unusable> {
        let is_any = options.universal || self.wheel_tags.is_empty();
        let wheel = self.wheel && (is_any || self.fits());
        let no_build = options.no_build.iter().any(|other| other == name);
        let no_binary = options.no_binary.iter().any(|other| other == name);
        if (wheel && !no_binary) || (self.sdist && !no_build) {
            return None;
        }
        Some(if self.sdist && no_build {
            Unusable::BuildNotAllowed
        } else if wheel {
            Unusable::WheelNotAllowed
        } else {
            Unusable::NoMatchingWheel(Words::of(self.wheel_tags.join(", ")))
        })
    }

    /// Whether one of the wheels is for `CPython` on Linux (x86-64): enough for the tags that the
    /// scenarios name.
    fn fits(&self) -> bool {
        self.wheel_tags.iter().any(|tag| {
            let parts: Vec<&str> = tag.split('-').collect();
            let python = parts[0]
                .split('.')
                .any(|tag| tag.starts_with("py3") || tag.starts_with("cp31"));
            let abi = parts[1]
                .split('.')
                .any(|tag| tag == "none" || tag == "abi3" || tag.starts_with("cp31"));
            let platform = parts[2].split('.').any(|tag| {
                tag == "any" || tag.ends_with("linux_x86_64") || tag.contains("linux2014_x86_64")
            });
            python && abi && platform
        })
    }
}

fn requirement(text: &str) -> Requirement {
    text.parse()
        .unwrap_or_else(|error| panic!("`{text}`: {error:?}"))
}
