//! `[tool.cibuildwheel]` of a pyproject.toml, and the `CIBW_…` variables: which wheels a project wants
//! built, and what is run before, with and after each. Pure; nothing is run here.
//!
//! Of cibuildwheel 4's options those are read that say something about a build on this machine with the
//! Pythons that are there. Those for containers, other systems and the program's own doings are passed
//! over; [`Cibuildwheel::unknown`] names what cibuildwheel does not know either.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::{Table, Value};

/// Options that are heeded.
const HEEDED: [&str; 16] = [
    "before-all",
    "before-build",
    "before-test",
    "build",
    "config-settings",
    "enable",
    "environment",
    "repair-wheel-command",
    "skip",
    "test-command",
    "test-environment",
    "test-extras",
    "test-groups",
    "test-requires",
    "test-skip",
    "test-sources",
];

/// Options that say nothing here.
const PASSED_OVER: [&str; 19] = [
    "archs",
    "audit-command",
    "audit-requires",
    "build-frontend",
    "build-verbosity",
    "container-engine",
    "debug-keep-container",
    "debug-traceback",
    "dependency-versions",
    "disable-host-mount",
    // All variables are passed here.
    "environment-pass",
    "free-threaded-support",
    "output-dir",
    "overrides",
    "package-dir",
    "platform",
    "pyodide-version",
    "test-execution",
    "test-runtime",
];

/// Endings and beginnings of options for images, cross builds and the like.
const PASSED_OVER_PARTS: [&str; 5] = ["-image", "xbuild-", "xcode", "audit-", "before-xbuild"];

/// The tables of options of one system.
const SYSTEMS: [&str; 6] = ["android", "ios", "linux", "macos", "pyodide", "windows"];

/// Why the table cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CibuildwheelError {
    /// The text is no TOML.
    #[error("it is not TOML: {0}")]
    Toml(String),
    /// A value is not what it must be.
    #[error("`{key}` is not {wanted}")]
    Value {
        /// The option.
        key: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A pattern is not one.
    #[error("`{key}`: {reason}")]
    Pattern {
        /// The option.
        key: String,
        /// Why.
        reason: String,
    },
}

/// What a project says.
#[derive(Clone, Debug, Default)]
pub struct Cibuildwheel {
    /// What is said for all builds, the strongest last.
    layers: Vec<Table>,
    /// What is said for some, in order.
    overrides: Vec<(GlobSet, Table)>,
    /// What variables say.
    variables: Vec<Table>,
    /// Options that nobody knows.
    pub unknown: Vec<String>,
}

/// What is said of one build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WheelOptions {
    /// A command that is run once before everything.
    pub before_all: Option<String>,
    /// A command that is run before the build.
    pub before_build: Option<String>,
    /// A command that is run before the test.
    pub before_test: Option<String>,
    /// A command that makes the wheel run elsewhere; empty where it stays as it is, none where nothing
    /// is said.
    pub repair_wheel_command: Option<String>,
    /// A command that tests the wheel.
    pub test_command: Option<String>,
    /// Whether it is tested at all.
    pub is_tested: bool,
    /// Requirements of the test.
    pub test_requires: Vec<String>,
    /// Extras of the wheel for the test.
    pub test_extras: Vec<String>,
    /// Dependency groups for the test.
    pub test_groups: Vec<String>,
    /// Files and folders of the project that the test finds where it runs.
    pub test_sources: Vec<String>,
    /// Variables of the build and the test; their values may name others, as a shell has it.
    pub environment: Vec<(String, String)>,
    /// Variables of the test alone.
    pub test_environment: Vec<(String, String)>,
    /// What the backend is told.
    pub config_settings: Vec<(String, String)>,
}

impl Cibuildwheel {
    /// Reads a pyproject.toml, and the variables through `variable`, for the system `system` (`linux`,
    /// `macos`, `windows`). None when neither says anything.
    ///
    /// # Errors
    /// When the table is not of its form.
    pub fn read(
        pyproject: &str,
        system: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, CibuildwheelError> {
        let document = pyproject.parse::<Table>();
        let mut document =
            document.map_err(|error| CibuildwheelError::Toml(error.message().to_owned()))?;
        let tool = document.get_mut("tool").and_then(Value::as_table_mut);
        let written = tool.and_then(|tool| tool.remove("cibuildwheel"));
        let variables = of_variables(system, variable);
        let table = match written {
            None if variables.iter().all(Table::is_empty) => return Ok(None),
            None => Table::new(),
            Some(Value::Table(table)) => table,
            Some(_) => return Err(value("tool.cibuildwheel", "a table")),
        };
        let mut read = Self {
            variables,
            ..Self::default()
        };
        read.take(table, system)?;
        Ok(Some(read))
    }

    fn take(&mut self, mut table: Table, system: &str) -> Result<(), CibuildwheelError> {
        for name in SYSTEMS {
            let Some(own) = table.remove(name) else {
                continue;
            };
            let Value::Table(own) = own else {
                return Err(value(name, "a table"));
            };
            self.look_at(own.keys());
            if name == system {
                self.layers.push(own);
            }
        }
        let overrides = table
            .remove("overrides")
            .unwrap_or(Value::Array(Vec::new()));
        let Value::Array(overrides) = overrides else {
            return Err(value("overrides", "an array of tables"));
        };
        for one in overrides {
            let Value::Table(mut one) = one else {
                return Err(value("overrides", "an array of tables"));
            };
            let select = one
                .remove("select")
                .ok_or_else(|| value("overrides.select", "there"))?;
            let patterns = words("overrides.select", &select)?;
            self.look_at(one.keys().filter(|key| *key != "inherit"));
            self.overrides
                .push((globs("overrides.select", &patterns)?, one));
        }
        self.look_at(table.keys());
        self.layers.insert(0, table);
        Ok(())
    }

    /// Notes the options that nobody knows.
    fn look_at<'k>(&mut self, keys: impl Iterator<Item = &'k String>) {
        for key in keys {
            let is_known = HEEDED.contains(&key.as_str())
                || PASSED_OVER.contains(&key.as_str())
                || PASSED_OVER_PARTS.iter().any(|part| key.contains(part));
            if !is_known && !self.unknown.contains(key) {
                self.unknown.push(key.clone());
            }
        }
    }

    /// Whether a wheel is wanted, by its identifier (`cp312-manylinux_x86_64`).
    ///
    /// # Errors
    /// When `build`, `skip` or `enable` are not of their form.
    pub fn wants(&self, identifier: &str) -> Result<bool, CibuildwheelError> {
        let said = |key: &str| match self.plain(key) {
            Some(said) => words(key, said),
            None => Ok(Vec::new()),
        };
        let (build, skip, enable) = (said("build")?, said("skip")?, said("enable")?);
        let is_enabled = |group: &str| enable.iter().any(|one| one == group || one == "all");
        let (python, _) = identifier.split_once('-').unwrap_or((identifier, ""));
        let is_open = match () {
            () if python.starts_with("pp") => is_enabled("pypy") || is_enabled("pypy-eol"),
            () if python.starts_with("gp") => is_enabled("graalpy"),
            () if python == "cp313t" => is_enabled("cpython-freethreading"),
            () => true,
        };
        let is_built = build.is_empty() || globs("build", &build)?.is_match(identifier);
        Ok(is_open && is_built && !globs("skip", &skip)?.is_match(identifier))
    }

    /// What is said of all builds alike.
    fn plain(&self, key: &str) -> Option<&Value> {
        let mut layers = self.layers.iter().chain(&self.variables).rev();
        layers.find_map(|layer| layer.get(key))
    }

    /// What is said of the build with this identifier.
    ///
    /// # Errors
    /// When an option is not of its form.
    pub fn of(&self, identifier: &str) -> Result<WheelOptions, CibuildwheelError> {
        let merged = self.merged(identifier)?;
        let command = |key: &str| merged.get(key).map(|said| joined(key, said)).transpose();
        let list = |key: &str| {
            merged
                .get(key)
                .map_or(Ok(Vec::new()), |said| words(key, said))
        };
        let pairs = |key: &str| {
            merged
                .get(key)
                .map_or(Ok(Vec::new()), |said| assigned(key, said))
        };
        let some = |command: Option<String>| command.filter(|text| !text.trim().is_empty());
        let skipped = list("test-skip")?;
        Ok(WheelOptions {
            before_all: some(command("before-all")?),
            before_build: some(command("before-build")?),
            before_test: some(command("before-test")?),
            repair_wheel_command: command("repair-wheel-command")?,
            test_command: some(command("test-command")?),
            is_tested: !globs("test-skip", &skipped)?.is_match(identifier),
            test_requires: list("test-requires")?,
            test_extras: list("test-extras")?,
            test_groups: list("test-groups")?,
            test_sources: list("test-sources")?,
            environment: pairs("environment")?,
            test_environment: pairs("test-environment")?,
            config_settings: pairs("config-settings")?,
        })
    }

    /// All that is said of one build in one table.
    fn merged(&self, identifier: &str) -> Result<Table, CibuildwheelError> {
        let mut merged = Table::new();
        for layer in &self.layers {
            merged.extend(layer.clone());
        }
        for (select, table) in &self.overrides {
            if !select.is_match(identifier) {
                continue;
            }
            let inherit = table.get("inherit").and_then(Value::as_table);
            for (key, said) in table.iter().filter(|(key, _)| *key != "inherit") {
                let how = inherit
                    .and_then(|inherit| inherit.get(key))
                    .and_then(Value::as_str);
                let before = merged.remove(key);
                let said = match (how, before) {
                    (Some("append"), Some(before)) => both(key, &before, said)?,
                    (Some("prepend"), Some(before)) => both(key, said, &before)?,
                    _ => said.clone(),
                };
                merged.insert(key.clone(), said);
            }
        }
        for layer in &self.variables {
            merged.extend(layer.clone());
        }
        Ok(merged)
    }
}

/// The variables as options: those for all systems, and those for this one.
fn of_variables(system: &str, variable: &dyn Fn(&str) -> Option<String>) -> Vec<Table> {
    let ending = format!("_{}", system.to_ascii_uppercase());
    let of = |ending: &str| {
        let pairs = HEEDED.iter().filter_map(|key| {
            let name = key.to_ascii_uppercase().replace('-', "_");
            let said = variable(&format!("CIBW_{name}{ending}"))?;
            Some(((*key).to_owned(), Value::String(said)))
        });
        pairs.collect::<Table>()
    };
    vec![of(""), of(&ending)]
}

/// One value behind another.
fn both(key: &str, first: &Value, second: &Value) -> Result<Value, CibuildwheelError> {
    if let (Value::Table(first), Value::Table(second)) = (first, second) {
        let mut both = first.clone();
        both.extend(second.clone());
        return Ok(Value::Table(both));
    }
    if key.starts_with("before-") || key.ends_with("-command") {
        let both = [joined(key, first)?, joined(key, second)?].join(" && ");
        return Ok(Value::String(both));
    }
    let both = [words(key, first)?, words(key, second)?].concat();
    Ok(Value::Array(both.into_iter().map(Value::String).collect()))
}

/// A command: a string, or several that must all go well.
fn joined(key: &str, said: &Value) -> Result<String, CibuildwheelError> {
    match said {
        Value::String(text) => Ok(text.clone()),
        Value::Array(_) => Ok(strings(key, said)?.join(" && ")),
        _ => Err(value(key, "a string or an array of strings")),
    }
}

/// A list: an array, or a string with spaces between.
fn words(key: &str, said: &Value) -> Result<Vec<String>, CibuildwheelError> {
    match said {
        Value::String(text) => Ok(text.split_whitespace().map(str::to_owned).collect()),
        Value::Array(_) => strings(key, said),
        _ => Err(value(key, "a string or an array of strings")),
    }
}

fn strings(key: &str, said: &Value) -> Result<Vec<String>, CibuildwheelError> {
    let array = said.as_array().into_iter().flatten();
    let strings = array.map(|one| one.as_str().map(str::to_owned));
    let strings: Option<Vec<String>> = strings.collect();
    strings.ok_or_else(|| value(key, "an array of strings"))
}

/// Names with values: a table, or a string (or several) of `NAME=VALUE` with spaces between.
fn assigned(key: &str, said: &Value) -> Result<Vec<(String, String)>, CibuildwheelError> {
    if let Value::Table(table) = said {
        let mut pairs = Vec::new();
        for (name, said) in table {
            match said {
                Value::Array(_) => {
                    let all = strings(key, said)?.into_iter();
                    pairs.extend(all.map(|one| (name.clone(), one)));
                }
                Value::String(text) => pairs.push((name.clone(), text.clone())),
                Value::Boolean(_) | Value::Integer(_) => {
                    pairs.push((name.clone(), said.to_string()));
                }
                _ => return Err(value(key, "a table of strings")),
            }
        }
        return Ok(pairs);
    }
    let text = match said {
        Value::String(text) => text.clone(),
        _ => strings(key, said)?.join(" "),
    };
    split_assignments(&text).ok_or_else(|| value(key, "made of `NAME=VALUE`"))
}

/// `A=1 B="x y"`: a quoted value has no quotes and no spaces between.
fn split_assignments(text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, behind) = rest.split_once('=')?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) {
            return None;
        }
        let mut said = String::new();
        let mut quote = None;
        let mut end = behind.len();
        for (place, character) in behind.char_indices() {
            match quote {
                Some(open) if character == open => quote = None,
                None if character == '"' || character == '\'' => quote = Some(character),
                None if character.is_whitespace() => {
                    end = place;
                    break;
                }
                _ => said.push(character),
            }
        }
        if quote.is_some() {
            return None;
        }
        pairs.push((name.to_owned(), said));
        rest = behind[end..].trim_start();
    }
    Some(pairs)
}

/// The patterns of identifiers: `*`, `?`, `[…]`, and `{a,b}`.
fn globs(key: &str, patterns: &[String]) -> Result<GlobSet, CibuildwheelError> {
    let fault = |error: globset::Error| CibuildwheelError::Pattern {
        key: key.to_owned(),
        reason: error.to_string(),
    };
    let mut set = GlobSetBuilder::new();
    for pattern in patterns
        .iter()
        .flat_map(|pattern| pattern.split_whitespace())
    {
        set.add(GlobBuilder::new(pattern).build().map_err(fault)?);
    }
    set.build().map_err(fault)
}

fn value(key: &str, wanted: &'static str) -> CibuildwheelError {
    CibuildwheelError::Value {
        key: key.to_owned(),
        wanted,
    }
}

/// A command with the names in braces replaced; other braces stay.
pub fn with_places(command: &str, places: &BTreeMap<&str, String>) -> String {
    let mut text = String::with_capacity(command.len());
    let mut rest = command;
    while let Some(start) = rest.find('{') {
        text += &rest[..start];
        rest = &rest[start..];
        let named = rest.find('}').map(|end| (&rest[1..end], end));
        if let Some((place, end)) = named.and_then(|(name, end)| Some((places.get(name)?, end))) {
            text += place;
            rest = &rest[end + 1..];
        } else {
            text.push('{');
            rest = &rest[1..];
        }
    }
    text + rest
}

#[cfg(test)]
mod tests;
