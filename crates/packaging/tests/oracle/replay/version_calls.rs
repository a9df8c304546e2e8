//! Calls of `Version`.

use serde_json::{Value, json};
use tilsit_packaging::version::{LocalSegment, PreReleaseKind, Version, VersionParts};

use super::{both, flag, same, text};

pub(super) fn replay(call: &str, observation: &Value) -> Option<Result<(), String>> {
    Some(match call {
        "Version" => parse(observation),
        "compare" => compare(observation),
        "replace" => replace(observation),
        _ => return None,
    })
}

fn parse(observation: &Value) -> Result<(), String> {
    let given = text(observation, "text");
    let Some(version) = both(given.parse::<Version>(), observation)? else {
        return Ok(());
    };
    let theirs = &observation["ok"];
    same(&version.to_string(), &text(theirs, "str").to_owned())?;
    if theirs.get("epoch").is_none() {
        return Ok(());
    }
    let local: Vec<String> = version
        .local()
        .iter()
        .map(LocalSegment::to_string)
        .collect();
    let ours = json!({
        "str": version.to_string(),
        "epoch": version.epoch(),
        "release": version.release().to_vec(),
        "pre": version.pre().map(|(kind, number)| json!([kind.as_str(), number])),
        "post": version.post(),
        "dev": version.dev(),
        "local": if version.is_local() { Some(local.join(".")) } else { None },
        "public": version.without_local().to_string(),
        "base": version.base().to_string(),
        "is_prerelease": version.is_prerelease(),
        "is_postrelease": version.is_postrelease(),
        "is_devrelease": version.is_devrelease(),
        "major": version.major(),
        "minor": version.minor(),
        "micro": version.micro(),
    });
    same(&ours, theirs)
}

fn compare(observation: &Value) -> Result<(), String> {
    let side = |key| {
        text(observation, key)
            .parse::<Version>()
            .expect("a version displays as one")
    };
    let (left, right) = (side("left"), side("right"));
    let ours = match text(observation, "operator") {
        "lt" => left < right,
        "le" => left <= right,
        "eq" => left == right,
        "ge" => left >= right,
        "gt" => left > right,
        _ => left != right,
    };
    same(&ours, &flag(observation, "result"))
}

fn replace(observation: &Value) -> Result<(), String> {
    let version: Version = text(observation, "version")
        .parse()
        .expect("a version displays as one");
    let mut parts = version.to_parts();
    for (name, value) in observation["parts"].as_object().expect("parts by name") {
        let number = value.as_u64();
        match name.as_str() {
            "epoch" => parts.epoch = number.unwrap_or(0),
            "release" => {
                let given = value
                    .as_array()
                    .map(|release| release.iter().filter_map(Value::as_u64).collect());
                parts.release = given.unwrap_or_else(|| [0].into_iter().collect());
            }
            "pre" => {
                parts.pre = value.as_array().map(|pre| {
                    (
                        kind(pre[0].as_str().expect("a kind")),
                        pre[1].as_u64().expect("a number"),
                    )
                });
            }
            "post" => parts.post = number,
            "dev" => parts.dev = number,
            "local" => {
                let given = value.as_str().map(|local| {
                    format!("0+{local}")
                        .parse::<Version>()
                        .expect("a local label")
                });
                parts.local = given.map_or_else(Vec::new, |version| version.local().to_vec());
            }
            other => panic!("`{other}` is no part of a version"),
        }
    }
    let ours = Version::from_parts(VersionParts { ..parts });
    same(&ours.to_string(), &text(observation, "result").to_owned())
}

/// The kind of a pre-release, in any spelling.
fn kind(spelling: &str) -> PreReleaseKind {
    let version: Version = format!("0{spelling}0")
        .parse()
        .expect("a spelling of a pre-release");
    version.pre().expect("a pre-release").0
}
