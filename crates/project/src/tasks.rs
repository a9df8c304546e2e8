//! `[tool.tilsit.tasks]`: commands of a project by name.
//!
//! ```toml
//! [tool.tilsit.tasks]
//! test = "pytest -q {args}"
//! lint = { cmd = "ruff check", help = "look for mistakes", env = { CI = "1" }, cwd = "src" }
//! serve = { call = "shop.server:main(port=8000)", depends = ["lint"] }
//! all = ["lint", "test", "python -m shop --version"]
//! ```
//!
//! A command is split into words as a POSIX shell would, and no shell is started: what needs one says
//! so (`sh -c "…"`), and what does not runs on every system.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// What stands for the arguments in a command.
const ARGUMENTS: &str = "{args}";

/// The tasks of one pyproject.toml, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tasks(BTreeMap<String, Task>);

/// One task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What it does.
    pub action: Action,
    /// The tasks that run before it, each once.
    pub depends: Vec<String>,
    /// Variables for its processes.
    pub env: BTreeMap<String, String>,
    /// The folder to run in, relative to that of the pyproject.toml.
    pub cwd: Option<String>,
    /// In a few words, for a list of tasks.
    pub help: Option<String>,
}

/// What a task does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Runs a program with its arguments.
    Command(Vec<String>),
    /// Calls a function: `module:function`, or with arguments as `module:function(1, x=2)`.
    Call(String),
    /// Runs tasks, or commands that are no task's name, one after the other.
    Sequence(Vec<String>),
    /// Only runs what it depends on.
    Nothing,
}

/// Why tasks cannot be read, or run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The table is not as it should be.
    #[error("the table is not valid: {0}")]
    Table(String),
    /// A command cannot be split into words.
    #[error("the task `{task}` has a command with a quote that is not closed: `{command}`")]
    Words {
        /// The task.
        task: String,
        /// The command.
        command: String,
    },
    /// There is no such task.
    #[error("the task `{task}` depends on `{missing}`, which is no task")]
    Missing {
        /// The task.
        task: String,
        /// What is missing.
        missing: String,
    },
    /// Tasks need each other.
    #[error("the tasks {} need each other", .0.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))]
    Circle(Vec<String>),
    /// Arguments for what takes none.
    #[error("the task `{0}` takes no arguments: it is several commands, and none has `{{args}}`")]
    Arguments(String),
}

/// One process of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The task that it belongs to.
    pub task: String,
    /// The program and its arguments.
    pub words: Vec<String>,
    /// Variables for it.
    pub env: BTreeMap<String, String>,
    /// The folder to run in, relative to that of the pyproject.toml.
    pub cwd: Option<String>,
}

#[derive(Deserialize)]
struct PyProject {
    #[serde(default)]
    tool: Tools,
}

#[derive(Deserialize)]
struct Pipfile {
    #[serde(default)]
    scripts: BTreeMap<String, Raw>,
}

#[derive(Default, Deserialize)]
struct Tools {
    #[serde(default)]
    tilsit: Table,
}

#[derive(Default, Deserialize)]
struct Table {
    #[serde(default)]
    tasks: BTreeMap<String, Raw>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a command, a list of commands, or a table with `cmd`, `call` or `depends`"
)]
enum Raw {
    Command(String),
    Sequence(Vec<String>),
    Table(RawTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    cmd: Option<Words>,
    call: Option<String>,
    sequence: Option<Vec<String>>,
    #[serde(default)]
    depends: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    cwd: Option<String>,
    help: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Line(String),
    List(Vec<String>),
}

impl Tasks {
    /// Reads the tasks in the text of a pyproject.toml.
    ///
    /// # Errors
    /// When a task is not as it should be; the words say where.
    pub fn parse(text: &str) -> Result<Self, TaskError> {
        let project: PyProject =
            toml::from_str(text).map_err(|error| TaskError::Table(error.to_string()))?;
        Self::read(project.tool.tilsit.tasks)
    }

    /// Reads the `[scripts]` in the text of a Pipfile, which say the same as tasks.
    ///
    /// # Errors
    /// When a script is not as it should be; the words say where.
    pub fn of_pipfile(text: &str) -> Result<Self, TaskError> {
        let pipfile: Pipfile =
            toml::from_str(text).map_err(|error| TaskError::Table(error.to_string()))?;
        Self::read(pipfile.scripts)
    }

    fn read(raw: BTreeMap<String, Raw>) -> Result<Self, TaskError> {
        let raw = raw.into_iter();
        let tasks = raw.map(|(name, raw)| {
            let task = raw.read(&name)?;
            Ok((name, task))
        });
        Ok(Self(tasks.collect::<Result<_, _>>()?))
    }

    /// A task by its name.
    pub fn get(&self, name: &str) -> Option<&Task> {
        self.0.get(name)
    }

    /// All tasks, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Task)> {
        self.0.iter().map(|(name, task)| (name.as_str(), task))
    }

    /// The processes that a task is, in order, with arguments from the command line; none if there is
    /// no such task.
    ///
    /// # Errors
    /// When tasks need each other, are not there, or take no arguments.
    pub fn steps(&self, name: &str, arguments: &[String]) -> Result<Option<Vec<Step>>, TaskError> {
        let Some(task) = self.0.get(name) else {
            return Ok(None);
        };
        let mut walk = Walk {
            tasks: self,
            done: BTreeSet::new(),
            under_way: Vec::new(),
            steps: Vec::new(),
        };
        walk.add(name, task)?;
        let mut steps = walk.steps;
        let mut takes = false;
        for step in steps.iter_mut().filter(|step| !step.words.is_empty()) {
            if step.task == name || self.is_sequence(name) {
                takes |= fill(&mut step.words, arguments);
            } else {
                fill(&mut step.words, &[]);
            }
        }
        if !arguments.is_empty() && !takes {
            match steps
                .last_mut()
                .filter(|step| step.task == name && !self.is_sequence(name))
            {
                Some(step) => step.words.extend(arguments.iter().cloned()),
                None => return Err(TaskError::Arguments(name.to_owned())),
            }
        }
        Ok(Some(steps))
    }

    fn is_sequence(&self, name: &str) -> bool {
        let task = self.0.get(name);
        task.is_some_and(|task| matches!(task.action, Action::Sequence(_) | Action::Nothing))
    }
}

/// Puts the arguments where a command wants them; whether it wants them anywhere.
fn fill(words: &mut Vec<String>, arguments: &[String]) -> bool {
    let Some(place) = words.iter().position(|word| word == ARGUMENTS) else {
        return false;
    };
    words.splice(place..=place, arguments.iter().cloned());
    true
}

struct Walk<'a> {
    tasks: &'a Tasks,
    done: BTreeSet<&'a str>,
    under_way: Vec<&'a str>,
    steps: Vec<Step>,
}

impl<'a> Walk<'a> {
    fn add(&mut self, name: &'a str, task: &'a Task) -> Result<(), TaskError> {
        if let Some(start) = self.under_way.iter().position(|outer| *outer == name) {
            let circle = self.under_way[start..].iter();
            return Err(TaskError::Circle(circle.map(ToString::to_string).collect()));
        }
        if self.done.contains(name) {
            return Ok(());
        }
        self.under_way.push(name);
        for needed in &task.depends {
            let (needed, task) =
                self.tasks
                    .0
                    .get_key_value(needed)
                    .ok_or_else(|| TaskError::Missing {
                        task: name.to_owned(),
                        missing: needed.clone(),
                    })?;
            self.add(needed, task)?;
        }
        match &task.action {
            Action::Nothing => {}
            Action::Command(words) => self.step(name, task, words.clone()),
            Action::Call(call) => self.step(name, task, called(call)),
            Action::Sequence(parts) => {
                for part in parts {
                    match self.tasks.0.get_key_value(part) {
                        Some((inner, inner_task)) => self.add(inner, inner_task)?,
                        None => self.step(name, task, words(name, part)?),
                    }
                }
            }
        }
        self.under_way.pop();
        self.done.insert(name);
        Ok(())
    }

    fn step(&mut self, name: &str, task: &Task, words: Vec<String>) {
        self.steps.push(Step {
            task: name.to_owned(),
            words,
            env: task.env.clone(),
            cwd: task.cwd.clone(),
        });
    }
}

/// The Python that calls a function.
fn called(call: &str) -> Vec<String> {
    let (module, rest) = call.split_once(':').unwrap_or((call, "main"));
    let rest = if rest.contains('(') {
        rest.to_owned()
    } else {
        format!("{rest}()")
    };
    let name = rest.split(['(', '.']).next().unwrap_or_default();
    let code = format!("import sys; from {module} import {name}; sys.exit({rest})");
    vec!["python".to_owned(), "-c".to_owned(), code]
}

fn words(task: &str, command: &str) -> Result<Vec<String>, TaskError> {
    let words = shlex::split(command).filter(|words| !words.is_empty());
    words.ok_or_else(|| TaskError::Words {
        task: task.to_owned(),
        command: command.to_owned(),
    })
}

impl Raw {
    fn read(self, name: &str) -> Result<Task, TaskError> {
        let plain = |action| Task {
            action,
            depends: Vec::new(),
            env: BTreeMap::new(),
            cwd: None,
            help: None,
        };
        match self {
            Raw::Command(line) => Ok(plain(Action::Command(words(name, &line)?))),
            Raw::Sequence(parts) => Ok(plain(Action::Sequence(parts))),
            Raw::Table(table) => table.read(name),
        }
    }
}

impl RawTable {
    fn read(self, name: &str) -> Result<Task, TaskError> {
        let wrong = |words: &str| TaskError::Table(format!("the task `{name}` {words}"));
        let action = match (self.cmd, self.call, self.sequence) {
            (Some(Words::Line(line)), None, None) => Action::Command(words(name, &line)?),
            (Some(Words::List(list)), None, None) if !list.is_empty() => Action::Command(list),
            (None, Some(call), None) => {
                let (module, function) = call.split_once(':').unwrap_or((&call, "main"));
                let is_name = |text: &str| {
                    !text.is_empty()
                        && text
                            .chars()
                            .all(|part| part.is_alphanumeric() || "._".contains(part))
                };
                let function = function.split('(').next().unwrap_or_default();
                if !is_name(module) || !is_name(function) {
                    return Err(wrong("calls what is no `module:function`"));
                }
                Action::Call(call)
            }
            (None, None, Some(parts)) => Action::Sequence(parts),
            (None, None, None) if !self.depends.is_empty() => Action::Nothing,
            _ => {
                return Err(wrong(
                    "must have one of `cmd`, `call`, `sequence` and `depends`",
                ));
            }
        };
        Ok(Task {
            action,
            depends: self.depends,
            env: self.env,
            cwd: self.cwd,
            help: self.help,
        })
    }
}

#[cfg(test)]
mod tests;
