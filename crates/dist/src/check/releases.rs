//! The files of a release held against each other: what they say, and the modules they have.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_archive::ReadAt;
use tilsit_archive::tar::TarEntryKind;
use tilsit_packaging::metadata::{CoreMetadata, Field, MetadataVersion};

use super::{and_others, has_ending};
use crate::finding::Finding;
use crate::rule::Rule;
use crate::sdist::Sdist;
use crate::wheel::{Scheme, Wheel};

/// How many packages of a wheel are looked for in the sdist; nobody has so many.
const PACKAGES_MAX: usize = 64;

/// What a file says about itself, without the file.
#[derive(Debug)]
pub struct Described {
    /// The metadata.
    pub metadata: CoreMetadata,
    contents: Contents,
}

#[derive(Debug)]
enum Contents {
    Sdist {
        files: Vec<String>,
    },
    Wheel {
        /// Paths of modules, where the wheel has no compiled ones.
        modules: Option<Vec<String>>,
    },
}

impl Described {
    /// What a wheel says.
    pub fn of_wheel<S: ReadAt>(wheel: &Wheel<S>) -> Self {
        let library = wheel.files().iter().filter(|file| {
            matches!(file.scheme, Scheme::Purelib | Scheme::Platlib)
                && has_ending(&file.name, &[".py"])
        });
        let modules = library.map(|file| file.path().to_owned()).collect();
        Self {
            metadata: wheel.metadata().clone(),
            contents: Contents::Wheel {
                modules: wheel.file_name().tags.is_pure().then_some(modules),
            },
        }
    }

    /// What a source distribution says; nothing without PKG-INFO.
    pub fn of_sdist(sdist: &Sdist) -> Option<Self> {
        let files = sdist.entries().iter();
        let files = files.filter(|entry| entry.kind == TarEntryKind::File);
        Some(Self {
            metadata: sdist.metadata()?.clone(),
            contents: Contents::Sdist {
                files: files.map(|entry| entry.path.clone()).collect(),
            },
        })
    }

    /// Whether it is a source distribution.
    pub fn is_sdist(&self) -> bool {
        matches!(self.contents, Contents::Sdist { .. })
    }
}

/// Holds the files of each release against each other. Takes files and their names, and gives the
/// findings with the number of the file that each is about.
pub fn check_releases(files: &[(&str, &Described)]) -> Vec<(usize, Finding)> {
    let mut releases: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (number, (_, file)) in files.iter().enumerate() {
        let project = file.metadata.project_name().as_str().to_owned();
        let release = (project, file.metadata.version.to_string());
        releases.entry(release).or_default().push(number);
    }
    let mut findings = Vec::new();
    for numbers in releases.into_values() {
        let is_sdist = |number: &&usize| files[**number].1.is_sdist();
        let sdist = numbers.iter().find(is_sdist).copied();
        let wheels: Vec<usize> = numbers.iter().filter(|n| !is_sdist(n)).copied().collect();
        if let Some(sdist) = sdist {
            let (name, described) = files[sdist];
            for &wheel in &wheels {
                let found = against_sdist(files[wheel].1, name, described);
                findings.extend(found.into_iter().map(|finding| (wheel, finding)));
            }
        } else if let Some((&first, others)) = wheels.split_first() {
            let (name, described) = files[first];
            for &other in others {
                let finding = against_wheel(files[other].1, name, described);
                findings.extend(finding.map(|finding| (other, finding)));
            }
        }
    }
    findings
}

/// A wheel must say what its sdist says, save what that leaves open (PEP 643).
fn against_sdist(wheel: &Described, name: &str, sdist: &Described) -> Vec<Finding> {
    let mut findings = Vec::new();
    let promised = &sdist.metadata;
    if promised.metadata_version >= MetadataVersion::new(2, 2) {
        let fields = differing(&wheel.metadata, promised);
        let kept = fields
            .into_iter()
            .filter(|field| !promised.is_dynamic(*field));
        let kept: Vec<Field> = kept.collect();
        if !kept.is_empty() {
            let reason = format!("differs from that of `{name}`, which does not call it dynamic");
            findings.push(of_fields(Rule::MetadataDiffers, &kept, reason));
        }
    }
    if let (
        Contents::Wheel {
            modules: Some(modules),
        },
        Contents::Sdist { files },
    ) = (&wheel.contents, &sdist.contents)
    {
        findings.extend(compare_modules(modules, name, files));
    }
    findings
}

/// Indexes and resolvers take one wheel's word for all of a release.
fn against_wheel(wheel: &Described, name: &str, first: &Described) -> Option<Finding> {
    let fields = differing(&wheel.metadata, &first.metadata);
    let reason = format!("differs from that of `{name}`: resolvers look at one of them only");
    (!fields.is_empty()).then(|| of_fields(Rule::WheelsDiffer, &fields, reason))
}

fn of_fields(rule: Rule, fields: &[Field], reason: String) -> Finding {
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    Finding::new(rule, "METADATA", names.join(", "), reason)
}

/// The fields in which two say something else; their order counts for nothing.
fn differing(one: &CoreMetadata, other: &CoreMetadata) -> Vec<Field> {
    let (one, other) = (values(one), values(other));
    let differ = one.into_iter().zip(other);
    differ
        .filter(|((_, one), (_, other))| one != other)
        .map(|((field, _), _)| field)
        .collect()
}

fn values(metadata: &CoreMetadata) -> Vec<(Field, Vec<String>)> {
    let text = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    let description = metadata.description.as_deref().map(str::trim);
    let description: Vec<String> = description.map(str::to_owned).into_iter().collect();
    let mut values = vec![
        (Field::Summary, text(&metadata.summary)),
        (Field::Description, description),
        (
            Field::DescriptionContentType,
            shown(&metadata.description_content_type),
        ),
        (Field::Keywords, metadata.keywords.clone()),
        (Field::HomePage, text(&metadata.home_page)),
        (Field::Author, text(&metadata.author)),
        (Field::AuthorEmail, text(&metadata.author_email)),
        (Field::Maintainer, text(&metadata.maintainer)),
        (Field::MaintainerEmail, text(&metadata.maintainer_email)),
        (Field::License, text(&metadata.license)),
        (
            Field::LicenseExpression,
            shown(&metadata.license_expression),
        ),
        (Field::LicenseFile, metadata.license_files.clone()),
        (Field::Classifier, metadata.classifiers.clone()),
        (Field::RequiresDist, shown(&metadata.requires_dist)),
        (Field::RequiresPython, shown(&metadata.requires_python)),
        (Field::ProjectUrl, pairs(&metadata.project_urls)),
        (Field::ProvidesExtra, shown(&metadata.provides_extra)),
    ];
    for (_, values) in &mut values {
        values.sort_unstable();
    }
    values
}

fn shown<'a, T: ToString + 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<String> {
    values.into_iter().map(ToString::to_string).collect()
}

fn pairs(pairs: &[(String, String)]) -> Vec<String> {
    let pairs = pairs.iter();
    pairs
        .map(|(label, url)| format!("{label}, {url}"))
        .collect()
}

/// The modules of a pure wheel against the files that it was built from.
fn compare_modules(modules: &[String], name: &str, files: &[String]) -> Vec<Finding> {
    let packages = packages(modules, files);
    let in_sdist: BTreeSet<&str> = files.iter().map(String::as_str).collect();
    let in_wheel: BTreeSet<&str> = modules.iter().map(String::as_str).collect();
    let mut findings = Vec::new();
    let is_absent = |module: &&String| {
        let root = packages.get(first_step(module));
        let place = format!("{}{module}", root.copied().unwrap_or_default());
        !in_sdist.contains(place.as_str())
    };
    let absent: Vec<&String> = modules.iter().filter(is_absent).collect();
    if let Some(first) = absent.first() {
        let shown = and_others(first, absent.len());
        let reason = format!("{shown} cannot be found in `{name}`");
        findings.push(Finding::new(Rule::ModuleNotInSdist, "", "", reason));
    }
    let is_left_out = |file: &&String| {
        has_ending(file, &[".py"])
            && !is_test(file)
            && packages.iter().any(|(package, root)| {
                let path = file.strip_prefix(root);
                path.is_some_and(|path| is_below(path, package) && !in_wheel.contains(path))
            })
    };
    let left_out: Vec<&String> = files.iter().filter(is_left_out).collect();
    if let Some(first) = left_out.first() {
        let shown = and_others(first, left_out.len());
        let reason = format!("lacks {shown} of `{name}`");
        findings.push(Finding::new(Rule::ModuleNotInWheel, "", "", reason));
    }
    findings
}

/// The top-level packages and modules of a wheel, each with the folder that it is in in the sdist:
/// none, or one such as `src/`. Found by a module that no build makes: the outermost `__init__.py`.
fn packages<'a>(modules: &'a [String], files: &'a [String]) -> BTreeMap<&'a str, &'a str> {
    let rank = |module: &str| (!module.ends_with("__init__.py"), module.len());
    let mut outermost: BTreeMap<&str, &str> = BTreeMap::new();
    for module in modules {
        let known = outermost.entry(first_step(module)).or_insert(module);
        if rank(module) < rank(known) {
            *known = module;
        }
    }
    let root_of = |module: &str| {
        let roots = files.iter().filter_map(|file| {
            let root = file.strip_suffix(module)?;
            (root.is_empty() || root.ends_with('/')).then_some(root)
        });
        roots.min_by_key(|root| root.len())
    };
    let found = outermost.into_iter().take(PACKAGES_MAX);
    found
        .filter_map(|(top, module)| Some((top, root_of(module)?)))
        .collect()
}

fn first_step(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// Tests are often left out of wheels on purpose.
fn is_test(path: &str) -> bool {
    path.split('/')
        .any(|step| step == "tests" || step == "test")
}
