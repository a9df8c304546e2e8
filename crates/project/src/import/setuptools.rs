//! What setup.py and setup.cfg say, as `[project]`. What a key of `setup()` means is told by setuptools'
//! "Keywords"; what setup.py says goes before setup.cfg.
//!
//! A key of `[project]` whose value only the build knows becomes `dynamic`: setuptools then goes on taking
//! it from where it is. What setuptools alone knows (packages, data, extensions) stays.

use std::collections::BTreeSet;

use tilsit_dist::setuptools::{Literal, ini, setup_cfg, setup_py};
use tilsit_packaging::name::ExtraName;
use toml::{Table, Value};

use super::metadata::{are_specifiers, is_readme, is_version, license, list, people};
use super::{Collector, Foreign, ImportError, What, World, group, invalid};
use crate::edit::List;
use crate::workspace::PYPROJECT;

pub(super) const SETUP_PY: &str = "setup.py";
pub(super) const SETUP_CFG: &str = "setup.cfg";

/// Keys of which the whole goes to one key of `[project]`.
const KEYS: [(&str, &str); 15] = [
    ("name", "name"),
    ("version", "version"),
    ("use_scm_version", "version"),
    ("description", "description"),
    ("long_description", "readme"),
    ("python_requires", "requires-python"),
    ("license", "license"),
    ("author", "authors"),
    ("maintainer", "maintainers"),
    ("keywords", "keywords"),
    ("classifiers", "classifiers"),
    ("url", "urls"),
    ("project_urls", "urls"),
    ("install_requires", "dependencies"),
    ("extras_require", "optional-dependencies"),
];

/// Keys that go where another one goes.
const WITH_OTHERS: [(&str, &str); 4] = [
    ("author_email", "authors"),
    ("maintainer_email", "maintainers"),
    ("long_description_content_type", "readme"),
    ("download_url", "urls"),
];

/// Keys that nothing reads any more.
const OBSOLETE: [&str; 6] = [
    "test_suite",
    "dependency_links",
    "platforms",
    "provides",
    "obsoletes",
    "requires",
];

/// One key of either file.
struct Key {
    /// What `setup()` calls it.
    name: String,
    line: usize,
    file: &'static str,
    section: String,
    value: Option<Literal>,
}

impl Key {
    /// What it is called where it stands.
    fn shown(&self) -> String {
        match &*self.section {
            "" => self.name.clone(),
            section if section.starts_with("options.") => format!("[{section}]"),
            section => format!("[{section}] {}", self.name),
        }
    }
}

/// Reads both files.
pub(super) fn read(world: World<'_>, foreign: &mut Foreign) -> Result<(), ImportError> {
    let mut keys: Vec<Key> = Vec::new();
    let mut unreadable = Vec::new();
    if let Some(text) = world.read_if_there(SETUP_PY)? {
        let arguments = setup_py(&text).map_err(|error| invalid(SETUP_PY, error))?;
        for argument in arguments {
            match argument.key {
                Some(key) => keys.push(Key {
                    name: key,
                    line: argument.line,
                    file: SETUP_PY,
                    section: String::new(),
                    value: argument.value,
                }),
                None => unreadable.push(argument.line),
            }
        }
    }
    if let Some(&line) = unreadable.first() {
        let file = SETUP_PY.to_owned();
        return Err(ImportError::Computed { file, line });
    }
    if let Some(text) = world.read_if_there(SETUP_CFG)? {
        let said = setup_cfg(&text).map_err(|error| invalid(SETUP_CFG, error))?;
        keys.extend(said.into_iter().map(|said| Key {
            name: said.key,
            line: said.line,
            file: SETUP_CFG,
            section: said.section,
            value: said.value,
        }));
    }
    let mut reading = Reading {
        keys: &keys,
        world,
        dynamic: BTreeSet::new(),
    };
    for (position, key) in keys.iter().enumerate() {
        let mut out = Collector::new(key.file);
        reading.key(position, &mut out);
        foreign.items.append(&mut out.items);
    }
    let mut out = Collector::new(if keys.iter().any(|key| key.file == SETUP_PY) {
        SETUP_PY
    } else {
        SETUP_CFG
    });
    let is_version = |key: &Key| ["version", "use_scm_version"].contains(&key.name.as_str());
    if !keys.iter().any(is_version) {
        // A plugin of setuptools tells it, such as setuptools-scm by its own table.
        out.add("", None, What::Dynamic("version"));
    }
    out.add("", None, What::BuildRequirement("setuptools".to_owned()));
    foreign.items.append(&mut out.items);
    Ok(())
}

/// The keys that are being read.
struct Reading<'a> {
    keys: &'a [Key],
    world: World<'a>,
    dynamic: BTreeSet<&'static str>,
}

impl Reading<'_> {
    fn key(&mut self, position: usize, out: &mut Collector<'_>) {
        let key = &self.keys[position];
        let shown = key.shown();
        let line = Some(key.line);
        let mut add = |what: What| out.add(shown.clone(), line, what);
        if key.name.is_empty() {
            let why =
                "it is about another tool, or about files, and not about what the project needs";
            return add(What::Stays(why.to_owned()));
        }
        let mut before = self.keys[..position].iter();
        if before.any(|known| known.name == key.name && !known.is_empty()) {
            return add(What::LeftOut(format!("`{SETUP_PY}` says so before")));
        }
        if key.is_empty() {
            return add(What::LeftOut("it says nothing".to_owned()));
        }
        if let Some((_, with)) = WITH_OTHERS.iter().find(|(name, _)| *name == key.name) {
            return match with {
                &"authors" | &"maintainers" if !self.has(with) => self.people(key, with, out),
                &"urls" => self.urls(key, out),
                _ => add(What::Stays(format!("it goes with `project.{with}`"))),
            };
        }
        if let Some((_, to)) = KEYS.iter().find(|(name, _)| *name == key.name) {
            return match &key.value {
                None => self.dynamic(key, to, out),
                Some(_) if key.name == "use_scm_version" => self.dynamic(key, to, out),
                Some(value) => self.field(key, to, value, out),
            };
        }
        match &*key.name {
            "entry_points" => entry_points(key, out),
            "setup_requires" | "tests_require" => self.requirements(key, out),
            name if name.starts_with("files.") => files(key, out),
            name if OBSOLETE.contains(&name) => {
                let why = "setuptools no longer reads it, or no index shows it";
                add(What::LeftOut(why.to_owned()));
            }
            _ => {
                let why = "setuptools alone knows it, and goes on reading it here";
                add(What::Stays(why.to_owned()));
            }
        }
    }

    fn value_of(&self, key: &str) -> Option<&Literal> {
        let found = self.keys.iter().find(|known| known.name == key);
        found?.value.as_ref().filter(|value| !value.is_empty())
    }

    /// Whether the name that goes with an address is there.
    fn has(&self, people: &str) -> bool {
        let name = if people == "authors" {
            "author"
        } else {
            "maintainer"
        };
        self.keys
            .iter()
            .any(|key| key.name == name && !key.is_empty())
    }

    /// A key of `[project]` that stays where it is; each once.
    fn dynamic(&mut self, key: &Key, to: &'static str, out: &mut Collector<'_>) {
        let shown = key.shown();
        // It has no place among what may be dynamic.
        if to == "name" {
            let why = "only building tells it";
            return out.add(shown, Some(key.line), What::LeftOut(why.to_owned()));
        }
        let what = if self.dynamic.insert(to) {
            What::Dynamic(to)
        } else {
            What::Stays(format!("`project.{to}` is dynamic"))
        };
        out.add(shown, Some(key.line), what);
    }

    fn field(&mut self, key: &Key, to: &'static str, value: &Literal, out: &mut Collector<'_>) {
        let (shown, line) = (key.shown(), Some(key.line));
        let text = match value {
            Literal::Text(text) | Literal::Number(text) => Some(text.trim()),
            _ => None,
        };
        let written: Option<Value> = match to {
            "name" => text.filter(|text| !text.is_empty()).map(Value::from),
            "version" => text.filter(|text| is_version(text)).map(Value::from),
            "description" => text
                .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
                .map(Value::from),
            "requires-python" => text.filter(|text| are_specifiers(text)).map(Value::from),
            "license" => text.map(license),
            "readme" => readme(value),
            "keywords" => keywords(value),
            "classifiers" => value.texts().map(list),
            "authors" | "maintainers" => return self.people(key, to, out),
            "urls" => return self.urls(key, out),
            "dependencies" => return self.requirements(key, out),
            _ => return self.extras(key, value, out),
        };
        match written {
            Some(written) => out.project(&shown, line, to, written),
            None => self.dynamic(key, to, out),
        }
    }

    fn people(&mut self, key: &Key, to: &'static str, out: &mut Collector<'_>) {
        let (name, email) = match to {
            "authors" => ("author", "author_email"),
            _ => ("maintainer", "maintainer_email"),
        };
        let text = |key: &str| self.value_of(key).and_then(Literal::as_text);
        let said = [name, email].map(|key| self.keys.iter().any(|known| known.name == key));
        let read = [name, email].map(|key| text(key).is_some());
        if said != read {
            return self.dynamic(key, to, out);
        }
        let people = people(text(name), text(email));
        out.project(&key.shown(), Some(key.line), to, Value::Array(people));
    }

    fn urls(&mut self, key: &Key, out: &mut Collector<'_>) {
        let (shown, line) = (key.shown(), Some(key.line));
        let label = match &*key.name {
            "url" => "Homepage",
            "download_url" => "Download",
            _ => "",
        };
        let mut add = |label: &str, url: &str| {
            out.add(
                shown.clone(),
                line,
                What::key(&["project", "urls"], label, url),
            );
        };
        match &key.value {
            Some(Literal::Text(url)) if !label.is_empty() => add(label, url),
            Some(Literal::Table(entries)) => {
                for (label, url) in entries {
                    if let Some(url) = url.as_text() {
                        add(label, url);
                    }
                }
            }
            _ => self.dynamic(key, "urls", out),
        }
    }

    fn requirements(&mut self, key: &Key, out: &mut Collector<'_>) {
        let (shown, line) = (key.shown(), Some(key.line));
        let Some(texts) = key.value.as_ref().and_then(Literal::requirements) else {
            if key.name == "install_requires" {
                return self.dynamic(key, "dependencies", out);
            }
            let why = "only running it would tell";
            return out.add(shown, line, What::LeftOut(why.to_owned()));
        };
        for text in texts.iter().map(String::as_str) {
            match &*key.name {
                "setup_requires" => {
                    let what = What::BuildRequirement(text.to_owned());
                    out.add(shown.clone(), line, what);
                }
                "tests_require" => match group("test") {
                    Some(group) => out.requirement(&shown, line, &List::Group(group), text),
                    None => unreachable!("`test` is the name of a group"),
                },
                _ => out.requirement(&shown, line, &self.world.main_list(), text),
            }
        }
    }

    /// `extra`, `:marker` or `extra:marker`, each with its requirements.
    fn extras(&mut self, key: &Key, value: &Literal, out: &mut Collector<'_>) {
        let readable = value.entries().filter(|entries| {
            let mut texts = entries.iter().map(|(_, value)| value.texts());
            texts.all(|texts| texts.is_some())
        });
        let Some(entries) = readable else {
            return self.dynamic(key, "optional-dependencies", out);
        };
        for (name, requirements) in entries {
            let (extra, marker) = match name.split_once(':') {
                Some((extra, marker)) => (extra.trim(), Some(marker.trim())),
                None => (name.trim(), None),
            };
            let shown = format!("{} {name}", key.shown());
            let line = Some(key.line);
            let list = match (extra, extra.parse::<ExtraName>()) {
                ("", _) => self.world.main_list(),
                (_, Ok(extra)) => List::Extra(extra),
                (_, Err(error)) => {
                    out.add(shown, line, What::LeftOut(error.to_string()));
                    continue;
                }
            };
            let texts = requirements.requirements().unwrap_or_default();
            // An extra that needs nothing is one that may be asked for.
            if texts.is_empty() && matches!(list, List::Extra(_)) {
                let table = ["project", "optional-dependencies"];
                let nothing = Value::Array(Vec::new());
                out.add(shown, line, What::key(&table, extra, nothing));
                continue;
            }
            for text in texts.iter().map(String::as_str) {
                match marker {
                    None => out.requirement(&shown, line, &list, text),
                    Some(marker) => {
                        let text = with_marker(text, marker);
                        out.requirement(&shown, line, &list, &text);
                    }
                }
            }
        }
    }
}

/// What distutils2 and pbr say of packages, which setuptools reads in its own table only.
fn files(key: &Key, out: &mut Collector<'_>) {
    let (shown, line) = (
        format!("[files] {}", key.name.trim_start_matches("files.")),
        Some(key.line),
    );
    let listed = key
        .value
        .as_ref()
        .and_then(Literal::texts)
        .unwrap_or_default();
    let table = ["tool", "setuptools"];
    let what = match &*key.name {
        // `folder: package` is a package somewhere else.
        "files.packages" if listed.iter().all(|name| !name.contains(':')) => {
            What::key(&table, "packages", list(listed))
        }
        "files.modules" => What::key(&table, "py-modules", list(listed)),
        "files.scripts" => What::key(&table, "script-files", list(listed)),
        "files.packages_root" if listed.len() == 1 => {
            What::key(&["tool", "setuptools", "package-dir"], "", listed[0])
        }
        _ => {
            let why = "left for you: say it in `[tool.setuptools]`, in MANIFEST.in or with pbr";
            What::LeftOut(why.to_owned())
        }
    };
    out.add(shown, line, what);
}

fn entry_points(key: &Key, out: &mut Collector<'_>) {
    let groups = match &key.value {
        Some(Literal::Text(text)) => of_ini(text),
        Some(Literal::Table(entries)) => of_groups(entries),
        _ => None,
    };
    let Some(groups) = groups else {
        for to in ["scripts", "gui-scripts", "entry-points"] {
            let what = What::Dynamic(to);
            out.add(key.shown(), Some(key.line), what);
        }
        return;
    };
    for (group, entries) in groups {
        let table: Vec<&str> = match &*group {
            "console_scripts" => vec!["project", "scripts"],
            "gui_scripts" => vec!["project", "gui-scripts"],
            group => vec!["project", "entry-points", group],
        };
        for (name, object) in entries {
            let shown = format!("{} {group}", key.shown());
            out.add(shown, Some(key.line), What::key(&table, &name, object));
        }
    }
}

impl Key {
    /// Whether it is known to say nothing.
    fn is_empty(&self) -> bool {
        self.value.as_ref().is_some_and(Literal::is_empty)
    }
}

/// A requirement that holds where its own marker and another one hold.
fn with_marker(text: &str, marker: &str) -> String {
    match text.split_once(';') {
        Some((what, own)) => format!("{}; ({}) and ({marker})", what.trim(), own.trim()),
        None => format!("{}; {marker}", text.trim()),
    }
}

fn readme(value: &Literal) -> Option<Value> {
    let file = value.entries()?.first()?.1.as_text()?;
    is_readme(file).then(|| Value::from(file))
}

fn keywords(value: &Literal) -> Option<Value> {
    match value {
        Literal::Text(text) => {
            let separator = if text.contains(',') { ',' } else { ' ' };
            let words = text.split([separator, '\n']).map(str::trim);
            Some(list(words.filter(|word| !word.is_empty())))
        }
        other => other.texts().map(list),
    }
}

/// Groups of entry points, with names and objects.
type Groups = Vec<(String, Vec<(String, String)>)>;

fn entry(text: &str) -> Option<(String, String)> {
    let (name, object) = text.split_once('=')?;
    Some((name.trim().to_owned(), object.trim().to_owned()))
}

fn of_groups(entries: &[(String, Literal)]) -> Option<Groups> {
    let groups = entries.iter().map(|(group, value)| {
        let texts = value.texts()?.into_iter();
        let entries = texts.map(entry).collect::<Option<Vec<_>>>()?;
        Some((group.clone(), entries))
    });
    groups.collect()
}

fn of_ini(text: &str) -> Option<Groups> {
    // The text of a setup.py may be indented as a whole.
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let sections = ini::sections(&lines.join("\n")).ok()?;
    let groups = sections.into_iter().map(|section| {
        let entries = section.entries.into_iter();
        let entries = entries.map(|entry| (entry.key, entry.value)).collect();
        (section.name, entries)
    });
    Some(groups.collect())
}

/// The static name of the project in a folder: of its pyproject.toml, setup.py or setup.cfg.
pub(super) fn name_in(folder: &std::path::Path) -> Option<String> {
    let read = |file: &str| tilsit_files::read_to_string(folder.join(file)).ok();
    let of_toml = |text: String| {
        let table: Table = text.parse().ok()?;
        let poetry = || table.get("tool")?.get("poetry");
        let project = table.get("project").or_else(poetry)?;
        project.get("name")?.as_str().map(str::to_owned)
    };
    let of_py = |text: String| {
        let arguments = setup_py(&text).ok()?.into_iter();
        let mut named = arguments.filter(|argument| argument.key.as_deref() == Some("name"));
        named.next()?.value?.as_text().map(str::to_owned)
    };
    let of_cfg = |text: String| {
        let said = setup_cfg(&text).ok()?.into_iter();
        let mut named = said.filter(|said| said.section == "metadata" && said.key == "name");
        named.next()?.value?.as_text().map(str::to_owned)
    };
    let name = read(PYPROJECT).and_then(of_toml);
    let name = name.or_else(|| read(SETUP_PY).and_then(of_py));
    name.or_else(|| read(SETUP_CFG).and_then(of_cfg))
}
