//! Installing to another place than the environment's own: `--target`, `--prefix`, `--root` and
//! `--user`.

use std::path::{Path, PathBuf};

use clap::Args;
use tilsit_environment::{Environment, InstallPaths};

use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::explain::Code;

/// Where to, if not into the environment itself.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Environment options")]
pub(crate) struct TargetOptions {
    /// Work on this folder, which holds packages and nothing else
    #[arg(short, long, value_name = "FOLDER", conflicts_with_all = ["prefix", "root", "user"])]
    target: Option<PathBuf>,
    /// Work below this folder as if Python were installed there
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["root", "user"])]
    prefix: Option<PathBuf>,
    /// Work below this folder as if it were the root of the file system
    #[arg(long, value_name = "FOLDER", conflicts_with = "user")]
    root: Option<PathBuf>,
    /// Work on the user's own packages, beside those of the Python
    #[arg(long)]
    user: bool,
}

impl TargetOptions {
    /// Whether a folder of its own is named.
    pub(crate) fn is_folder(&self) -> bool {
        self.target.is_some()
    }

    /// The environment, to change it.
    ///
    /// # Errors
    /// When there is none, or it is the operating system's own.
    pub(crate) fn find_to_change(
        &self,
        options: &EnvironmentOptions,
        context: &Context,
    ) -> Result<Environment, CommandError> {
        let is_elsewhere = self.target.is_some() || self.prefix.is_some() || self.root.is_some();
        if !is_elsewhere && !self.user {
            return options.find_to_change(context);
        }
        // What lies elsewhere is nobody's else: neither the notice of the operating system nor the
        // wish for a virtual environment is about it.
        let environment = if is_elsewhere {
            options.find_any(context)?
        } else {
            options.find_to_change(context)?
        };
        let paths = self.paths(&environment, context)?;
        Ok(environment.with_paths(paths))
    }

    fn paths(
        &self,
        environment: &Environment,
        context: &Context,
    ) -> Result<InstallPaths, CommandError> {
        if let Some(folder) = &self.target {
            return Ok(InstallPaths::in_target(&context.resolve(folder)));
        }
        if let Some(folder) = &self.prefix {
            let prefix = context.resolve(folder);
            return Ok(environment.interpreter().paths_below(&prefix));
        }
        if let Some(folder) = &self.root {
            return Ok(environment.paths().below_root(&context.resolve(folder)));
        }
        let cfg = environment.interpreter().virtual_environment();
        if cfg.is_some_and(|found| !found.cfg.system_site_packages()) {
            return Err(CommandError::new(
                Code::Usage,
                "Can not perform a '--user' install. User site-packages are not visible in this virtualenv.",
            )
            .hint("leave `--user` out, or name another Python with `--python`"));
        }
        let base = user_base(context).ok_or_else(|| {
            CommandError::new(Code::Usage, "no folder of the user is known")
                .caused_by("the environment has neither `PYTHONUSERBASE` nor `HOME`")
        })?;
        Ok(environment.interpreter().paths_below(&base))
    }
}

/// `site.USER_BASE` (PEP 370).
pub(crate) fn user_base(context: &Context) -> Option<PathBuf> {
    let named = context.variables.path("PYTHONUSERBASE");
    named
        .map(Path::to_path_buf)
        .or_else(|| Some(context.home.as_ref()?.join(".local")))
}
