//! Calls of `Marker`: both as it is written and as it is meant.

use std::collections::BTreeSet;

use serde_json::Value;
use tilsit_packaging::marker::{
    Context, Dictionary, EnvironmentValues, Marker, MarkerEnvironment, MarkerExpression,
    Value as MarkerValue,
};
use tilsit_packaging::name::{ExtraName, GroupName};

use super::{both, flag, same, text};

pub(super) fn replay(call: &str, observation: &Value) -> Option<Result<(), String>> {
    Some(match call {
        "Marker" => parse(observation),
        "evaluate" => evaluate(observation),
        "marker_operation" => operation(observation),
        "markers_equal" => equal(observation),
        _ => return None,
    })
}

fn expression(observation: &Value, key: &str) -> MarkerExpression {
    text(observation, key)
        .parse()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn meaning(observation: &Value, key: &str) -> Marker {
    text(observation, key)
        .parse()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn parse(observation: &Value) -> Result<(), String> {
    let given = text(observation, "text");
    let marker = both(given.parse::<Marker>(), observation)?;
    let Some(expression) = both(given.parse::<MarkerExpression>(), observation)? else {
        return Ok(());
    };
    same(&expression.to_string(), &text(observation, "ok").to_owned())?;
    // What is displayed means the same.
    let shown = marker.expect("an expression has a meaning").to_string();
    same(&shown.parse::<Marker>().ok(), &marker)
}

fn evaluate(observation: &Value) -> Result<(), String> {
    let expression = expression(observation, "marker");
    let mut values = Dictionary::new();
    for (name, value) in observation["environment"]
        .as_object()
        .expect("values by name")
    {
        let value = match value {
            Value::String(text) => MarkerValue::Text(text.clone()),
            Value::Null => MarkerValue::Text(String::new()),
            Value::Object(set) => MarkerValue::Names(names(&set["set"])),
            other => MarkerValue::Names(names(other)),
        };
        values.insert(name.clone(), value);
    }
    // The environment that was seen holds all that the context adds.
    let ours = expression.evaluate(&values, Context::Requirement);
    let Some(holds) = both(ours, observation)? else {
        return Ok(());
    };
    same(&holds, &flag(observation, "result"))?;
    meaning_agrees(observation, &values, holds)
}

fn names(value: &Value) -> BTreeSet<String> {
    let name = |item: &Value| item.as_str().expect("a name").to_owned();
    value
        .as_array()
        .expect("a list of names")
        .iter()
        .map(name)
        .collect()
}

/// The meaning must agree too, where the values are those of an environment.
fn meaning_agrees(observation: &Value, values: &Dictionary, expected: bool) -> Result<(), String> {
    let text_of = |name: &str| match values.get(name) {
        Some(MarkerValue::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let environment = EnvironmentValues {
        implementation_name: text_of("implementation_name"),
        implementation_version: text_of("implementation_version"),
        os_name: text_of("os_name"),
        platform_machine: text_of("platform_machine"),
        platform_python_implementation: text_of("platform_python_implementation"),
        platform_release: text_of("platform_release"),
        platform_system: text_of("platform_system"),
        platform_version: text_of("platform_version"),
        python_full_version: text_of("python_full_version"),
        python_version: text_of("python_version"),
        sys_platform: text_of("sys_platform"),
    };
    // Many tests set one version of Python and leave the other: no interpreter is like that.
    let asks = |name: &str| text(observation, "marker").contains(name);
    let environment = match MarkerEnvironment::new(environment.clone()) {
        Ok(environment) => environment,
        Err(_) if asks("python_full_version") && asks("python_version") => return Ok(()),
        Err(_) => {
            let (full, short) = (
                environment.python_full_version.clone(),
                environment.python_version.clone(),
            );
            let full = if asks("python_version") { short } else { full };
            let short: Vec<&str> = full.split(['.', '+']).take(2).collect();
            let short = short.join(".");
            match MarkerEnvironment::new(EnvironmentValues {
                python_full_version: full,
                python_version: short,
                ..environment
            }) {
                Ok(environment) => environment,
                Err(_) => return Ok(()),
            }
        }
    };
    let mut extras: Vec<ExtraName> = text_of("extra").parse().into_iter().collect();
    let set = |name: &str| match values.get(name) {
        Some(MarkerValue::Names(names)) => names.clone(),
        _ => BTreeSet::new(),
    };
    extras.extend(set("extras").iter().filter_map(|name| name.parse().ok()));
    let groups: Vec<GroupName> = set("dependency_groups")
        .iter()
        .filter_map(|name| name.parse().ok())
        .collect();
    let ours = meaning(observation, "marker").evaluate_with(&environment, &extras, &groups);
    // `2.7` alone is a prefix of the full versions that it stands for.
    same(&ours, &expected)
}

fn operation(observation: &Value) -> Result<(), String> {
    let (left, right) = (meaning(observation, "left"), meaning(observation, "right"));
    let ours = if text(observation, "operation") == "and" {
        left.and(right)
    } else {
        left.or(right)
    };
    same(&ours, &meaning(observation, "result"))
}

/// Theirs compares texts. Where they are equal the meanings are; where they are not, ours as written
/// must differ too.
fn equal(observation: &Value) -> Result<(), String> {
    let theirs = flag(observation, "result");
    same(
        &(expression(observation, "left") == expression(observation, "right")),
        &theirs,
    )?;
    if theirs {
        same(
            &meaning(observation, "left"),
            &meaning(observation, "right"),
        )
    } else {
        Ok(())
    }
}
