//! The variables of markers.

use std::fmt;

/// What a marker can ask for. The order is the one in which diagrams ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkerVariable {
    /// `python_full_version`, such as `3.12.1`.
    PythonFullVersion,
    /// `python_version`, such as `3.12`.
    PythonVersion,
    /// `sys_platform`, such as `linux`.
    SysPlatform,
    /// `os_name`, such as `posix`.
    OsName,
    /// `platform_system`, such as `Linux`.
    PlatformSystem,
    /// `platform_machine`, such as `x86_64`.
    PlatformMachine,
    /// `platform_python_implementation`, such as `CPython`.
    PlatformPythonImplementation,
    /// `implementation_name`, such as `cpython`.
    ImplementationName,
    /// `implementation_version`, such as `3.12.1`.
    ImplementationVersion,
    /// `platform_release`, such as `6.1.0-13-amd64`.
    PlatformRelease,
    /// `platform_version`, such as `#1 SMP`.
    PlatformVersion,
    /// `extra`: the extras wanted of a project, in core metadata.
    Extra,
    /// `extras`: the set of extras wanted of a lock file (PEP 751).
    Extras,
    /// `dependency_groups`: the set of groups wanted of a lock file (PEP 751).
    DependencyGroups,
}

/// How a variable is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As a version, where both sides are versions.
    Version,
    /// As a text.
    Text,
    /// As a choice of names of which each can be wanted.
    Names,
}

impl MarkerVariable {
    /// All variables.
    pub const ALL: [MarkerVariable; 14] = [
        MarkerVariable::PythonFullVersion,
        MarkerVariable::PythonVersion,
        MarkerVariable::SysPlatform,
        MarkerVariable::OsName,
        MarkerVariable::PlatformSystem,
        MarkerVariable::PlatformMachine,
        MarkerVariable::PlatformPythonImplementation,
        MarkerVariable::ImplementationName,
        MarkerVariable::ImplementationVersion,
        MarkerVariable::PlatformRelease,
        MarkerVariable::PlatformVersion,
        MarkerVariable::Extra,
        MarkerVariable::Extras,
        MarkerVariable::DependencyGroups,
    ];

    /// The name in markers.
    pub fn as_str(self) -> &'static str {
        match self {
            MarkerVariable::PythonFullVersion => "python_full_version",
            MarkerVariable::PythonVersion => "python_version",
            MarkerVariable::SysPlatform => "sys_platform",
            MarkerVariable::OsName => "os_name",
            MarkerVariable::PlatformSystem => "platform_system",
            MarkerVariable::PlatformMachine => "platform_machine",
            MarkerVariable::PlatformPythonImplementation => "platform_python_implementation",
            MarkerVariable::ImplementationName => "implementation_name",
            MarkerVariable::ImplementationVersion => "implementation_version",
            MarkerVariable::PlatformRelease => "platform_release",
            MarkerVariable::PlatformVersion => "platform_version",
            MarkerVariable::Extra => "extra",
            MarkerVariable::Extras => "extras",
            MarkerVariable::DependencyGroups => "dependency_groups",
        }
    }

    /// The variable of a name, old spellings included (`os.name`, `python_implementation`).
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "os.name" => Some(MarkerVariable::OsName),
            "sys.platform" => Some(MarkerVariable::SysPlatform),
            "platform.version" => Some(MarkerVariable::PlatformVersion),
            "platform.machine" => Some(MarkerVariable::PlatformMachine),
            "platform.python_implementation" | "python_implementation" => {
                Some(MarkerVariable::PlatformPythonImplementation)
            }
            _ => Self::ALL
                .into_iter()
                .find(|variable| variable.as_str() == name),
        }
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            MarkerVariable::PythonFullVersion
            | MarkerVariable::PythonVersion
            | MarkerVariable::ImplementationVersion
            | MarkerVariable::PlatformRelease => Kind::Version,
            MarkerVariable::Extra | MarkerVariable::Extras | MarkerVariable::DependencyGroups => {
                Kind::Names
            }
            _ => Kind::Text,
        }
    }

    /// Whether this is one of the sets of lock files, which can only stand behind `in` and `not in`.
    pub(super) fn is_set(self) -> bool {
        matches!(
            self,
            MarkerVariable::Extras | MarkerVariable::DependencyGroups
        )
    }

    /// Whether this asks for the version of Python, which is always a version.
    pub(super) fn is_python(self) -> bool {
        matches!(
            self,
            MarkerVariable::PythonFullVersion | MarkerVariable::PythonVersion
        )
    }
}

impl fmt::Display for MarkerVariable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
