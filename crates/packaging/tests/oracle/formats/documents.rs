//! Calls of `packaging.direct_url`, `packaging.dependency_groups` and `packaging.licenses`.

use serde_json::Value;
use tilsit_packaging::dependency_groups::{DependencyGroups, GroupItem};
use tilsit_packaging::direct_url::{DirectUrl, DirectUrlFormat, strip_credentials};
use tilsit_packaging::license::LicenseExpression;
use tilsit_packaging::name::GroupName;
use tilsit_packaging::requirement::Requirement;

use super::{Call, Outcome, texts};

pub(super) fn direct_url(call: &Call) -> Outcome {
    let ours = DirectUrl::parse(call.given["json"].to_string().as_bytes());
    match (&ours, &call.error) {
        (Ok(ours), None) => {
            let written = json(ours, DirectUrlFormat::default());
            let agrees = call.result.is_null() || written == call.result;
            Outcome::of(agrees, || format!("{written} is not {}", call.result))
        }
        (Err(ours), Some(theirs)) => {
            let context = theirs["context"].as_str().unwrap_or_default();
            Outcome::of(ours.to_string().contains(context), || {
                format!("{ours} is not about `{context}`")
            })
        }
        _ => Outcome::Differs(format!("theirs: {:?}, ours: {ours:?}", call.error)),
    }
}

pub(super) fn direct_url_to_dict(call: &Call) -> Outcome {
    let Ok(mut ours) = DirectUrl::parse(call.given["json"].to_string().as_bytes()) else {
        return Outcome::Skipped;
    };
    if call.given["strip_user_password"] != Value::Bool(false) {
        ours = ours.without_credentials(&["git"]);
    }
    let format = DirectUrlFormat {
        legacy_hash: call.given["generate_legacy_hash"] == Value::Bool(true),
    };
    let written = json(&ours, format);
    Outcome::of(written == call.result, || {
        format!("{written} is not {}", call.result)
    })
}

pub(super) fn strip_url(call: &Call) -> Outcome {
    let url = call.given["url"].as_str().expect("a URL");
    let ours = strip_credentials(url, &texts(&call.given["safe"]));
    Outcome::of(Some(&*ours) == call.result.as_str(), || {
        format!("{ours} is not {}", call.result)
    })
}

pub(super) fn groups(call: &Call) -> Outcome {
    let Some(text) = call.given["toml"].as_str() else {
        return Outcome::Skipped;
    };
    let ours = DependencyGroups::parse(text);
    Outcome::of_success(call, &ours.map(|_| ()).map_err(|error| error.to_string()))
}

pub(super) fn requirements_of_groups(call: &Call) -> Outcome {
    let Some(text) = call.given["toml"].as_str() else {
        return Outcome::Skipped;
    };
    let group = call.given["group"].as_str();
    let names = group.map_or_else(|| texts(&call.given["groups"]), |group| vec![group]);
    let ours = requirements(text, &names, call.function == "lookup");
    let ours = match (ours, &call.error) {
        (Ok(ours), None) => ours,
        (Err(_), Some(_)) => return Outcome::Agrees,
        (ours, theirs) => return Outcome::Differs(format!("theirs: {theirs:?}, ours: {ours:?}")),
    };
    let same = |ours: &String, theirs: &str| {
        let parsed = |text: &str| text.parse::<Requirement>().ok();
        parsed(ours) == parsed(theirs)
    };
    let theirs = texts(&call.result);
    let agrees = ours.len() == theirs.len()
        && ours
            .iter()
            .zip(&theirs)
            .all(|(ours, theirs)| same(ours, theirs));
    Outcome::of(agrees, || format!("{ours:?} is not {theirs:?}"))
}

/// The items of groups in the order asked for, includes followed or not.
fn requirements(text: &str, names: &[&str], only_items: bool) -> Result<Vec<String>, String> {
    let groups = DependencyGroups::parse(text).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for name in names {
        let name: GroupName = name.parse().expect("a name");
        if only_items {
            let items = groups.items(&name).map_err(|error| error.to_string())?;
            found.extend(items.iter().map(|item| match item {
                GroupItem::Requirement(requirement) => requirement.to_string(),
                GroupItem::Include(group) => group.to_string(),
            }));
        } else {
            let requirements = groups.resolve(&name).map_err(|error| error.to_string())?;
            found.extend(requirements.iter().map(ToString::to_string));
        }
    }
    Ok(found)
}

pub(super) fn license(call: &Call) -> Outcome {
    let text = call.given["expression"].as_str().expect("a text");
    let ours = text.parse::<LicenseExpression>();
    let canonical = ours.as_ref().ok().map(LicenseExpression::as_str);
    Outcome::of(canonical == call.result.as_str(), || {
        format!("{ours:?} is not {}", call.result)
    })
}

pub(super) fn listed_license(call: &Call) -> Outcome {
    let id = call.given["id"].as_str().expect("an identifier");
    let text = if call.given["table"] == "LICENSES" {
        id.to_owned()
    } else {
        format!("MIT WITH {id}")
    };
    let Ok(ours) = text.to_ascii_lowercase().parse::<LicenseExpression>() else {
        return Outcome::Differs(format!("`{text}` is refused"));
    };
    let deprecated = !ours.deprecated().is_empty();
    let agrees = ours.as_str() == text && Some(deprecated) == call.given["deprecated"].as_bool();
    Outcome::of(agrees, || format!("{ours} is not {}", call.given))
}

fn json(direct_url: &DirectUrl, format: DirectUrlFormat) -> Value {
    serde_json::from_str(&direct_url.to_json(format)).expect("what is written is JSON")
}
