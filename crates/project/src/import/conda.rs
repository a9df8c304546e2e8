//! conda's environment.yml. What stands in its `pip` part is taken as it is. conda's own packages are
//! other things than those of an index: most that are written in Python have the same name in both, some
//! are known to have another one, and what is no Python is named and left out.

use tilsit_packaging::name::{GroupName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::requirements_file::{FileOption, RequirementsFile, Statement, Target};

use super::yaml::{self, Node};
use super::{Collector, ImportError, Index, Item, Listed, What, invalid};
use crate::edit::List;

/// Packages whose project has another name on the indexes, as conda-forge's feedstocks say.
const OTHER_NAMES: [(&str, &str); 14] = [
    ("dask-core", "dask"),
    ("ipython_genutils", "ipython-genutils"),
    ("matplotlib-base", "matplotlib"),
    ("msgpack-python", "msgpack"),
    ("opencv", "opencv-python"),
    ("py-opencv", "opencv-python"),
    ("pytables", "tables"),
    ("python-build", "build"),
    ("python-graphviz", "graphviz"),
    ("python-kaleido", "kaleido"),
    ("pytorch", "torch"),
    ("pytorch-cpu", "torch"),
    ("ruamel_yaml", "ruamel-yaml"),
    ("seaborn-base", "seaborn"),
];

/// Packages that are no Python: compilers, libraries, programs.
const NO_PYTHON: [&str; 34] = [
    "blas",
    "boost",
    "bzip2",
    "c-compiler",
    "ca-certificates",
    "cmake",
    "compilers",
    "cuda",
    "cudatoolkit",
    "cudnn",
    "curl",
    "cxx-compiler",
    "ffmpeg",
    "fortran-compiler",
    "gcc",
    "gdal",
    "geos",
    "gfortran",
    "git",
    "graphviz",
    "gxx",
    "hdf5",
    "make",
    "mamba",
    "mkl",
    "nodejs",
    "openblas",
    "openjdk",
    "openssl",
    "perl",
    "proj",
    "sqlite",
    "tk",
    "zlib",
];

/// The beginnings of such names.
const NO_PYTHON_PREFIXES: [&str; 6] = ["lib", "r-", "gcc_", "gxx_", "_", "vs20"];

/// What is named of conda itself in each of its environments.
const OF_CONDA: [&str; 4] = ["pip", "conda", "setuptools", "wheel"];

/// Reads the text of an environment.yml.
///
/// # Errors
/// When it is no YAML of the form that conda writes.
pub fn environment_yml(
    file: &str,
    text: &str,
    group: Option<&GroupName>,
) -> Result<Vec<Item>, ImportError> {
    let wrong = |line: usize, reason: &str| invalid(file, format!("line {line}: {reason}"));
    let root = yaml::parse(text).map_err(|(line, reason)| wrong(line, reason))?;
    let entries = root.entries();
    let entries = entries.ok_or_else(|| wrong(root.line, "it is no mapping of keys"))?;
    let list = group.map_or(List::Project, |group| List::Group(group.clone()));
    let mut out = Collector::new(file);
    for (key, node) in entries {
        let line = Some(node.line);
        match &**key {
            "name" => match node
                .as_text()
                .filter(|text| text.parse::<ProjectName>().is_ok())
            {
                Some(name) => out.project(key, line, "name", name),
                None => out.add(
                    key,
                    line,
                    What::LeftOut("no project can be called so".to_owned()),
                ),
            },
            "dependencies" => {
                let items = node.items();
                let items = items.ok_or_else(|| wrong(node.line, "`dependencies` is no list"))?;
                for item in items {
                    dependency(item, &list, &mut out)?;
                }
            }
            "channels" => {
                let why = "a channel is no index of Python's distributions";
                out.add(key, line, What::LeftOut(why.to_owned()));
            }
            _ => {
                let why = "it tells conda how to work";
                out.add(key, line, What::LeftOut(why.to_owned()));
            }
        }
    }
    Ok(out.items)
}

fn dependency(node: &Node, list: &List, out: &mut Collector<'_>) -> Result<(), ImportError> {
    if let Some(text) = node.as_text() {
        package(text, node.line, list, out);
        return Ok(());
    }
    for (key, node) in node.entries().into_iter().flatten() {
        let items = node.items().filter(|_| key == "pip").into_iter().flatten();
        for item in items {
            let text = item.as_text().unwrap_or_default();
            pip(text, item.line, list, out)?;
        }
        if key != "pip" {
            let why = "only what conda and pip install is known";
            out.add(key, Some(node.line), What::LeftOut(why.to_owned()));
        }
    }
    Ok(())
}

/// `channel::name version build`, `name=version=build`, `name>=version`, `name[version='…']`
fn package(text: &str, line: usize, list: &List, out: &mut Collector<'_>) {
    let plain = text.rsplit("::").next().unwrap_or_default().trim();
    let end = plain.find(|letter: char| " =<>!~[".contains(letter));
    let (name, rest) = plain.split_at(end.unwrap_or(plain.len()));
    let name = name.to_ascii_lowercase();
    let line = Some(line);
    let specifiers = specifiers(rest.trim());
    if name == "python" {
        let what = match specifiers.filter(|text| !text.is_empty()) {
            Some(text) => What::of_project("requires-python", text.replace("===", "==")),
            None => What::LeftOut("it says nothing of versions".to_owned()),
        };
        return out.add(name, line, what);
    }
    if OF_CONDA.contains(&&*name) {
        let why = "it belongs to conda's environments, and an environment here needs it not";
        return out.add(name, line, What::LeftOut(why.to_owned()));
    }
    let is_foreign = NO_PYTHON.contains(&&*name)
        || NO_PYTHON_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix));
    if is_foreign {
        let why = "it is no Python: install it with the system's means, or go on with conda's";
        return out.add(name, line, What::LeftOut(why.to_owned()));
    }
    let other = OTHER_NAMES.iter().find(|(conda, _)| *conda == name);
    let project = other.map_or(&*name, |(_, project)| project);
    let text = format!("{project}{}", specifiers.as_deref().unwrap_or_default());
    let what = match text.parse::<Requirement>() {
        Ok(requirement) => What::Requirement(Box::new(Listed {
            list: list.clone(),
            requirement,
            text: None,
            source: None,
        })),
        Err(error) => What::LeftOut(format!("`{text}` is no requirement: {error}")),
    };
    out.add(&name, line, what);
    if specifiers.is_none() {
        let why = format!("the bounds `{}` have no form here", rest.trim());
        out.add(name, line, What::LeftOut(why));
    }
}

/// The bounds in our words; none where there are no such words. conda's `=1.2` is `==1.2.*`, and so is
/// what a space stands before.
fn specifiers(text: &str) -> Option<String> {
    let text = match text.strip_prefix('[') {
        Some(inside) => {
            let (_, version) = inside.strip_suffix(']')?.split_once("version=")?;
            version.trim_matches(['\'', '"'])
        }
        None => text,
    };
    if text.contains('|') {
        return None;
    }
    let mut parts = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let operators = part.len() - part.trim_start_matches(['=', '<', '>', '!', '~']).len();
        let (operator, version) = part.split_at(operators);
        // The build stands behind a space or a second `=`.
        let mut words = version.split(['=', ' ']).filter(|word| !word.is_empty());
        let Some(version) = words.next() else {
            continue;
        };
        let has_build = words.next().is_some();
        let is_pattern = version.ends_with('*');
        let version = version.trim_end_matches('*').trim_end_matches('.');
        parts.push(match operator {
            _ if version.is_empty() => continue,
            "" | "=" | "==" if is_pattern => format!("=={version}.*"),
            "==" => format!("=={version}"),
            "" | "=" if has_build => format!("=={version}"),
            "" | "=" => format!("=={version}.*"),
            operator => format!("{operator}{version}"),
        });
    }
    Some(parts.join(","))
}

/// A line of the `pip` part, which is one of a requirements file.
fn pip(text: &str, line: usize, list: &List, out: &mut Collector<'_>) -> Result<(), ImportError> {
    let wrong = |reason: String| invalid(out.file, format!("line {line}: {reason}"));
    let parsed = RequirementsFile::parse(out.file, text.as_bytes(), &|_| None);
    let parsed = parsed.map_err(|error| wrong(error.message))?;
    for statement in parsed.statements {
        let (key, what) = match statement {
            Statement::Requirement(requirement) => match requirement.target {
                Target::Named(requirement) => {
                    let listed = Listed {
                        list: list.clone(),
                        requirement,
                        text: None,
                        source: None,
                    };
                    let key = listed.requirement.name.to_string();
                    (key, What::Requirement(Box::new(listed)))
                }
                Target::Url(_) | Target::Path(_) => {
                    let why = "it names no project: `tilsit add` takes a path or URL";
                    (text.to_owned(), What::LeftOut(why.to_owned()))
                }
            },
            Statement::Option {
                option: FileOption::IndexUrl(url),
                ..
            } => (text.to_owned(), index(url, true)),
            Statement::Option {
                option: FileOption::ExtraIndexUrl(url),
                ..
            } => (text.to_owned(), index(url, false)),
            Statement::Include { .. } => {
                let why = "name the file too: `tilsit import FILE …`";
                (text.to_owned(), What::LeftOut(why.to_owned()))
            }
            Statement::Option { .. } => {
                let why = "it tells pip how to work";
                (text.to_owned(), What::LeftOut(why.to_owned()))
            }
        };
        out.add(format!("pip: {key}"), Some(line), what);
    }
    Ok(())
}

fn index(url: String, is_default: bool) -> What {
    What::Index(Index {
        name: None,
        url,
        is_default,
        is_explicit: false,
    })
}
