//! Calls of `packaging.pylock`.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use tilsit_packaging::marker::{EnvironmentValues, MarkerEnvironment};
use tilsit_packaging::name::{ExtraName, GroupName};
use tilsit_packaging::pylock::{
    DistributionFile, PackageSource, Pylock, PylockError, SelectOptions, SelectedSource,
    is_pylock_file_name,
};
use tilsit_packaging::tag::CompatibleTags;

use super::{Call, Outcome, texts};

pub(super) fn whole(call: &Call) -> Outcome {
    let Some(text) = call.given["toml"].as_str() else {
        return Outcome::Skipped;
    };
    compare(call, text)
}

pub(super) fn package(call: &Call) -> Outcome {
    compare_part(call, |package| package)
}

pub(super) fn wheel(call: &Call) -> Outcome {
    compare_part(call, |wheel| {
        let mut package = toml::Table::new();
        package.insert("name".into(), "example".into());
        package.insert("wheels".into(), toml::Value::Array(vec![wheel.into()]));
        package
    })
}

pub(super) fn vcs(call: &Call) -> Outcome {
    compare_part(call, |vcs| {
        let mut package = toml::Table::new();
        package.insert("name".into(), "example".into());
        package.insert("vcs".into(), vcs.into());
        package
    })
}

pub(super) fn file_name(call: &Call) -> Outcome {
    let text = |key: &str| call.given[key].as_str().map(str::to_owned);
    let file = DistributionFile {
        name: text("name"),
        upload_time: None,
        url: text("url"),
        path: text("path"),
        size_bytes: None,
        hashes: BTreeMap::new(),
    };
    let found = file.file_name();
    let agrees = found.as_deref() == call.result.as_str();
    Outcome::of(agrees, || format!("{found:?} is not {}", call.result))
}

pub(super) fn is_direct(call: &Call) -> Outcome {
    let keys = texts(&call.given["keys"]);
    let value = if keys.contains(&"directory") {
        "directory = { path = '.' }"
    } else {
        "wheels = [{ url = 'https://index.example/example-1-py3-none-any.whl', hashes = { a = '' } }]"
    };
    let text = format!("[[packages]]\nname = 'example'\n{value}\n");
    let (pylock, _) =
        parse(&format!("lock-version = '1.0'\ncreated-by = 'x'\n{text}")).expect("valid");
    let direct = !matches!(
        pylock.packages[0].source,
        PackageSource::Distributions { .. }
    );
    Outcome::of(Some(direct) == call.result.as_bool(), || {
        format!("{direct}")
    })
}

pub(super) fn is_valid_path(call: &Call) -> Outcome {
    let name = call.given["name"].as_str().expect("a name");
    let found = is_pylock_file_name(name);
    Outcome::of(Some(found) == call.result.as_bool(), || format!("{found}"))
}

pub(super) fn select(call: &Call) -> Outcome {
    let text = call.given["toml"].as_str().expect("a lock file");
    let (pylock, _) = parse(text).expect("valid");
    let mut values: EnvironmentValues =
        serde_json::from_value(call.given["environment"].clone()).expect("an environment");
    // One test sets the long version alone, which no interpreter does.
    let short: Vec<&str> = values.python_full_version.split('.').take(2).collect();
    values.python_version = short.join(".");
    let environment = MarkerEnvironment::new(values).expect("an environment");
    let tags = texts(&call.given["tags"]).into_iter();
    let tags = CompatibleTags::new(tags.map(|tag| tag.parse().expect("a tag")));
    let extras: Vec<ExtraName> = names(&call.given["extras"]);
    let groups: Vec<GroupName> = names(&call.given["groups"]);
    let options = SelectOptions {
        environment: &environment,
        tags: &tags,
        extras: &extras,
        dependency_groups: call.given["groups"].is_array().then_some(&*groups),
    };
    let answers: HashMap<String, bool> =
        serde_json::from_value(call.given["answers"].clone()).expect("answers");
    let selected = pylock.select(&options, &mut |name| {
        answers.get(name.as_str()).copied().unwrap_or_default()
    });
    let found = selected.map(|selected| {
        let rows = selected.iter().map(|selected| {
            let name = selected.package.name.to_string();
            let (kind, file) = match selected.source {
                SelectedSource::Vcs(_) => ("PackageVcs", None),
                SelectedSource::Directory(_) => ("PackageDirectory", None),
                SelectedSource::Archive(_) => ("PackageArchive", None),
                SelectedSource::Sdist(file) => ("PackageSdist", file.file_name()),
                SelectedSource::Wheel(file) => ("PackageWheel", file.file_name()),
            };
            serde_json::json!([name, kind, file])
        });
        Value::Array(rows.collect())
    });
    match (&found, &call.error) {
        (Ok(found), None) => Outcome::of(*found == call.result, || {
            format!("{found} is not {}", call.result)
        }),
        (Err(_), Some(_)) => Outcome::Agrees,
        _ => Outcome::Differs(format!("theirs: {:?}, ours: {found:?}", call.error)),
    }
}

fn names<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &Value) -> Vec<T> {
    let names = texts(value).into_iter();
    names.map(|name| name.parse().expect("a name")).collect()
}

fn parse(text: &str) -> Result<(Pylock, usize), PylockError> {
    Pylock::parse(text).map(|(pylock, problems)| (pylock, problems.len()))
}

/// Puts a part of a lock file into a whole one.
fn compare_part(call: &Call, package: impl Fn(toml::Table) -> toml::Table) -> Outcome {
    let Some(text) = call.given["toml"].as_str() else {
        return Outcome::Skipped;
    };
    let package = package(text.parse().expect("they wrote TOML"));
    let mut lock = toml::Table::new();
    lock.insert("lock-version".into(), "1.0".into());
    lock.insert("created-by".into(), "x".into());
    lock.insert("packages".into(), toml::Value::Array(vec![package.into()]));
    compare(call, &toml::to_string(&lock).expect("TOML"))
}

/// Both read it to the same value, or both refuse it at the same key.
fn compare(call: &Call, text: &str) -> Outcome {
    match (parse(text), &call.error) {
        (Ok((pylock, _)), None) => {
            let (again, _) = parse(&pylock.to_toml()).expect("what is written is valid");
            let theirs = call
                .result
                .as_str()
                .map(|text| parse(text).expect("valid").0);
            let agrees = again == pylock && theirs.is_none_or(|theirs| theirs == pylock);
            Outcome::of(agrees, || format!("{pylock:#?} is another value"))
        }
        (Err(error), Some(theirs)) => {
            let context = theirs["context"].as_str().unwrap_or_default();
            let subject = match &error {
                PylockError::Invalid(problem) => problem.subject.as_str(),
                _ => context,
            };
            // Ours may name a key within theirs.
            Outcome::of(subject.contains(context), || {
                format!("{error} is not about `{context}`")
            })
        }
        (found, theirs) => Outcome::Differs(format!("theirs: {theirs:?}, ours: {found:?}")),
    }
}
