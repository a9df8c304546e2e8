//! Calls of `Requirement`.

use serde_json::Value;
use tilsit_packaging::marker::{Marker, MarkerExpression};
use tilsit_packaging::name::normalize;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;

use super::{both, flag, same, text, texts};

pub(super) fn replay(call: &str, observation: &Value) -> Option<Result<(), String>> {
    Some(match call {
        "Requirement" => parse(observation),
        "requirements_equal" => equal(observation),
        _ => return None,
    })
}

fn parse(observation: &Value) -> Result<(), String> {
    let Some(ours) = both(
        text(observation, "text").parse::<Requirement>(),
        observation,
    )?
    else {
        return Ok(());
    };
    let theirs = &observation["ok"];
    same(
        &ours.name.as_str(),
        &normalize(text(theirs, "name")).as_ref(),
    )?;
    let mut extras: Vec<String> = texts(theirs, "extras")
        .iter()
        .map(|extra| normalize(extra).into_owned())
        .collect();
    extras.sort();
    extras.dedup();
    same(
        &ours.extras.iter().map(ToString::to_string).collect(),
        &extras,
    )?;
    same(&ours.url(), &theirs["url"].as_str())?;
    let specifiers: VersionSpecifiers = text(theirs, "specifiers")
        .parse()
        .expect("specifiers display as such");
    same(&ours.specifiers().cloned().unwrap_or_default(), &specifiers)?;
    if let Some(marker) = theirs["marker"].as_str() {
        let meaning: Marker = marker.parse().map_err(|error| format!("{error}"))?;
        same(&ours.marker, &meaning)?;
        let expression: MarkerExpression = marker.parse().map_err(|error| format!("{error}"))?;
        same(&expression.to_string().as_str(), &marker)?;
    } else {
        same(&ours.marker, &Marker::TRUE)?;
    }
    // Both spellings of the whole mean ours.
    for shown in [text(theirs, "str").to_owned(), ours.to_string()] {
        same(&shown.parse::<Requirement>().ok().as_ref(), &Some(&ours))?;
    }
    Ok(())
}

/// Theirs compares markers as texts, ours as meanings; nothing else may differ.
fn equal(observation: &Value) -> Result<(), String> {
    let side = |key| {
        text(observation, key)
            .parse::<Requirement>()
            .expect("a requirement displays as one")
    };
    let (left, right) = (side("left"), side("right"));
    match (left == right, flag(observation, "result")) {
        (true, false) => {
            let marker = |key| {
                text(observation, key)
                    .split_once(';')
                    .map(|(_, marker)| marker.to_owned())
            };
            same(&(marker("left") == marker("right")), &false)
        }
        (ours, theirs) => same(&ours, &theirs),
    }
}
