//! What a resolution pinned, and how two of them differ.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;

/// More minor versions of Python than anybody speaks of.
const MINORS: u32 = 40;

/// The environments in which markers are compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct World(Marker);

impl World {
    /// The Pythons from this one on, on the platforms that there are; without pre-releases, for
    /// which uv does not tell `python_version >= "3.12"` from `python_full_version >= "3.12"`.
    ///
    /// # Errors
    /// When the interpreter does not tell its version.
    pub(super) fn of(python: &Path) -> Result<Self> {
        let program = "import platform; print(platform.python_version())";
        let output = Command::new(python).args(["-c", program]).output()?;
        ensure!(
            output.status.success(),
            "{} does not tell its version",
            python.display()
        );
        Self::from_python(String::from_utf8(output.stdout)?.trim())
    }

    fn from_python(version: &str) -> Result<Self> {
        let specifiers: VersionSpecifiers = format!(">={version}").parse()?;
        let mut pythons = VersionRange::from(&specifiers);
        for minor in 0..MINORS {
            let from = |first: &str| -> Result<VersionRange> {
                Ok((&format!(">=3.{minor}{first}").parse::<VersionSpecifiers>()?).into())
            };
            let prereleases = from(".dev0")?.intersection(&from("")?.complement());
            pythons = pythons.intersection(&prereleases.complement());
        }
        Ok(Self(Marker::python(&pythons).and(Marker::platforms())))
    }
}

/// For each project, each release (or URL) and where it is in force.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pins(BTreeMap<String, BTreeMap<String, Marker>>);

impl Pins {
    /// Reads the lines of a compiled requirements file.
    ///
    /// # Errors
    /// When a line is no requirement.
    pub(super) fn parse(text: &str, World(world): World) -> Result<Self> {
        let mut pins = Self::default();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') || line.starts_with("--") {
                continue;
            }
            let requirement: Requirement = line.parse().with_context(|| line.to_owned())?;
            let release = match &requirement.source {
                RequirementSource::Specifiers(specifiers) => specifiers.to_string(),
                RequirementSource::Url(url) => url.clone(),
            };
            let marker = requirement.marker.and(world);
            if marker.is_false() {
                continue;
            }
            let releases = pins.0.entry(requirement.name.to_string()).or_default();
            let place = releases.entry(release).or_insert(Marker::FALSE);
            *place = place.or(marker);
        }
        for marker in pins.0.values_mut().flat_map(BTreeMap::values_mut) {
            *marker = marker.simplify_within(world);
        }
        Ok(pins)
    }

    /// How many projects are pinned.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn show(&self, name: &str) -> String {
        let Some(releases) = self.0.get(name) else {
            return "none".to_owned();
        };
        let shown = releases.iter().map(|(release, marker)| {
            if marker.is_true() {
                release.clone()
            } else {
                format!("{release} where {marker}")
            }
        });
        shown.collect::<Vec<_>>().join(" | ")
    }
}

/// The projects that are pinned differently, each with a line for people.
pub(super) fn differences(ours: &Pins, theirs: &Pins) -> Vec<(String, String)> {
    let names: BTreeSet<&String> = ours.0.keys().chain(theirs.0.keys()).collect();
    names
        .into_iter()
        .filter(|name| ours.0.get(*name) != theirs.0.get(*name))
        .map(|name| {
            let (ours, theirs) = (ours.show(name), theirs.show(name));
            (name.clone(), format!("{name}: tilsit {ours}, uv {theirs}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Pins, World, differences};

    fn pins(text: &str) -> Pins {
        let world = World::from_python("3.11.7").expect("a version");
        Pins::parse(text, world).expect("pins")
    }

    #[test]
    fn markers_are_compared_by_what_they_mean() {
        let ours = pins(
            "# a comment\ncolorama==0.4 ; sys_platform == 'win32'\na[x]==1 ; python_version < '3.13'\n\
             b==2 ; python_full_version < '3.11.2'\n\
             c==3 ; python_version >= '3.12'\n",
        );
        let theirs = pins(
            "colorama==0.4 ; os_name == 'nt' or platform_system == 'Windows'\n\
             a==1 ; python_full_version < '3.12'\na==1 ; python_version == '3.12'\n\
             c==3 ; python_full_version >= '3.12'\n",
        );
        assert_eq!(differences(&ours, &theirs), []);
    }

    #[test]
    fn other_versions_markers_and_urls_differ() {
        let ours = pins("a==1\nb==1\nc @ git+https://index.example/c@abc\nd==1 ; os_name == 'nt'");
        let theirs = pins("a==2\nc @ git+https://index.example/c@def\nd==1 ; os_name == 'java'");
        let found = differences(&ours, &theirs);
        let lines: Vec<&str> = found.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(
            lines,
            [
                "a: tilsit ==1, uv ==2",
                "b: tilsit ==1, uv none",
                "c: tilsit git+https://index.example/c@abc, uv git+https://index.example/c@def",
                "d: tilsit ==1 where sys_platform == \"win32\", uv ==1 where os_name == \"java\"",
            ]
        );
    }
}
