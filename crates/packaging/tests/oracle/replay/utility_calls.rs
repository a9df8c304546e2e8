//! Calls of `packaging.utils`: names and file names.

use serde_json::{Value, json};
use tilsit_packaging::file_name::{SdistFileName, WheelFileName};
use tilsit_packaging::name::{ProjectName, is_normalized, normalize};
use tilsit_packaging::version::Version;

use super::{both, flag, same, text};

pub(super) fn replay(call: &str, observation: &Value) -> Option<Result<(), String>> {
    Some(match call {
        "canonicalize_name" => name(observation),
        "is_normalized_name" => same(
            &is_normalized(text(observation, "text")),
            &flag(observation, "result"),
        ),
        "canonicalize_version" => version(observation),
        "parse_wheel_filename" => wheel(observation),
        "parse_sdist_filename" => sdist(observation),
        _ => return None,
    })
}

fn name(observation: &Value) -> Result<(), String> {
    let given = text(observation, "text");
    let ours = if flag(observation, "validate") {
        given.parse::<ProjectName>().map(|name| name.to_string())
    } else {
        Ok(normalize(given).into_owned())
    };
    match both(ours, observation)? {
        Some(ours) => same(&ours.as_str(), &text(observation, "ok")),
        None => Ok(()),
    }
}

fn version(observation: &Value) -> Result<(), String> {
    let given = text(observation, "text");
    let ours = match given.parse::<Version>() {
        Ok(version) if flag(observation, "strip") => version.trimmed().to_string(),
        Ok(version) => version.to_string(),
        // What is no version stays as it is.
        Err(_) => given.to_owned(),
    };
    same(&ours.as_str(), &text(observation, "result"))
}

fn wheel(observation: &Value) -> Result<(), String> {
    let parsed = text(observation, "text")
        .parse::<WheelFileName>()
        .map_err(|error| error.to_string());
    let parsed = parsed.and_then(|wheel| {
        let unsorted = flag(observation, "validate_order") && !wheel.tags.is_sorted();
        if unsorted {
            Err("not sorted".to_owned())
        } else {
            Ok(wheel)
        }
    });
    let Some(wheel) = both(parsed, observation)? else {
        return Ok(());
    };
    let mut tags: Vec<String> = wheel.tags.iter().map(|tag| tag.to_string()).collect();
    tags.sort();
    let build = wheel
        .build
        .map_or(json!([]), |build| json!([build.number, build.rest]));
    let ours = json!({"name": wheel.name, "version": wheel.version, "build": build, "tags": tags});
    same(&ours, &observation["ok"])
}

fn sdist(observation: &Value) -> Result<(), String> {
    let Some(sdist) = both(
        text(observation, "text").parse::<SdistFileName>(),
        observation,
    )?
    else {
        return Ok(());
    };
    same(
        &json!({"name": sdist.name, "version": sdist.version}),
        &observation["ok"],
    )
}
