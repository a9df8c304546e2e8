//! Makes virtual environments: PEP 405's layout with virtualenv's `pyvenv.cfg`, and activators.
//!
//! Everything follows from the base interpreter's probe, so no Python is run. The base is always
//! the one outside of every environment: an environment made from within another does not depend
//! on it. Nothing is installed into it; seeding is an installation like any other.

use std::path::{Path, PathBuf};

use tilsit_files::FileError;

use crate::interpreter::{Interpreter, rebase};
use crate::pyvenv_cfg::PyVenvCfg;
use crate::system;

mod activators;

/// What the environment is to be like.
#[derive(Clone, Debug, Default)]
pub struct VenvOptions {
    /// What the shell's prompt shows while the environment is active; else the folder's name.
    pub prompt: Option<String>,
    /// Whether the base interpreter's packages are seen.
    pub system_site_packages: bool,
    /// What to do with something that is there already.
    pub existing: Existing,
    /// Whether the folder may be moved to another place: activators and programs look for it where
    /// they are themselves.
    pub relocatable: bool,
    /// Whether version control may see the folder; else it is told to pass it over.
    pub version_controlled: bool,
}

/// What to do with a folder that is there already. An empty folder is always taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Leave it and fail.
    #[default]
    Refuse,
    /// Empty it first, if it is an environment.
    Clear,
    /// Write over it and keep what is installed, if it is an environment.
    Keep,
}

/// Why an environment was not made.
#[derive(Debug, thiserror::Error)]
pub enum VenvError {
    /// A file or folder could not be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// An environment is there already.
    #[error("a virtual environment is already at `{}`", .0.display())]
    Exists(PathBuf),
    /// Something else is there.
    #[error("`{}` is there and is not a virtual environment", .0.display())]
    NotAnEnvironment(PathBuf),
    /// A path that no search path can hold.
    #[error("the path `{}` holds a `{separator}`, which separates the entries of PATH", .path.display())]
    Separator {
        /// The path.
        path: PathBuf,
        /// The separator of search paths.
        separator: char,
    },
    /// The path depends on the current folder, which only the caller knows.
    #[error("the path `{}` of an environment is not absolute", .0.display())]
    NotAbsolute(PathBuf),
    /// A path that is not Unicode, or that has a line break: `pyvenv.cfg` cannot hold it.
    #[error("the path `{}` cannot be written into pyvenv.cfg", .0.display())]
    Unwritable(PathBuf),
}

const SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

/// Makes a virtual environment of `base` in the folder `root`, an absolute path, and returns its interpreter.
///
/// `pyvenv.cfg` is written first: a folder that was left half made is an environment, which
/// [`Existing::Clear`] may make anew.
///
/// # Errors
/// When something is there that `options` do not give up, or a file cannot be made.
pub fn create(
    base: &Interpreter,
    root: &Path,
    options: &VenvOptions,
) -> Result<Interpreter, VenvError> {
    let base = base.to_base();
    let root = root.to_path_buf();
    if !root.is_absolute() {
        return Err(VenvError::NotAbsolute(root));
    }
    let text = root.to_str().filter(|text| !text.contains(['\n', '\r']));
    let text = text.ok_or_else(|| VenvError::Unwritable(root.clone()))?;
    if text.contains(SEPARATOR) && !cfg!(windows) {
        return Err(VenvError::Separator {
            path: root,
            separator: SEPARATOR,
        });
    }
    make_room(&root, options.existing)?;
    let cfg = configuration(&base, options);
    tilsit_files::write(root.join("pyvenv.cfg"), cfg.to_string())?;
    make_folders(&base, &root)?;
    system::place_programs(&base, &root)?;
    place_pypy_libraries(&base, &root)?;
    if !options.version_controlled {
        write_if_absent(&root.join(".gitignore"), GITIGNORE)?;
    }
    write_if_absent(&root.join("CACHEDIR.TAG"), CACHEDIR_TAG)?;
    place_activators(&base, &root, text, options)?;
    Ok(base.in_environment(root, cfg))
}

fn place_activators(
    base: &Interpreter,
    root: &Path,
    root_text: &str,
    options: &VenvOptions,
) -> Result<(), FileError> {
    let name = root.file_name().and_then(|name| name.to_str());
    let scheme = &base.probe().venv_paths;
    let mut libraries: Vec<String> = [&scheme.purelib, &scheme.platlib]
        .into_iter()
        .filter_map(|path| path.strip_prefix("{base}").ok())
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    libraries.dedup();
    let values = activators::Values {
        root: root_text,
        prompt: options.prompt.as_deref().or(name).unwrap_or("env"),
        libraries: &libraries,
        relocatable: options.relocatable,
    };
    let scripts = root.join(system::SCRIPTS_FOLDER);
    for (name, script) in activators::all(&values) {
        tilsit_files::write(scripts.join(name), script)?;
    }
    Ok(())
}

/// The interpreter of an environment in `root` that [`create`] made of `base`; nothing is read.
pub fn existing(base: &Interpreter, root: PathBuf) -> Interpreter {
    base.to_base().in_environment(root, PyVenvCfg::default())
}

/// The tag of folders that backups pass over.
const CACHEDIR_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
                            # A virtual environment made by tilsit: it can be made again.\n";

/// What keeps an environment out of version control.
const GITIGNORE: &str = "# created by tilsit automatically\n*\n";

/// Writes a file that others may have written already, for the same end.
fn write_if_absent(path: &Path, text: &str) -> Result<(), FileError> {
    if tilsit_files::exists(path)? {
        return Ok(());
    }
    tilsit_files::write(path, text)
}

fn make_room(root: &Path, existing: Existing) -> Result<(), VenvError> {
    let metadata = match tilsit_files::metadata(root) {
        Ok(metadata) => metadata,
        Err(error) if error.is_not_found() => return Ok(tilsit_files::create_dir_all(root)?),
        Err(error) => return Err(error.into()),
    };
    if !metadata.is_dir() {
        return Err(VenvError::NotAnEnvironment(root.to_path_buf()));
    }
    let entries = tilsit_files::read_dir(root)?;
    if entries.is_empty() {
        return Ok(());
    }
    if existing == Existing::Keep {
        return Ok(());
    }
    if !root.join("pyvenv.cfg").is_file() {
        return Err(VenvError::NotAnEnvironment(root.to_path_buf()));
    }
    match existing {
        Existing::Refuse | Existing::Keep => Err(VenvError::Exists(root.to_path_buf())),
        Existing::Clear => {
            // The file that makes it an environment goes last, so that a clearing that was
            // interrupted can be taken up again.
            let (cfg, rest): (Vec<_>, Vec<_>) = entries
                .into_iter()
                .partition(|entry| entry.name == "pyvenv.cfg");
            for entry in rest.into_iter().chain(cfg) {
                if entry.kind == tilsit_files::FileKind::Folder {
                    tilsit_files::remove_dir_all(&entry.path)?;
                } else {
                    tilsit_files::remove_file(&entry.path)?;
                }
            }
            Ok(())
        }
    }
}

fn configuration(base: &Interpreter, options: &VenvOptions) -> PyVenvCfg {
    let probe = base.probe();
    let (major, minor, micro, level, serial) = &probe.version_info;
    let executable = base.base_executable().to_string_lossy();
    let home = base.base_executable().parent().unwrap_or(Path::new(""));
    let flag = options.system_site_packages.to_string();
    let mut cfg = PyVenvCfg::default();
    cfg.set("home", &home.to_string_lossy());
    let implementation = probe.marker("platform_python_implementation");
    cfg.set("implementation", implementation);
    let info = format!("{major}.{minor}.{micro}.{level}.{serial}");
    cfg.set("version_info", &info);
    cfg.set("version", &format!("{major}.{minor}.{micro}"));
    cfg.set("executable", &executable);
    cfg.set("tilsit", env!("CARGO_PKG_VERSION"));
    cfg.set("include-system-site-packages", &flag);
    cfg.set("base-prefix", &probe.base_prefix.to_string_lossy());
    cfg.set(
        "base-exec-prefix",
        &probe.base_exec_prefix.to_string_lossy(),
    );
    cfg.set("base-executable", &executable);
    if let Some(prompt) = &options.prompt {
        cfg.set("prompt", prompt);
    }
    if options.relocatable {
        cfg.set("relocatable", "true");
    }
    cfg
}

fn make_folders(base: &Interpreter, root: &Path) -> Result<(), FileError> {
    let scheme = rebase(&base.probe().venv_paths, root);
    for folder in [&scheme.purelib, &scheme.platlib, &scheme.scripts] {
        tilsit_files::create_dir_all(folder)?;
    }
    tilsit_files::create_dir_all(root.join("include"))?;
    let lib64 = root.join("lib64");
    let is_wide = base.probe().pointer_bits == 64 && base.probe().marker("os_name") == "posix";
    let has_lib64 = is_wide && base.probe().marker("sys_platform") != "darwin";
    // Where the scheme itself uses `lib64` it is a folder already.
    if has_lib64 && !tilsit_files::exists(&lib64)? {
        tilsit_files::symlink("lib", &lib64)?;
    }
    Ok(())
}

/// PyPy's own libraries: portable builds look for some of them beside the program or in `lib`.
fn place_pypy_libraries(base: &Interpreter, root: &Path) -> Result<(), FileError> {
    if base.implementation() != "pypy" || base.probe().base_prefix == Path::new("/usr") {
        return Ok(());
    }
    let prefix = &base.probe().base_prefix;
    for (from, to) in [("bin", system::SCRIPTS_FOLDER), ("lib", "lib")] {
        for entry in tilsit_files::read_dir(prefix.join(from)).unwrap_or_default() {
            let name = entry.name.to_string_lossy();
            let link = root.join(to).join(&entry.name);
            let is_library = name.contains(".so") || name.ends_with(".dylib");
            if is_library && !tilsit_files::exists(&link)? {
                tilsit_files::symlink(&entry.path, &link)?;
            }
        }
    }
    Ok(())
}
