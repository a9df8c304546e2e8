//! Compiled modules (`.pyc`), made once in the store for each version of Python.
//!
//! One Python process is fed the modules of all wheels over its standard input and answers with a
//! line for each. The compiled files refer to their module by its time and size, as Python's own do
//! (PEP 552): links share the time, and copies are given it. What was compiled is described by a
//! manifest `compiled-<python>` beside the wheel's own, so that a plan needs no look at folders.
//! A module that is none for this Python (a template, old syntax) is passed over, as in pip.

use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tilsit_dist::wheel::Scheme;
use tilsit_environment::Interpreter;
use tilsit_files::{Durability, FileError, LockFile, LockKind};
use tilsit_packaging::record::RecordHash;

use crate::manifest::{FileKind, Manifest, ManifestFile};
use crate::store::{self, StoredWheel};
use tilsit_files::threads;

/// The program that compiles: a path a line in, the path of the compiled file (or nothing) out.
const PROGRAM: &str = include_str!("compile/compile.py");

/// Why wheels were not compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// A file of the store could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Python did not start, or ended in the middle.
    #[error("`{}` does not compile modules", .python.display())]
    Python {
        /// The interpreter.
        python: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// The callback asked to stop.
    #[error("stopped while modules were compiled")]
    Stopped,
}

/// The compiled modules of each wheel for this interpreter; made where the store lacks them. The
/// callback is called after each wheel.
///
/// # Errors
/// When Python does not work, the store cannot be written, or the callback breaks.
pub fn compile(
    wheels: &[StoredWheel],
    interpreter: &Interpreter,
    on_wheel: &mut dyn FnMut(&StoredWheel) -> ControlFlow<()>,
) -> Result<Vec<Arc<Manifest>>, CompileError> {
    let python = interpreter.base_executable();
    let name = file_name(interpreter);
    let mut compiler: Option<Compiler> = None;
    let mut all = Vec::with_capacity(wheels.len());
    let lists = threads::map(wheels, |wheel| {
        let list = wheel.entry().join(&name);
        known(&list).map(|known| (list, known))
    });
    for (wheel, list) in wheels.iter().zip(lists) {
        let (list, known) = list?;
        let compiled = match known {
            Some(compiled) => compiled,
            None => compile_once(wheel, &list, python, &mut compiler)?,
        };
        all.push(Arc::new(compiled));
        if on_wheel(wheel).is_break() {
            return Err(CompileError::Stopped);
        }
    }
    Ok(all)
}

/// Compiles a wheel unless another process has done so meanwhile.
fn compile_once(
    wheel: &StoredWheel,
    list: &Path,
    python: &Path,
    compiler: &mut Option<Compiler>,
) -> Result<Manifest, CompileError> {
    let _lock = LockFile::acquire(wheel.entry().join("lock"), LockKind::Exclusive)?;
    if let Some(compiled) = known(list)? {
        return Ok(compiled);
    }
    let compiler = match compiler {
        Some(compiler) => compiler,
        none => none.insert(Compiler::start(python)?),
    };
    compile_wheel(wheel, list, compiler)
}

/// The file in the store that lists what is compiled for an interpreter: compiled code fits all
/// releases of one `X.Y`, but not its pre-releases.
fn file_name(interpreter: &Interpreter) -> String {
    let (major, minor) = interpreter.major_minor();
    let implementation = interpreter.implementation();
    let version = interpreter.version();
    if version.is_prerelease() {
        return format!("compiled-{implementation}-{version}");
    }
    format!("compiled-{implementation}-{major}.{minor}")
}

/// What is compiled already; a damaged list counts as none.
fn known(list: &Path) -> Result<Option<Manifest>, FileError> {
    match tilsit_files::read(list) {
        Ok(bytes) => Ok(Manifest::parse(&bytes).ok()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn compile_wheel(
    wheel: &StoredWheel,
    list: &Path,
    compiler: &mut Compiler,
) -> Result<Manifest, CompileError> {
    store::unseal(wheel.entry())?;
    let mut files = Vec::new();
    for module in wheel.manifest.files.iter().filter(|file| is_module(file)) {
        let source = wheel.tree.join(&module.path);
        let Some(compiled) = compiler.compile(&source)? else {
            continue;
        };
        let bytes = tilsit_files::read(&compiled)?;
        let path = compiled.strip_prefix(&wheel.tree).ok();
        let Some(path) = path.and_then(Path::to_str) else {
            continue;
        };
        files.push(ManifestFile {
            path: path.to_owned(),
            scheme: module.scheme,
            inside_start: module.inside_start,
            size_bytes: bytes.len() as u64,
            hash: RecordHash::sha256(&Sha256::digest(&bytes).into()),
            kind: FileKind::Plain,
        });
    }
    let manifest = Manifest {
        files,
        commands: Vec::new(),
        ..Manifest::clone(&wheel.manifest)
    };
    tilsit_files::write_atomic(list, manifest.to_bytes(), Durability::Fast)?;
    Ok(manifest)
}

fn is_module(file: &ManifestFile) -> bool {
    let is_package = matches!(file.scheme, Scheme::Purelib | Scheme::Platlib);
    let is_line = !file.path.contains(['\n', '\r']);
    is_package
        && is_line
        && Path::new(&file.path)
            .extension()
            .is_some_and(|kind| kind == "py")
}

/// The Python process.
struct Compiler {
    python: PathBuf,
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Compiler {
    fn start(python: &Path) -> Result<Self, CompileError> {
        let failed = |source| CompileError::Python {
            python: python.to_path_buf(),
            source,
        };
        // Isolated and without `site`: nothing of the user's runs, and it starts at once.
        let mut process = Command::new(python)
            .args(["-I", "-S", "-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let missing = || failed(std::io::ErrorKind::BrokenPipe.into());
        Ok(Self {
            python: python.to_path_buf(),
            questions: Some(process.stdin.take().ok_or_else(missing)?),
            answers: BufReader::new(process.stdout.take().ok_or_else(missing)?),
            process,
        })
    }

    /// Compiles one module; none when Python does not take it for one.
    fn compile(&mut self, module: &Path) -> Result<Option<PathBuf>, CompileError> {
        let mut line = String::new();
        let answered = match &mut self.questions {
            Some(questions) => {
                let text = format!("{}\n", module.display());
                let written = questions.write_all(text.as_bytes());
                written.and_then(|()| self.answers.read_line(&mut line))
            }
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        let whole = answered.and_then(|_| match line.strip_suffix('\n') {
            Some(path) => Ok(path),
            None => Err(std::io::ErrorKind::UnexpectedEof.into()),
        });
        match whole {
            Ok("") => Ok(None),
            Ok(path) => Ok(Some(PathBuf::from(path))),
            Err(source) => Err(CompileError::Python {
                python: self.python.clone(),
                source,
            }),
        }
    }
}

impl Drop for Compiler {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.questions = None;
        let _ = self.process.wait();
    }
}
