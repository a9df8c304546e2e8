//! Options for another Python than the one that is found, as pip has them: `--platform`,
//! `--python-version`, `--implementation` and `--abi`.

use clap::Args;
use tilsit_packaging::tag::interpreter::{
    PythonVersion, compatible_tags, cpython_tags, generic_tags,
};
use tilsit_packaging::tag::platform::{mac, normalize};
use tilsit_packaging::tag::{CompatibleTags, Tag};
use tilsit_packaging::version::Version;

use crate::commands::options::ResolverOptions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::resolving::Elsewhere;

/// Another Python or system.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options for another Python")]
pub(crate) struct ForeignOptions {
    /// For this platform, as `manylinux_2_28_x86_64` or `win_amd64`; may be repeated
    #[arg(long, value_name = "TAG")]
    platform: Vec<String>,
    /// For this version of Python, as `3.12` or `312`
    #[arg(long, value_name = "VERSION", value_parser = python_version)]
    python_version: Option<Version>,
    /// For this implementation: `cp`, `pp`, or `py` for any
    #[arg(long, value_name = "TAG")]
    implementation: Option<String>,
    /// For this ABI, as `cp312`; may be repeated
    #[arg(long, value_name = "TAG")]
    abi: Vec<String>,
}

impl ForeignOptions {
    /// The Python that is meant, for which everything may be asked.
    pub(crate) fn elsewhere(&self) -> Elsewhere {
        let is_other = self.python_version.is_some()
            || self.implementation.is_some()
            || !self.platform.is_empty()
            || !self.abi.is_empty();
        Elsewhere {
            project: None,
            python: self.python_version.clone(),
            tags: is_other.then(|| OtherTags {
                platforms: self.platform.iter().flat_map(|tag| older(tag)).collect(),
                implementation: self.implementation.clone(),
                abis: self.abi.clone(),
                is_major_only: self.python_version.as_ref().is_some_and(is_single),
            }),
            ..Elsewhere::default()
        }
    }

    /// The Python that is meant, for which files are taken.
    ///
    /// # Errors
    /// When another one is meant, and something may have to be built for it.
    pub(crate) fn elsewhere_unbuilt(
        &self,
        resolver: &ResolverOptions,
        no_deps: bool,
    ) -> Result<Elsewhere, CommandError> {
        let elsewhere = self.elsewhere();
        if !elsewhere.is_here() && !no_deps && !resolver.only_wheels() {
            let message = "for another Python or platform nothing can be built";
            return Err(CommandError::new(Code::Usage, message)
                .hint("add `--only-binary=:all:`, or `--no-deps`"));
        }
        Ok(elsewhere)
    }
}

/// Tags as pip's options name them; what is left out is the interpreter's own.
#[derive(Clone, Debug)]
pub(crate) struct OtherTags {
    platforms: Vec<String>,
    implementation: Option<String>,
    abis: Vec<String>,
    /// Whether the version that is asked for is a single number.
    is_major_only: bool,
}

impl OtherTags {
    /// The wheels that are meant, for a version of Python, beside the interpreter's own tags.
    pub(crate) fn compatible(&self, python: &Version, own: &CompatibleTags) -> CompatibleTags {
        let part = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let version = PythonVersion::new(part(python.major()), part(python.minor()));
        // `3` alone means every Python 3, and its tags have no second number.
        let nodot = if self.is_major_only {
            python.major().to_string()
        } else {
            version.without_dot()
        };
        let own_platforms = || {
            let mut platforms: Vec<String> = Vec::new();
            for tag in own {
                let platform = tag.platform();
                if platform != "any" && !platforms.iter().any(|known| known == platform) {
                    platforms.push(platform.to_owned());
                }
            }
            platforms
        };
        let platforms = if self.platforms.is_empty() {
            own_platforms()
        } else {
            self.platforms.clone()
        };
        let short = self.implementation.as_deref().unwrap_or("cp");
        let interpreter = format!("{short}{nodot}");
        let own_abi = [interpreter.clone()];
        let abis: &[String] = if self.abis.is_empty() {
            &own_abi
        } else {
            &self.abis
        };
        let first: Vec<Tag> = match short {
            "cp" => cpython_tags(version, abis, &platforms),
            "py" => Vec::new(),
            _ => generic_tags(&interpreter, &self.abis, &platforms),
        };
        let rest = compatible_tags(version, Some(&interpreter), &platforms);
        CompatibleTags::new(first.into_iter().chain(rest))
    }
}

fn is_single(version: &Version) -> bool {
    version.release().len() == 1
}

/// A platform and those older ones whose wheels it takes, as pip expands them.
fn older(platform: &str) -> Vec<String> {
    let platform = normalize(platform);
    let aliases = [("2014", 17), ("2010", 12), ("1", 5)];
    let named = aliases.iter().find_map(|(name, minor)| {
        let machine = platform.strip_prefix("manylinux")?.strip_prefix(name)?;
        Some((machine.strip_prefix('_')?.to_owned(), *minor))
    });
    let numbered = || {
        let rest = platform.strip_prefix("manylinux_2_")?;
        let (minor, machine) = rest.split_once('_')?;
        Some((machine.to_owned(), minor.parse().ok()?))
    };
    let of_mac = || {
        let rest = platform.strip_prefix("macosx_")?;
        let mut parts = rest.splitn(3, '_');
        let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(mac((major, minor), parts.next()?))
    };
    let Some((machine, newest)) = named.or_else(numbered) else {
        return of_mac().unwrap_or_else(|| vec![platform.clone()]);
    };
    let mut all = vec![platform.clone()];
    for minor in (5..=newest).rev() {
        all.push(format!("manylinux_2_{minor}_{machine}"));
        if let Some((name, _)) = aliases.iter().find(|(_, alias)| *alias == minor) {
            all.push(format!("manylinux{name}_{machine}"));
        }
    }
    all.dedup();
    all
}

/// `3`, `3.12`, `3.12.1`, and pip's `312`.
fn python_version(text: &str) -> Result<Version, String> {
    let is_short = text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_digit());
    let dotted = if is_short {
        format!("{}.{}", &text[..1], &text[1..])
    } else {
        text.to_owned()
    };
    let version = dotted.parse::<Version>();
    version.map_err(|_| "it is not a version as 3.12 or 312".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_platforms() {
        assert_eq!(older("win-amd64"), ["win_amd64"]);
        assert_eq!(
            older("manylinux2010_x86_64"),
            [
                "manylinux2010_x86_64",
                "manylinux_2_12_x86_64",
                "manylinux2010_x86_64",
                "manylinux_2_11_x86_64",
                "manylinux_2_10_x86_64",
                "manylinux_2_9_x86_64",
                "manylinux_2_8_x86_64",
                "manylinux_2_7_x86_64",
                "manylinux_2_6_x86_64",
                "manylinux_2_5_x86_64",
                "manylinux1_x86_64",
            ]
        );
        assert_eq!(older("manylinux_2_28_aarch64").len(), 27);
    }

    #[test]
    fn versions_of_python() {
        for (text, expected) in [("312", "3.12"), ("39", "3.9"), ("3.8", "3.8"), ("3", "3")] {
            assert_eq!(python_version(text).unwrap().to_string(), expected);
        }
        assert!(python_version("new").is_err());
    }
}
