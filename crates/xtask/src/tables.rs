//! `tables FOLDER`: which keys the tables of tools in pyproject.toml have and what may stand there, from
//! the schemas in validate-pyproject-schema-store, turned into the listings that `tilsit check` reads.
//!
//! What a listing looks like is said in `crates/packaging/src/pyproject/tools/listing.rs`. Descriptions,
//! defaults and patterns are left out: a listing holds names and kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use crate::process::{root, say};

const LISTINGS: &str = "crates/packaging/src/pyproject/tools";

/// The tools whose listings are made so; others are written by hand.
const TOOLS: [&str; 16] = [
    "black",
    "cibuildwheel",
    "hatch",
    "maturin",
    "mypy",
    "pdm",
    "poe",
    "poetry",
    "pyright",
    "pytest",
    "ruff",
    "scikit-build",
    "setuptools_scm",
    "tox",
    "ty",
    "uv",
];

/// What the tools take besides, by their code and their older versions: the tool, a part of its listing,
/// and what it becomes.
const CORRECTIONS: [(&str, &str, &str); 7] = [
    // A number in a string is one, too.
    (
        "cibuildwheel",
        "\nbuild-verbosity = integer",
        "\nbuild-verbosity = integer|text",
    ),
    (
        "cibuildwheel",
        "  build-verbosity integer\n",
        "  build-verbosity integer|text\n",
    ),
    // Until version 3.
    (
        "cibuildwheel",
        "enable = \"cpython-prerelease\"",
        "enable = \"all\"|\"cpython-freethreading\"|\"cpython-prerelease\"",
    ),
    // Plugins have tables of their own there.
    ("hatch", "top closed", "top open"),
    ("pdm", "top closed", "top open"),
    // Names of rules that ruff reads as those of today.
    ("ruff", "code(A,", "code(IC,M,PDV,R,TCH,TRIO,TYP,U,A,"),
    (
        "setuptools_scm",
        "  write_to text\n",
        "  write_to text\n  write_to_template text\n  write_to_source flag\n  dist_name text\n  search_parent_directories flag\n",
    ),
];

/// Words that are more than these are names of rules: only how they begin is kept.
const WORDS_MAX: usize = 200;

/// Writes the listings from a folder `site-packages`.
///
/// # Errors
/// When a schema cannot be read or is of another kind than those that are known.
pub(crate) fn write(folder: &Path) -> Result<()> {
    let schemas = folder.join("validate_pyproject_schema_store/resources");
    for tool in TOOLS {
        let path = schemas.join(format!("{tool}.schema.json"));
        let text = std::fs::read_to_string(&path);
        let text = text.with_context(|| format!("cannot read {}", path.display()))?;
        let schema: Value = serde_json::from_str(&text)?;
        let mut listing = Listing {
            schema: &schema,
            names: BTreeMap::new(),
            taken: BTreeSet::new(),
            definitions: Vec::new(),
        };
        let form = if schema["properties"].is_object() {
            listing.form(&schema, "top")?
        } else {
            // What is told in several forms, old and new, has the keys of all.
            let mut tables = Vec::new();
            listing.tables_of(&schema, &mut tables)?;
            listing.joined(&tables, "top")?
        };
        let mut text = format!("# The keys of `[tool.{tool}]`, by `cargo xtask tables`.\n");
        writeln!(text, " = {form}")?;
        listing.definitions.sort();
        text.extend(listing.definitions);
        for (_, old, new) in CORRECTIONS.iter().filter(|(name, ..)| *name == tool) {
            ensure!(
                text.contains(old),
                "`{old}` is not in the listing of {tool}"
            );
            text = text.replace(old, new);
        }
        std::fs::write(root().join(LISTINGS).join(format!("{tool}.txt")), &text)?;
        say(format_args!("{tool}: {} lines", text.lines().count()));
    }
    Ok(())
}

struct Listing<'s> {
    schema: &'s Value,
    /// Names by the references that have them.
    names: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    definitions: Vec<String>,
}

impl<'s> Listing<'s> {
    /// What may stand there; `hint` names a table that has no name.
    fn form(&mut self, schema: &'s Value, hint: &str) -> Result<String> {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.named(reference);
        }
        if let Some(words) = schema["enum"].as_array() {
            return Ok(either(words.iter().map(word)));
        }
        if !schema["const"].is_null() {
            return Ok(word(&schema["const"]));
        }
        if schema["properties"].is_object() {
            return self.table(schema, hint);
        }
        if let Some(all) = schema["allOf"].as_array() {
            return self.all(all, hint);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(forms) = schema[key].as_array() {
                let forms = forms.iter().filter(|form| form["type"] != "null");
                let forms = forms.map(|form| self.form(form, hint));
                return Ok(either(forms.collect::<Result<Vec<_>>>()?));
            }
        }
        match &schema["type"] {
            Value::Array(types) => {
                let types = types.iter().filter_map(Value::as_str);
                let types = types.filter(|name| *name != "null");
                let forms = types.map(|name| self.of_type(name, schema, hint));
                Ok(either(forms.collect::<Result<Vec<_>>>()?))
            }
            Value::String(name) => self.of_type(name, schema, hint),
            _ => Ok("any".to_owned()),
        }
    }

    fn of_type(&mut self, name: &str, schema: &'s Value, hint: &str) -> Result<String> {
        Ok(match name {
            "string" if schema["pattern"] == "^[^\n]*$" => "line".to_owned(),
            "string" => "text".to_owned(),
            "integer" | "number" => name.to_owned(),
            "boolean" => "flag".to_owned(),
            "array" if schema["items"].is_object() => {
                format!("[{}]", self.form(&schema["items"], hint)?)
            }
            "array" => "[any]".to_owned(),
            "object" => format!("{{{}}}", self.others(schema, hint)?),
            _ => anyhow::bail!("a value of the type `{name}`"),
        })
    }

    /// What stands at keys that have no name.
    fn others(&mut self, schema: &'s Value, hint: &str) -> Result<String> {
        let patterns = schema["patternProperties"].as_object();
        let mut forms = Vec::new();
        for form in patterns.into_iter().flat_map(Map::values) {
            forms.push(self.form(form, hint)?);
        }
        if schema["additionalProperties"].is_object() {
            forms.push(self.form(&schema["additionalProperties"], hint)?);
        }
        Ok(if forms.is_empty() {
            "any".to_owned()
        } else {
            either(forms)
        })
    }

    /// Tables of which all keys count.
    fn all(&mut self, all: &'s [Value], hint: &str) -> Result<String> {
        if let [one] = all {
            return self.form(one, hint);
        }
        let resolved = all.iter().map(|one| match one["$ref"].as_str() {
            Some(reference) => self.find(reference),
            None => Ok(one),
        });
        let resolved: Vec<&Value> = resolved.collect::<Result<_>>()?;
        if !resolved.iter().all(|one| one["properties"].is_object()) {
            return self.form(&all[0], hint);
        }
        self.joined(&resolved, hint)
    }

    /// One table with the keys of several.
    fn joined(&mut self, tables: &[&'s Value], hint: &str) -> Result<String> {
        let name = self.name(hint);
        let mut text = format!("{name} open\n");
        for one in tables {
            self.keys(one, &mut text)?;
        }
        self.definitions.push(text.replace("! ", " "));
        Ok(format!("@{name}"))
    }

    /// The tables with keys that something is made of.
    fn tables_of(&self, schema: &'s Value, tables: &mut Vec<&'s Value>) -> Result<()> {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.tables_of(self.find(reference)?, tables);
        }
        if schema["properties"].is_object() {
            tables.push(schema);
        }
        let parts = ["allOf", "oneOf"].map(|key| schema[key].as_array());
        for part in parts.into_iter().flatten().flatten() {
            self.tables_of(part, tables)?;
        }
        Ok(())
    }

    fn table(&mut self, schema: &'s Value, hint: &str) -> Result<String> {
        let name = self.name(hint);
        self.define(schema, &name)?;
        Ok(format!("@{name}"))
    }

    fn define(&mut self, schema: &'s Value, name: &str) -> Result<()> {
        let mut text = name.to_owned();
        let has_others =
            schema["patternProperties"].is_object() || schema["additionalProperties"].is_object();
        if has_others {
            let others = self.others(schema, name)?;
            write!(text, " others {others}")?;
        } else if schema["additionalProperties"] == false {
            text += " closed";
        } else {
            text += " open";
        }
        if let Some(least) = schema["minProperties"].as_u64().filter(|least| *least > 1) {
            write!(text, " {least}")?;
        }
        text.push('\n');
        self.keys(schema, &mut text)?;
        self.definitions.push(text);
        Ok(())
    }

    fn keys(&mut self, schema: &'s Value, text: &mut String) -> Result<()> {
        let properties = schema["properties"].as_object().context("properties")?;
        let required = schema["required"].as_array().into_iter().flatten();
        let required: Vec<&str> = required.filter_map(Value::as_str).collect();
        for (key, schema) in properties {
            let form = self.form(schema, key)?;
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.$".contains(&byte);
            ensure!(
                !key.is_empty() && key.bytes().all(is_plain),
                "the key `{key}`"
            );
            let mark = if required.contains(&key.as_str()) {
                "!"
            } else {
                ""
            };
            writeln!(text, "  {key}{mark} {form}")?;
        }
        Ok(())
    }

    /// What a reference leads to, by name where it is a table.
    fn named(&mut self, reference: &str) -> Result<String> {
        if let Some(name) = self.names.get(reference) {
            return Ok(format!("@{name}"));
        }
        if !reference.starts_with('#') {
            return Ok("any".to_owned());
        }
        let schema = self.find(reference)?;
        let hint = reference.rsplit('/').next().unwrap_or_default();
        let name = self.name(hint);
        self.names.insert(reference.to_owned(), name.clone());
        if schema["properties"].is_object() && schema["$ref"].is_null() {
            self.define(schema, &name)?;
        } else {
            let form = self.form(schema, hint)?;
            self.definitions.push(format!("{name} = {form}\n"));
        }
        Ok(format!("@{name}"))
    }

    fn find(&self, reference: &str) -> Result<&'s Value> {
        let found = self.schema.pointer(reference.trim_start_matches('#'));
        found.with_context(|| format!("nothing at {reference}"))
    }

    /// A name that no other definition has.
    fn name(&mut self, hint: &str) -> String {
        let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || "-_".contains(*letter);
        let hint: String = hint.chars().filter(is_plain).collect();
        let mut name = hint.clone();
        let mut number = 1;
        while !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{hint}{number}");
        }
        name
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Bool(_) => "flag".to_owned(),
        Value::Number(_) => "number".to_owned(),
        _ => "any".to_owned(),
    }
}

/// One of these; where one takes anything, anything. Words are sorted, and very many are cut down to how
/// those begin that have capitals.
fn either(forms: impl IntoIterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for form in forms {
        for part in split(&form) {
            if !all.iter().any(|known| known == part) {
                all.push(part.to_owned());
            }
        }
    }
    if all.iter().any(|form| form == "any") || all.is_empty() {
        return "any".to_owned();
    }
    let words = all.iter().filter(|form| form.starts_with('"')).count();
    if words > WORDS_MAX {
        let words = all.iter().map(|word| word.trim_matches('"'));
        let starts =
            words.map(|word| word.trim_end_matches(|letter: char| letter.is_ascii_digit()));
        let is_code = |start: &&str| start.bytes().all(|byte| byte.is_ascii_uppercase());
        let starts: BTreeSet<&str> = starts.filter(is_code).collect();
        let starts: Vec<&str> = starts.into_iter().collect();
        return format!("code({})", starts.join(","));
    }
    all.join("|")
}

/// The alternatives of a form, with brackets and words whole.
fn split(form: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut is_word) = (0, 0, false);
    for (place, letter) in form.char_indices() {
        match letter {
            '"' => is_word = !is_word,
            '[' | '{' | '(' if !is_word => depth += 1,
            ']' | '}' | ')' if !is_word => depth -= 1,
            '|' if !is_word && depth == 0 => {
                parts.push(&form[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&form[start..]);
    parts
}
