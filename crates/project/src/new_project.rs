//! The files that a new project starts with, and a new script. They are made here as text, and written
//! by others.

mod backend;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use tilsit_packaging::name::ProjectName;

pub use backend::Backend;

use crate::edit::{EditError, Editor, List};

/// What a project is to be.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// Its name.
    pub name: ProjectName,
    /// What it is, in one line.
    pub description: Option<String>,
    /// What it holds.
    pub kind: Kind,
    /// What builds it; without it nothing is built, and the folder is run as it is.
    pub backend: Option<Backend>,
    /// The Pythons that it is for: `>=3.12`.
    pub requires_python: String,
    /// The Python that is used in its folder: `3.12`.
    pub pin: Option<String>,
    /// Who makes it.
    pub author: Option<Author>,
    /// Whether there is a README.md.
    pub has_readme: bool,
    /// Whether there is a list of what git is to leave out.
    pub has_gitignore: bool,
}

/// What a project holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A program.
    Application,
    /// A package for others to import.
    Library,
    /// A pyproject.toml alone.
    Bare,
}

/// Who makes a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub email: Option<String>,
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// The path in the folder, with `/` between its parts.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl NewProject {
    /// The name under which the project is imported.
    pub fn module(&self) -> String {
        self.name.as_file_name().into_owned()
    }

    /// Whether the project has a package in `src`.
    fn has_package(&self) -> bool {
        self.backend.is_some() && self.kind != Kind::Bare
    }

    /// The files, pyproject.toml first.
    pub fn files(&self) -> Vec<NewFile> {
        let mut files = vec![file("pyproject.toml", self.pyproject())];
        if self.has_readme {
            files.push(file("README.md", self.readme()));
        }
        if let Some(pin) = &self.pin {
            files.push(file(".python-version", format!("{pin}\n")));
        }
        if self.has_gitignore {
            files.push(file(".gitignore", GITIGNORE.to_owned()));
        }
        let package = format!("src/{}", self.module());
        match self.kind {
            Kind::Bare => {}
            Kind::Application if self.has_package() => {
                let text = main_function(self.name.as_str());
                files.push(file(&format!("{package}/__init__.py"), text));
            }
            Kind::Application => files.push(file("main.py", program(self.name.as_str()))),
            Kind::Library => {
                let text = format!(
                    "def hello() -> str:\n    return \"Hello from {}.\"\n",
                    self.name
                );
                files.push(file(&format!("{package}/__init__.py"), text));
                files.push(file(&format!("{package}/py.typed"), String::new()));
            }
        }
        files
    }

    fn pyproject(&self) -> String {
        let name = self.name.as_str();
        let mut text = format!("[project]\nname = \"{name}\"\nversion = \"0.1.0\"\n");
        // A `String` takes every write.
        let mut line = |line: std::fmt::Arguments<'_>| {
            let _ = writeln!(text, "{line}");
        };
        let wants_description = self.backend == Some(Backend::Flit);
        let description = self.description.as_deref();
        if let Some(description) = description.or(wants_description.then_some(name)) {
            line(format_args!("description = {}", quoted(description)));
        }
        if self.has_readme {
            line(format_args!("readme = \"README.md\""));
        }
        line(format_args!(
            "requires-python = {}",
            quoted(&self.requires_python)
        ));
        if let Some(author) = &self.author {
            let named = [("name", &author.name), ("email", &author.email)];
            let named = named.into_iter().filter_map(|(key, value)| {
                let value = value.as_ref()?;
                Some(format!("{key} = {}", quoted(value)))
            });
            let named = named.collect::<Vec<_>>().join(", ");
            line(format_args!("authors = [\n    {{ {named} }},\n]"));
        }
        line(format_args!("dependencies = []"));
        if self.has_package() && self.kind == Kind::Application {
            let module = self.module();
            line(format_args!(
                "\n[project.scripts]\n{name} = \"{module}:main\""
            ));
        }
        if let Some(backend) = self.backend {
            let requirement = backend.requirement();
            line(format_args!(
                "\n[build-system]\nrequires = [\"{requirement}\"]\nbuild-backend = \"{}\"",
                backend.object()
            ));
        }
        text
    }

    fn readme(&self) -> String {
        let name = &self.name;
        match &self.description {
            Some(description) => format!("# {name}\n\n{description}\n"),
            None => format!("# {name}\n"),
        }
    }
}

/// A script that says for which Pythons it is, and that it needs nothing so far; one that is there
/// keeps its text.
///
/// # Errors
/// When the script says so already, in a form that cannot be read.
pub fn script(text: Option<&str>, name: &str, requires_python: &str) -> Result<String, EditError> {
    let start = text.map_or_else(|| program(name), str::to_owned);
    let mut editor = Editor::script(&start)?;
    editor.set_requires_python(requires_python)?;
    editor.begin(&List::Script)?;
    Ok(editor.into_text())
}

/// What git is to leave out.
const GITIGNORE: &str = "\
# What Python and its tools make
__pycache__/
*.py[cod]
*.egg-info/
build/
dist/

# Environments
.venv/
";

fn main_function(name: &str) -> String {
    format!("def main() -> None:\n    print(\"Hello from {name}.\")\n")
}

fn program(name: &str) -> String {
    let function = main_function(name);
    format!("{function}\n\nif __name__ == \"__main__\":\n    main()\n")
}

fn file(path: &str, text: String) -> NewFile {
    let path = path.to_owned();
    NewFile { path, text }
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
