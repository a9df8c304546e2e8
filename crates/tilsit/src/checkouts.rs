//! Editable requirements that are repositories: they are cloned to where people can work in them, and
//! installed from there, as pip does it. The cloning is [`tilsit_build_frontend`]'s.

use std::path::PathBuf;

use clap::Args;
use tilsit_build_frontend::{BuildFailure, GitSource, check_out_to_stay};
use tilsit_environment::Environment;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::requirement::RequirementSource;
use url::Url;

use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::requirements::Wanted;
use crate::terminal::GOOD;

/// Where clones go.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct CheckoutOptions {
    /// Where repositories of editable requirements are cloned to; else `src` in the environment
    #[arg(long, value_name = "FOLDER")]
    src: Option<PathBuf>,
}

impl CheckoutOptions {
    /// Clones what is to be editable and is a repository, and asks for the clones in its place.
    ///
    /// # Errors
    /// When a repository cannot be had, or the folder for it holds something else.
    pub(crate) fn check_out(
        &self,
        wanted: &mut Wanted,
        environment: &Environment,
        configuration: &Configuration,
        context: &Context,
    ) -> Result<(), CommandError> {
        let is_repository = |url: &String| url.starts_with("git+");
        let Wanted {
            requirements,
            unnamed,
            editables,
            told_at,
            ..
        } = wanted;
        if !editables.iter().any(is_repository) {
            return Ok(());
        }
        let here = environment.interpreter().marker_environment();
        let named = requirements.iter_mut().filter_map(|root| {
            let requirement = &mut root.requirement;
            let name = requirement.name.to_string();
            match &mut requirement.source {
                RequirementSource::Url(url) => Some((url, &requirement.marker, Some(name))),
                RequirementSource::Specifiers(_) => None,
            }
        });
        let unnamed = unnamed
            .iter_mut()
            .map(|one| (&mut one.url, &one.marker, None));
        let all: Vec<(&mut String, &Marker, Option<String>)> = named.chain(unnamed).collect();
        for (url, marker, name) in all {
            if !editables.contains(url) || !is_repository(url) || !marker.evaluate(here, &[]) {
                continue;
            }
            let clone =
                self.clone_of(url, name.as_deref(), (environment, configuration), context)?;
            editables.remove(url);
            editables.insert(clone.clone());
            if let Some(told) = told_at.remove(url) {
                told_at.insert(clone.clone(), told);
            }
            *url = clone;
        }
        Ok(())
    }

    /// Clones one repository, and gives the URL of the project's folder.
    fn clone_of(
        &self,
        url: &str,
        name: Option<&str>,
        (environment, configuration): (&Environment, &Configuration),
        context: &Context,
    ) -> Result<String, CommandError> {
        let failed = |error: &(dyn std::error::Error + 'static)| {
            CommandError::from_error(Code::RequirementInvalid, error)
        };
        let source = GitSource::parse(url).map_err(|error| failed(&error))?;
        let source = source.expect("only URLs of git come here");
        let public = source.public_url();
        if configuration.first(|settings| settings.offline) == Some(true) {
            let message = format!("`{public}` must be cloned, and the network may not be used");
            return Err(CommandError::new(Code::IndexUnreachable, message));
        }
        let last = public.trim_end_matches('/').rsplit('/').next();
        let last = last.unwrap_or_default().trim_end_matches(".git");
        let folder = self.folder(environment, context);
        let folder = folder.join(name.unwrap_or(last));
        let shown = context.show(&folder);
        let (verb, place) = if folder.exists() {
            ("Updating", "in")
        } else {
            ("Cloning", "to")
        };
        context.terminal.say(format_args!(
            "{GOOD}{verb}{GOOD:#} `{public}` {place} `{shown}`"
        ));
        let spinner = context.terminal.spinner(verb);
        check_out_to_stay(&source, &folder, &mut |_| context.interrupt.flow())
            .map_err(BuildFailure::from)?;
        drop(spinner);
        let project = match &source.subdirectory {
            Some(inner) => folder.join(inner),
            None => folder,
        };
        let url = Url::from_file_path(&project).map_err(|()| {
            let shown = project.display();
            let message = format!("the path `{shown}` cannot be written as a URL");
            CommandError::new(Code::Usage, message)
        })?;
        Ok(url.into())
    }

    /// The folder of all clones.
    fn folder(&self, environment: &Environment, context: &Context) -> PathBuf {
        let is_virtual = environment.interpreter().virtual_environment().is_some();
        let usual = || {
            if is_virtual {
                environment.root()
            } else {
                &context.working_folder
            }
        };
        match &self.src {
            Some(src) => context.resolve(src),
            None => usual().join("src"),
        }
    }
}
