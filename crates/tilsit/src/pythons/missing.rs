//! How to get a Python that is not there, in the words of the tools that this machine has.

use tilsit_environment::PythonRequest;
use tilsit_environment::discovery::Surroundings;

use crate::context::Context;

/// What a user can do who asked for a Python that was not found.
pub(super) fn hints(
    request: &PythonRequest,
    surroundings: &Surroundings,
    context: &Context,
) -> Vec<String> {
    let mut hints = Vec::new();
    if request.is_before_python_3() {
        hints.push(
            "tilsit works with Python 3.6 and newer; for Python 2.7, virtualenv before 20.22 and \
             pip 20.3 are the last that do"
                .to_owned(),
        );
    } else if let Some(wanted) = Wanted::of(request) {
        let release = tilsit_files::read_to_string("/etc/os-release").unwrap_or_default();
        let ways = wanted.ways(&release, &|program| has(program, surroundings, context));
        hints.extend((!ways.is_empty()).then(|| format!("get one: {}", ways.join(", or "))));
    }
    hints.push("`tilsit python list` shows the Pythons of this machine".to_owned());
    hints
}

/// Whether the machine has a program, or pyenv's folder.
fn has(program: &str, surroundings: &Surroundings, context: &Context) -> bool {
    let on_path = || {
        let mut folders = surroundings.path_folders.iter();
        folders.any(|folder| folder.join(program).is_file())
    };
    match program {
        "pyenv" => surroundings.pyenv_root().is_some(),
        "conda" => context.variables.path("CONDA_EXE").is_some() || on_path(),
        _ => on_path(),
    }
}

/// The implementation and version to ask a tool for.
struct Wanted {
    is_pypy: bool,
    version: String,
}

impl Wanted {
    fn of(request: &PythonRequest) -> Option<Self> {
        let (implementation, minor) = request.to_install()?;
        Some(Self {
            is_pypy: implementation == "pypy",
            version: format!("3.{minor}"),
        })
    }

    /// The commands that would get it, with the tools that are there.
    fn ways(&self, os_release: &str, has: &dyn Fn(&str) -> bool) -> Vec<String> {
        let version = &self.version;
        let bare = version.replace('.', "");
        let system = match family(os_release) {
            Family::Debian if self.is_pypy => Some("apt install pypy3".to_owned()),
            Family::Debian => Some(format!("apt install python{version}")),
            Family::Fedora if self.is_pypy => Some(format!("dnf install pypy{version}")),
            Family::Fedora => Some(format!("dnf install python{version}")),
            Family::Suse => Some(format!("zypper install python{bare}")),
            Family::Other => None,
        };
        let name = if self.is_pypy { "pypy" } else { "" };
        let rest = [
            ("brew", format!("brew install python@{version}")),
            ("pyenv", format!("pyenv install {name}{version}")),
            ("uv", format!("uv python install {name}{version}")),
            ("mise", format!("mise install python@{name}{version}")),
            (
                "conda",
                format!("conda create --prefix python{version} python={version}"),
            ),
        ];
        // Homebrew and conda's defaults have no PyPy under these names.
        let rest = rest
            .into_iter()
            .filter(|(program, _)| !self.is_pypy || !matches!(*program, "brew" | "conda"))
            .filter(|(program, _)| has(program))
            .map(|(_, way)| way);
        let ways = system.into_iter().chain(rest);
        ways.map(|way| format!("`{way}`")).collect()
    }
}

/// A family of systems with one package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Debian,
    Fedora,
    Suse,
    Other,
}

/// The family that `/etc/os-release` names.
fn family(os_release: &str) -> Family {
    let words = os_release.lines().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        matches!(key, "ID" | "ID_LIKE").then_some(value.trim_matches(['"', '\'']))
    });
    let families = words
        .flat_map(str::split_whitespace)
        .map(|word| match word {
            "debian" | "ubuntu" => Family::Debian,
            "fedora" | "rhel" | "centos" => Family::Fedora,
            "suse" | "opensuse" | "sles" => Family::Suse,
            _ => Family::Other,
        });
    let mut known = families.filter(|family| *family != Family::Other);
    known.next().unwrap_or(Family::Other)
}

#[cfg(test)]
mod tests;
