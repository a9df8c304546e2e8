//! `tilsit tool run`: a tool, from its environment or from one that is kept in the cache.
//!
//! A tool that is installed costs what its receipt does: nothing else is read, and no Python is asked.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde_json::json;
use tilsit_environment::Environment;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::requirements_file::{Target, parse_target};
use tilsit_tools::Receipt;

use super::asking::{AdditionOptions, at_version};
use super::{list, making, places};
use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::commands::run::kept::{Asking, Kept, Place};
use crate::commands::run::search_path;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::{child, installing};

/// Run a tool without installing it
///
/// A tool that is installed and fits is run as it is; else an environment for it is made in the cache
/// and found again the next time. `NAME@1.2` is a version, `NAME@latest` the newest one.
#[derive(Args, Debug)]
#[command(override_usage = "tilsit tool run [OPTIONS] [TOOL] [ARGUMENTS]...")]
pub(crate) struct Arguments {
    /// The tool, and what it is given; without it, the installed tools are listed
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_names = ["TOOL", "ARGUMENTS"],
        num_args = 0..
    )]
    line: Vec<OsString>,
    /// Get the program from this project, where it has another name
    #[arg(long, visible_alias = "spec", value_name = "REQUIREMENT")]
    from: Option<String>,
    #[command(flatten)]
    additions: AdditionOptions,
    /// Use this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    /// Look past the installed tools
    #[arg(long)]
    isolated: bool,
    /// Resolve again, although an environment that fits is there
    #[arg(short = 'U', long)]
    upgrade: bool,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    index: IndexOptions,
}

/// What is to be run.
struct Wish {
    /// The requirement, as text.
    requirement: String,
    /// The same, where it names a project.
    named: Option<Requirement>,
    /// The program; that of the project's name where none is said.
    program: Option<String>,
    is_latest: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let Some((first, rest)) = arguments.line.split_first() else {
        return list::run(&list::Arguments::default(), context);
    };
    let wish = Wish::of(first, arguments)?;
    let (program, place) = match installed(&wish, arguments, context)? {
        Some(found) => found,
        None => kept(&wish, arguments, context)?,
    };
    let mut command = Command::new(&program);
    command.args(rest).current_dir(&context.working_folder);
    command.env("PATH", search_path(&place, context)?);
    let exit_code = child::run(&mut command, context)?;
    Ok(Report::silent(json!({
        "exit_code": exit_code,
        "program": program,
        "environment": place.environment,
    }))
    .with_exit_code(exit_code))
}

impl Wish {
    fn of(first: &OsString, arguments: &Arguments) -> Result<Self, CommandError> {
        let first = first.to_str().ok_or_else(|| {
            let shown = first.display();
            CommandError::new(Code::Usage, format!("`{shown}` is no name of a tool"))
        })?;
        let typed = arguments.from.as_deref().unwrap_or(first);
        let (requirement, is_latest) = at_version(typed);
        let program = match &arguments.from {
            Some(_) if first.contains(['/', '\\']) => {
                let message = format!("`{first}` is a path, not the name of a program");
                return Err(CommandError::new(Code::Usage, message)
                    .hint("`--from` names the project, the word behind it the program"));
            }
            Some(_) => Some(first.to_owned()),
            None => None,
        };
        let named = match parse_target(&requirement) {
            Ok(Target::Named(named)) => Some(named),
            _ => None,
        };
        Ok(Self {
            requirement,
            named,
            program,
            is_latest,
        })
    }
}

/// The installed tool, when it is what is wished for.
fn installed(
    wish: &Wish,
    arguments: &Arguments,
    context: &Context,
) -> Result<Option<(PathBuf, Place)>, CommandError> {
    let is_special = arguments.isolated
        || arguments.upgrade
        || arguments.python.is_some()
        || wish.is_latest
        || !arguments.additions.is_empty();
    let Some(named) = wish.named.as_ref().filter(|_| !is_special) else {
        return Ok(None);
    };
    let Some(tool) = places::folder(context)?.tool(named.name.as_str()) else {
        return Ok(None);
    };
    let Ok(receipt) = &tool.receipt else {
        return Ok(None);
    };
    if !tool.has_python() || !fits(named, receipt) || tool.lost_package()?.is_some() {
        return Ok(None);
    }
    let programs = tool.python();
    let programs = programs.parent().unwrap_or(&tool.root).to_path_buf();
    let name = wish.program.as_deref().unwrap_or(named.name.as_str());
    let place = Place {
        python: tool.python(),
        environment: Some(tool.root.clone()),
        programs: vec![programs.clone()],
    };
    let of_tool = receipt.links.iter().map(|link| &link.target);
    let of_tool = of_tool
        .filter_map(|target| target.file_name()?.to_str())
        .collect::<Vec<_>>();
    let program = program(&programs, name, &named.name, &of_tool)?;
    Ok(Some((program, place)))
}

/// Whether an installed tool is what a requirement wants.
fn fits(named: &Requirement, receipt: &Receipt) -> bool {
    let own = &receipt.asked.requirement;
    let has_extras = named.extras.iter().all(|extra| own.extras.contains(extra));
    match named.specifiers() {
        Some(specifiers) => has_extras && specifiers.contains(&receipt.version),
        None => false,
    }
}

/// The tool in an environment in the cache.
fn kept(
    wish: &Wish,
    arguments: &Arguments,
    context: &Context,
) -> Result<(PathBuf, Place), CommandError> {
    let base = making::base(arguments.python.as_deref(), None, context)?;
    let asking = Asking {
        wanted: arguments.additions.gather(&wish.requirement, context)?,
        configuration: arguments.resolver.over(&arguments.index.over(context)?),
        upgrade: arguments.upgrade || wish.is_latest,
    };
    let place = Kept::of(asking, &base, None, context).place(context)?;
    let [programs] = &*place.programs else {
        unreachable!("an environment over nothing has one folder of programs");
    };
    let project = match &wish.named {
        Some(named) => named.name.clone(),
        None => unnamed(&place, context)?,
    };
    let name = wish.program.as_deref().unwrap_or(project.as_str());
    let path = programs.join(file_name(name));
    if path.is_file() {
        return Ok((path, place));
    }
    let mut of_project = Vec::new();
    if let Some(root) = &place.environment {
        let found = making::programs_in(root, &project, &base, context)?;
        of_project.extend(found);
    }
    let of_project: Vec<&str> = of_project.iter().map(String::as_str).collect();
    let program = program(programs, name, &project, &of_project)?;
    Ok((program, place))
}

/// The project that was asked for by a path or URL: of those in the environment the one that is
/// requested.
fn unnamed(place: &Place, context: &Context) -> Result<ProjectName, CommandError> {
    let cache = crate::pythons::surroundings(context)?.cache_folder;
    let interpreter = tilsit_environment::Interpreter::at(&place.python, cache.as_deref())
        .map_err(|error| CommandError::from_error(Code::PythonBroken, &error))?;
    let present = installing::present(&Environment::of(interpreter), context)?;
    for one in present {
        if one.is_requested()? && one.direct_url()?.is_some() {
            return Ok(one.name);
        }
    }
    Err(CommandError::new(
        Code::ToolWithoutPrograms,
        "nothing that was asked for is installed",
    ))
}

/// The program of this name in a folder; an error that says which there are.
fn program(
    folder: &Path,
    name: &str,
    project: &ProjectName,
    of_project: &[&str],
) -> Result<PathBuf, CommandError> {
    let path = folder.join(file_name(name));
    if path.is_file() {
        return Ok(path);
    }
    let message = format!("`{project}` has no program `{name}`");
    let error = CommandError::new(Code::ToolWithoutPrograms, message);
    Err(match of_project {
        [] => error.hint(format!(
            "is it in another project? `tilsit tool run --from PROJECT {name}`"
        )),
        [only] => error
            .caused_by(format!("it has `{only}`"))
            .hint(format!("`tilsit tool run --from {project} {only}`")),
        several => error
            .caused_by(format!("it has `{}`", several.join("`, `")))
            .hint(format!(
                "`tilsit tool run --from {project} PROGRAM` runs one of them"
            )),
    })
}

fn file_name(name: &str) -> String {
    if cfg!(windows) && !name.contains('.') {
        format!("{name}.exe")
    } else {
        name.to_owned()
    }
}
