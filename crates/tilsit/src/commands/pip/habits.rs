//! Options of pip that scripts give out of habit, and that leave nothing to be done here: they are
//! taken, and not shown in the help.

use clap::Args;

/// Options that change nothing.
#[derive(Args, Debug)]
pub(crate) struct Habits {
    /// Nothing is asked without a terminal
    #[arg(long, global = true, hide = true)]
    no_input: bool,
    /// No newer version of pip is looked for
    #[arg(long, global = true, hide = true)]
    disable_pip_version_check: bool,
    /// Nothing is warned of about Python's age
    #[arg(long, global = true, hide = true)]
    no_python_version_warning: bool,
    /// Nothing is warned of about programs that are not on the search path
    #[arg(long, global = true, hide = true)]
    no_warn_script_location: bool,
    /// What conflicts is refused, not warned of
    #[arg(long, global = true, hide = true)]
    no_warn_conflicts: bool,
    /// Root may install
    #[arg(long, global = true, hide = true, value_name = "ACTION")]
    root_user_action: Option<String>,
    /// Progress is shown where there is a terminal
    #[arg(long, global = true, hide = true, value_name = "KIND")]
    progress_bar: Option<String>,
    /// Everything is built by way of `pyproject.toml` and its hooks
    #[arg(long, global = true, hide = true)]
    use_pep517: bool,
    /// What pip tries out, or has taken back
    #[arg(long, global = true, hide = true, value_name = "FEATURE")]
    use_feature: Vec<String>,
    /// The same, for what it has not taken back yet
    #[arg(long, global = true, hide = true, value_name = "FEATURE")]
    use_deprecated: Vec<String>,
}
