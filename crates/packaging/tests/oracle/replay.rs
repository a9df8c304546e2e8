//! Makes an observed call of ours, and compares the results.

mod marker_calls;
mod range_calls;
mod requirement_calls;
mod specifier_calls;
mod tag_calls;
mod utility_calls;
mod version_calls;

use serde_json::Value;

/// `Ok` if ours does the same.
pub(crate) fn replay(observation: &Value) -> Result<(), String> {
    let call = observation["call"].as_str().expect("a call has a name");
    let areas = [
        version_calls::replay,
        specifier_calls::replay,
        range_calls::replay,
        marker_calls::replay,
        requirement_calls::replay,
        tag_calls::replay,
        utility_calls::replay,
    ];
    areas
        .iter()
        .find_map(|replay| replay(call, observation))
        .unwrap_or_else(|| panic!("`{call}` is not known"))
}

/// Fails with both sides when they differ.
fn same<T: PartialEq + std::fmt::Debug>(ours: &T, theirs: &T) -> Result<(), String> {
    if ours == theirs {
        Ok(())
    } else {
        Err(format!("{ours:?} here, {theirs:?} there"))
    }
}

/// Fails when only one of the two is an error; otherwise hands on ours, if there is one.
fn both<T, E: std::fmt::Display>(
    ours: Result<T, E>,
    observation: &Value,
) -> Result<Option<T>, String> {
    match (ours, observation.get("error")) {
        (Ok(value), None) => Ok(Some(value)),
        (Err(_), Some(_)) => Ok(None),
        (Ok(_), Some(error)) => Err(format!("taken here, {error} there")),
        (Err(error), None) => Err(format!("taken there, but here {error}")),
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("`{key}` is a text in {value}"))
}

fn flag(value: &Value, key: &str) -> bool {
    value[key]
        .as_bool()
        .unwrap_or_else(|| panic!("`{key}` is a truth value in {value}"))
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    list(value, key)
        .iter()
        .map(|item| item.as_str().expect("a list of texts").to_owned())
        .collect()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key]
        .as_array()
        .unwrap_or_else(|| panic!("`{key}` is a list in {value}"))
}

fn numbers(value: &Value) -> Vec<u32> {
    let number =
        |item: &Value| u32::try_from(item.as_u64().expect("a number")).expect("a small number");
    value
        .as_array()
        .expect("a list of numbers")
        .iter()
        .map(number)
        .collect()
}

fn pair(value: &Value) -> (u32, u32) {
    let numbers = numbers(value);
    (numbers[0], numbers[1])
}
