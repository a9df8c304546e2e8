//! The values of the eleven variables for one interpreter on one machine.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::MarkerVariable;
use crate::version::{Version, VersionError};

/// The values as an interpreter gives them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are the variables of the specification"
)]
pub struct EnvironmentValues {
    pub implementation_name: String,
    pub implementation_version: String,
    pub os_name: String,
    pub platform_machine: String,
    pub platform_python_implementation: String,
    pub platform_release: String,
    pub platform_system: String,
    pub platform_version: String,
    pub python_full_version: String,
    pub python_version: String,
    pub sys_platform: String,
}

/// The values with their versions parsed; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "EnvironmentValues", into = "EnvironmentValues")]
pub struct MarkerEnvironment(Arc<Parsed>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Parsed {
    values: EnvironmentValues,
    python_full_version: Version,
    implementation_version: Option<Version>,
    platform_release: Option<Version>,
}

/// Why values are no environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// The version of Python is no version.
    #[error("the value of `python_full_version` is wrong")]
    PythonFullVersion(#[source] VersionError),
    /// `python_version` is not the first two segments of `python_full_version`.
    #[error(
        "`python_version` is `{python_version}`, but `python_full_version` is `{python_full_version}`"
    )]
    Disagree {
        /// The shorter one.
        python_version: String,
        /// The longer one.
        python_full_version: String,
    },
}

/// Builds of CPython from a checkout end their version in `+`, which PEP 440 does not know.
pub(super) fn repair_python_version(text: &str) -> String {
    if text.ends_with('+') {
        format!("{text}local")
    } else {
        text.to_owned()
    }
}

impl MarkerEnvironment {
    /// Parses the versions among the values.
    ///
    /// # Errors
    /// When `python_full_version` is no version, or `python_version` another one.
    pub fn new(mut values: EnvironmentValues) -> Result<Self, EnvironmentError> {
        values.python_full_version = repair_python_version(&values.python_full_version);
        let python_full_version: Version = values
            .python_full_version
            .parse()
            .map_err(EnvironmentError::PythonFullVersion)?;
        let short = format!(
            "{}.{}",
            python_full_version.major(),
            python_full_version.minor()
        );
        if values.python_version != short {
            return Err(EnvironmentError::Disagree {
                python_version: values.python_version,
                python_full_version: values.python_full_version,
            });
        }
        Ok(Self(Arc::new(Parsed {
            implementation_version: values.implementation_version.parse().ok(),
            platform_release: values.platform_release.parse().ok(),
            python_full_version,
            values,
        })))
    }

    /// The values.
    pub fn values(&self) -> &EnvironmentValues {
        &self.0.values
    }

    /// The version of Python with all its segments.
    pub fn python_full_version(&self) -> &Version {
        &self.0.python_full_version
    }

    /// The value of a variable; `None` for the extras and groups, which are no part of an environment.
    pub fn value(&self, variable: MarkerVariable) -> Option<&str> {
        let values = &self.0.values;
        Some(match variable {
            MarkerVariable::PythonFullVersion => &values.python_full_version,
            MarkerVariable::PythonVersion => &values.python_version,
            MarkerVariable::SysPlatform => &values.sys_platform,
            MarkerVariable::OsName => &values.os_name,
            MarkerVariable::PlatformSystem => &values.platform_system,
            MarkerVariable::PlatformMachine => &values.platform_machine,
            MarkerVariable::PlatformPythonImplementation => &values.platform_python_implementation,
            MarkerVariable::ImplementationName => &values.implementation_name,
            MarkerVariable::ImplementationVersion => &values.implementation_version,
            MarkerVariable::PlatformRelease => &values.platform_release,
            MarkerVariable::PlatformVersion => &values.platform_version,
            MarkerVariable::Extra | MarkerVariable::Extras | MarkerVariable::DependencyGroups => {
                return None;
            }
        })
    }

    /// The value as a version, if it is one.
    pub(super) fn version(&self, variable: MarkerVariable) -> Option<&Version> {
        match variable {
            MarkerVariable::PythonFullVersion => Some(&self.0.python_full_version),
            MarkerVariable::ImplementationVersion => self.0.implementation_version.as_ref(),
            MarkerVariable::PlatformRelease => self.0.platform_release.as_ref(),
            _ => None,
        }
    }
}

impl TryFrom<EnvironmentValues> for MarkerEnvironment {
    type Error = EnvironmentError;

    fn try_from(values: EnvironmentValues) -> Result<Self, EnvironmentError> {
        Self::new(values)
    }
}

impl From<MarkerEnvironment> for EnvironmentValues {
    fn from(environment: MarkerEnvironment) -> Self {
        environment.0.values.clone()
    }
}
