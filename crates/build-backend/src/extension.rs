//! Extension modules of C and C++: what `[[tool.tilsit.build.ext-modules]]` says, compiled for one
//! Python as distutils would.
//!
//! Sources are compiled at once, as many as there are processors, in the project's folder and by
//! relative paths: two folders give the same bytes. What is compiled is kept by its contents
//! ([`objects`]). Code that another language is translated to (Cython) is a source like any other; its
//! translation is left to the project.

mod compiler;
pub mod config;
pub mod error;
pub mod header_list;
pub mod objects;
pub mod settings;

use std::path::Path;

use tilsit_files::TemporaryFolder;
use tilsit_files::threads;
use tilsit_packaging::problem::Problem;

use crate::build::BuildOptions;
use crate::error::BuildError;
use crate::source_project::SourceProject;
use compiler::Compiler;
use config::CompilerConfig;
use error::ExtensionError;
use objects::Objects;
use settings::Extension;

/// The table in pyproject.toml.
pub(crate) const TABLE: &str = "tool.tilsit.build.ext-modules";

/// An extension that was compiled.
pub(crate) struct BuiltExtension<'p> {
    /// Which it is.
    pub(crate) extension: &'p Extension,
    /// Its path in the wheel.
    pub(crate) path: String,
    /// The file.
    pub(crate) bytes: Vec<u8>,
}

/// The tag of the project's wheel; nothing for a project without extensions.
///
/// # Errors
/// When no Python is named, or wheels have no tag for it.
pub(crate) fn tag(
    project: &SourceProject,
    options: &BuildOptions,
) -> Result<Option<String>, BuildError> {
    let extensions = &project.settings().extensions;
    if extensions.is_empty() {
        return Ok(None);
    }
    let tag = config(options).and_then(|config| config.tag(extensions));
    tag.map(Some).map_err(|source| BuildError::Extension {
        name: extensions[0].name.clone(),
        source,
    })
}

/// Whether every extension has its sources.
///
/// # Errors
/// When one has not.
pub(crate) fn check(project: &SourceProject) -> Result<(), BuildError> {
    for extension in &project.settings().extensions {
        sources(project, extension)?;
    }
    Ok(())
}

/// Compiles the extensions of a project, with a temporary folder in `out`. Those that the project
/// does without and that cannot be compiled are told as problems.
///
/// # Errors
/// When one cannot be compiled that the project needs.
pub(crate) fn build<'p>(
    project: &'p SourceProject,
    out: &Path,
    options: &BuildOptions,
) -> Result<(Vec<BuiltExtension<'p>>, Vec<Problem>), BuildError> {
    let extensions = &project.settings().extensions;
    let (mut built, mut problems) = (Vec::new(), Vec::new());
    let Some(first) = extensions.first() else {
        return Ok((built, problems));
    };
    let fault = |name: &str, source: ExtensionError| BuildError::Extension {
        name: name.to_owned(),
        source,
    };
    let config = config(options).map_err(|error| fault(&first.name, error))?;
    let left_out = |names: &str, error: &ExtensionError| Problem {
        line: None,
        column: None,
        subject: TABLE.to_owned(),
        reason: format!("`{names}` is optional and is left out: {error}"),
    };
    let compiler = match compiler(config, options) {
        Ok(compiler) => compiler,
        Err(error) => {
            if let Some(needed) = extensions.iter().find(|one| !one.optional) {
                return Err(fault(&needed.name, error));
            }
            let names: Vec<&str> = extensions.iter().map(|one| &*one.name).collect();
            return Ok((built, vec![left_out(&names.join("`, `"), &error)]));
        }
    };
    tilsit_files::create_dir_all(out)?;
    let temporary = TemporaryFolder::create_in(tilsit_files::canonicalize(out)?)?;
    let root = tilsit_files::canonicalize(project.folder())?;
    let kept = options.objects.as_deref();
    let (variables, seconds) = (&options.variables, options.modified_seconds);
    let objects = Objects::new(&root, temporary.path(), kept, variables, seconds);
    let work = Work {
        project,
        config,
        compiler,
        objects,
    };
    for (extension, made) in extensions.iter().zip(work.all()?) {
        match made {
            Ok(one) => built.push(one),
            Err(error) if extension.optional => problems.push(left_out(&extension.name, &error)),
            Err(error) => return Err(fault(&extension.name, error)),
        }
    }
    Ok((built, problems))
}

fn config(options: &BuildOptions) -> Result<&CompilerConfig, ExtensionError> {
    options.compiler.as_ref().ok_or(ExtensionError::NoPython)
}

/// The compiler, with headers of Python to compile with: that they are missing is a frequent fault, of
/// which the compiler's words say little.
fn compiler(config: &CompilerConfig, options: &BuildOptions) -> Result<Compiler, ExtensionError> {
    let compiler = Compiler::new(config, &options.variables)?;
    for folder in &config.include {
        if tilsit_files::exists(folder.join("Python.h"))? {
            return Ok(compiler);
        }
    }
    Err(ExtensionError::NoHeaders(config.include.clone()))
}

/// What extensions are compiled of and with.
struct Work<'p, 'a> {
    project: &'p SourceProject,
    config: &'a CompilerConfig,
    compiler: Compiler,
    objects: Objects<'a>,
}

impl<'p> Work<'p, '_> {
    /// Each extension, or why it could not be made.
    fn all(&self) -> Result<Vec<Result<BuiltExtension<'p>, ExtensionError>>, BuildError> {
        let extensions = &self.project.settings().extensions;
        let mut all_sources = Vec::new();
        let mut pieces = Vec::new();
        for extension in extensions {
            let sources = sources(self.project, extension)?;
            for source in &sources {
                pieces.push((pieces.len(), extension, *source));
            }
            all_sources.push(sources);
        }
        let objects = threads::map_each(&pieces, |(number, extension, source)| {
            let words = self.compiler.compile(source, extension, self.config)?;
            self.objects.object(source, &words, *number)
        });
        let mut objects = objects.into_iter();
        let linked = extensions.iter().zip(&all_sources).enumerate();
        let linked = linked.map(|(number, (extension, sources))| {
            let objects: Vec<_> = objects.by_ref().take(sources.len()).collect();
            let objects = objects.into_iter().collect::<Result<Vec<_>, _>>()?;
            let objects: Vec<String> = objects.iter().map(|path| objects::text(path)).collect();
            self.link(extension, sources, &objects, number)
        });
        Ok(linked.collect())
    }

    fn link(
        &self,
        extension: &'p Extension,
        sources: &[&str],
        objects: &[String],
        number: usize,
    ) -> Result<BuiltExtension<'p>, ExtensionError> {
        let path = self.config.path_of(extension)?;
        let target = self.objects.temporary.join(format!("{number}.so"));
        let file = objects::text(&target);
        let words = self
            .compiler
            .link(extension, sources, objects, &file, self.config)?;
        let output = self.objects.run(&words)?;
        if !output.status.success() {
            return Err(ExtensionError::Link {
                status: output.status.to_string(),
                output: objects::said(&output),
            });
        }
        let bytes = tilsit_files::read(&target)?;
        Ok(BuiltExtension {
            extension,
            path,
            bytes,
        })
    }
}

fn sources<'p>(
    project: &'p SourceProject,
    extension: &Extension,
) -> Result<Vec<&'p str>, BuildError> {
    let paths: Vec<&str> = project
        .files()
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    let found = extension.sources_among(&paths);
    found.map_err(|reason| project.fault(TABLE, reason))
}
