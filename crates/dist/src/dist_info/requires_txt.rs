//! `requires.txt` in an `.egg-info`: what a distribution requires, from before `Requires-Dist`.
//!
//! setuptools writes one requirement a line; sections `[extra]`, `[:marker]` and `[extra:marker]` say
//! when those below them count.

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ExtraName;
use tilsit_packaging::problem::Problem;
use tilsit_packaging::requirement::Requirement;

/// What stands in a `requires.txt`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequiresTxt {
    /// The requirements, with the conditions of their sections.
    pub requires: Vec<Requirement>,
    /// The extras, in the order of their sections.
    pub extras: Vec<ExtraName>,
    /// Lines that are not understood, and are left out.
    pub problems: Vec<Problem>,
}

impl RequiresTxt {
    /// Reads the text.
    pub fn parse(text: &str) -> Self {
        let mut read = Self::default();
        // None below a section that is not understood: nobody knows when its lines count.
        let mut section = Some(Marker::TRUE);
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut note = |reason: String| {
                read.problems.push(Problem {
                    line: Some(number + 1),
                    column: None,
                    subject: line.to_owned(),
                    reason,
                });
            };
            let heading = line
                .strip_prefix('[')
                .and_then(|line| line.strip_suffix(']'));
            if let Some(heading) = heading {
                section = None;
                match condition(heading) {
                    Ok((extra, marker)) => {
                        section = Some(marker);
                        read.extras
                            .extend(extra.filter(|extra| !read.extras.contains(extra)));
                    }
                    Err(reason) => note(reason),
                }
                continue;
            }
            let Some(marker) = section else { continue };
            match line.parse::<Requirement>() {
                Ok(requirement) => read.requires.push(Requirement {
                    marker: requirement.marker.and(marker),
                    ..requirement
                }),
                Err(error) => note(error.to_string()),
            }
        }
        read
    }
}

/// The extra of a section, and the marker under which its lines count.
fn condition(heading: &str) -> Result<(Option<ExtraName>, Marker), String> {
    let (extra, marker) = heading.split_once(':').unwrap_or((heading, ""));
    let parse = |text: &str| text.parse::<Marker>().map_err(|error| error.to_string());
    let mut condition = match marker.trim() {
        "" => Marker::TRUE,
        marker => parse(marker)?,
    };
    let extra = match extra.trim() {
        "" => None,
        extra => Some(
            extra
                .parse::<ExtraName>()
                .map_err(|error| error.to_string())?,
        ),
    };
    if let Some(extra) = &extra {
        condition = condition.and(parse(&format!("extra == '{extra}'"))?);
    }
    Ok((extra, condition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_become_markers() {
        let read = RequiresTxt::parse(
            "six>=1.5\n# note\nodd ; python_version > '3'\n\n[:sys_platform == 'win32']\ncolorama\n\n\
             [Dev_Tools]\npytest[x]<9\n\n[docs:python_version < '3.9']\nsphinx\n[bad name!]\nlost\n[ok]\n>=1\n",
        );
        let requires: Vec<String> = read.requires.iter().map(ToString::to_string).collect();
        assert_eq!(
            requires,
            [
                "six>=1.5",
                r#"odd; python_version >= "3.1""#,
                r#"colorama; sys_platform == "win32""#,
                r#"pytest[x]<9; extra == "dev-tools""#,
                r#"sphinx; python_version < "3.9" and extra == "docs""#,
            ]
        );
        let extras: Vec<String> = read.extras.iter().map(ToString::to_string).collect();
        assert_eq!(extras, ["dev-tools", "docs", "ok"]);
        let lines: Vec<_> = read.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(13), Some(16)]);
    }
}
