//! `tilsit pip inspect`: everything about what is installed, as pip's JSON of the same name.

use clap::Args;
use serde_json::{Map, Value, json};
use tilsit_dist::dist_info::{InstalledDistribution, InstalledError};
use tilsit_packaging::direct_url::DirectUrlFormat;
use tilsit_packaging::metadata::to_json;

use crate::commands::pip::listed;
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::report::Report;

/// Print what is installed, with all metadata, as JSON in pip's form
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    environment: EnvironmentOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let environment = arguments.environment.find(context)?;
    let entries: Vec<Value> = listed::present(&environment, context)?
        .iter()
        .map(entry)
        .collect::<Result<_, _>>()?;
    let report = json!({
        "version": "1",
        "pip_version": env!("CARGO_PKG_VERSION"),
        "installed": entries,
        "environment": markers(&environment),
    });
    let text = serde_json::to_string_pretty(&report).expect("the report is plain data");
    Ok(Report::new(format!("{text}\n"), report))
}

fn entry(distribution: &InstalledDistribution) -> Result<Value, InstalledError> {
    let (path, _) = distribution.metadata_path();
    let mut entry = Map::new();
    let metadata = to_json(&tilsit_files::read(path)?);
    entry.insert("metadata".into(), metadata.into());
    let location = distribution.path.display().to_string();
    entry.insert("metadata_location".into(), location.into());
    if let Some(direct_url) = distribution.direct_url()? {
        let value = serde_json::from_str(&direct_url.to_json(DirectUrlFormat::default()))
            .expect("we wrote it");
        entry.insert("direct_url".into(), value);
    }
    if let Some(installer) = distribution.installer()? {
        entry.insert("installer".into(), installer.into());
    }
    entry.insert("requested".into(), distribution.is_requested()?.into());
    Ok(entry.into())
}

/// The marker variables of the interpreter.
pub(crate) fn markers(environment: &tilsit_environment::Environment) -> Map<String, Value> {
    let probe = environment.interpreter().probe();
    let names = [
        "implementation_name",
        "implementation_version",
        "os_name",
        "platform_machine",
        "platform_release",
        "platform_system",
        "platform_version",
        "python_full_version",
        "platform_python_implementation",
        "python_version",
        "sys_platform",
    ];
    names
        .iter()
        .map(|name| ((*name).to_owned(), probe.marker(name).into()))
        .collect()
}
