//! What an interpreter's probe means for markers and tags, and what its environment holds, until
//! `tilsit-environment` and `tilsit-installer` say it themselves.

use tilsit_dist::dist_info::{self, Installed};
use tilsit_environment::probe::LibcFamily;
use tilsit_environment::{Environment, Interpreter};
use tilsit_files::FileError;
use tilsit_installer::plan::territory;
use tilsit_installer::{InstallPlan, PlanError, PlanOptions, WheelToInstall};
use tilsit_packaging::marker::{EnvironmentValues, MarkerEnvironment};
use tilsit_packaging::tag::{CompatibleTags, interpreter, platform};

/// The values of the marker variables.
pub(crate) fn marker_environment(python: &Interpreter) -> MarkerEnvironment {
    let values = serde_json::to_value(&python.probe().markers).expect("plain text");
    let values: EnvironmentValues = serde_json::from_value(values).expect("all variables");
    MarkerEnvironment::new(values).expect("a Python has a version")
}

/// The wheels that the interpreter takes.
pub(crate) fn tags(python: &Interpreter) -> CompatibleTags {
    let probe = python.probe();
    let version = (probe.version_info.0, probe.version_info.1);
    let libc = probe.libc.as_ref().and_then(|libc| {
        let (major, minor) = libc.major_minor()?;
        Some(match libc.family {
            LibcFamily::Glibc => platform::Libc::Glibc { major, minor },
            LibcFamily::Musl => platform::Libc::Musl { major, minor },
        })
    });
    let machine = probe.platform.trim_start_matches("linux-");
    let platforms = platform::linux(&platform::Linux {
        machine,
        is_32bit: probe.pointer_bits == 32,
        libc: libc.unwrap_or(platform::Libc::Unknown),
        has_manylinux_abi: true,
    });
    let build = interpreter::CpythonBuild {
        debug: probe.abi.debug,
        free_threaded: probe.abi.gil_disabled,
        pymalloc: probe.abi.pymalloc,
        wide_unicode: true,
    };
    let python_version = interpreter::PythonVersion::new(version.0, version.1);
    interpreter::Interpreter {
        implementation: python.implementation(),
        version,
        version_without_dot: None,
        abis: &interpreter::cpython_abis(python_version, build),
        platforms: &platforms,
    }
    .tags()
}

/// What is installed.
pub(crate) fn installed(environment: &Environment) -> Result<Installed, FileError> {
    let mut all = Installed::default();
    for folder in environment.site_packages() {
        if folder.is_dir() {
            let found = dist_info::list(folder)?;
            all.distributions.extend(found.distributions);
            all.findings.extend(found.findings);
        }
    }
    Ok(all)
}

/// The plan, with the removal of what is replaced.
pub(crate) fn plan(
    environment: &Environment,
    wheels: &[WheelToInstall],
    options: &PlanOptions,
) -> Result<InstallPlan, PlanError> {
    let territory = territory(environment);
    let mut removals = Vec::new();
    for distribution in installed(environment)?.distributions {
        let replaced = wheels
            .iter()
            .any(|wheel| wheel.stored.manifest.name == distribution.name);
        if !replaced {
            continue;
        }
        let folder = distribution.path.parent().unwrap_or(environment.root());
        let record = distribution.record().ok().flatten();
        let record = record.ok_or_else(|| PlanError::NoRecord {
            name: distribution.name.clone(),
            version: distribution.version.clone(),
            path: distribution.path.clone(),
            reason: "it has no RECORD".to_owned(),
        })?;
        let who = (&distribution.name, &distribution.version);
        removals.push(tilsit_installer::removal::plan_removal(
            who, folder, &record, &territory,
        )?);
    }
    tilsit_installer::plan::plan_with_removals(environment, wheels, removals, options)
}
