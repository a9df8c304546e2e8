//! Findings in the forms of other programs: SARIF 2.1.0 for code scanning, and GitHub's workflow
//! commands for notes beside the changed lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};
use tilsit_dist::{Finding, Fix, Severity};

use crate::explain::Code;
use crate::findings::code_of;

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A line for each
    #[default]
    Text,
    /// What `--json` has as its result
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub
    Github,
}

/// A finding and the file that it is about, as the user would type it.
pub(super) struct Found<'f> {
    pub(super) path: String,
    pub(super) finding: &'f Finding,
    /// The file that its fix changes.
    pub(super) fixed: Option<Fixed>,
}

/// A file that a fix changes, as it is.
pub(super) struct Fixed {
    pub(super) path: String,
    pub(super) text: String,
}

impl Found<'_> {
    fn code(&self) -> Code {
        code_of(self.finding.rule)
    }

    fn level(&self) -> &'static str {
        match self.finding.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// The log of one run (SARIF 2.1.0, sections 3.13, 3.14, 3.27 and 3.49).
pub(super) fn sarif(found: &[Found<'_>]) -> Value {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rules = Vec::new();
    let mut results = Vec::new();
    for one in found {
        let explanation = one.code().explanation();
        let number = *numbers.entry(explanation.id).or_insert_with(|| {
            rules.push(json!({
                "id": explanation.id,
                "shortDescription": { "text": explanation.title },
                "fullDescription": { "text": explanation.text },
                "defaultConfiguration": { "level": one.level() },
            }));
            rules.len() - 1
        });
        let mut place = json!({ "artifactLocation": { "uri": uri(&one.path) } });
        if let Some(line) = one.finding.problem.line {
            place["region"] = json!({ "startLine": line });
        }
        let mut result = json!({
            "ruleId": explanation.id,
            "ruleIndex": number,
            "level": one.level(),
            "message": { "text": one.finding.to_string() },
            "locations": [{ "physicalLocation": place }],
        });
        if let (Some(fix), Some(fixed)) = (&one.finding.fix, &one.fixed) {
            result["fixes"] = json!([sarif_fix(fix, fixed)]);
        }
        results.push(result);
    }
    let driver = json!({ "name": "tilsit", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
    let run = json!({
        "tool": { "driver": driver },
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    json!({ "version": "2.1.0", "runs": [run] })
}

/// A proposed change (SARIF 2.1.0, sections 3.55 to 3.57).
fn sarif_fix(fix: &Fix, fixed: &Fixed) -> Value {
    let replacements = fix.edits.iter().map(|edit| {
        let (start_line, start_column) = place(&fixed.text, edit.start);
        let (end_line, end_column) = place(&fixed.text, edit.end);
        json!({
            "deletedRegion": {
                "startLine": start_line,
                "startColumn": start_column,
                "endLine": end_line,
                "endColumn": end_column,
            },
            "insertedContent": { "text": edit.text },
        })
    });
    let replacements: Vec<Value> = replacements.collect();
    let description = if fix.is_safe {
        "`tilsit check --fix` does this"
    } else {
        "`tilsit check --fix --unsafe-fixes` does this; it may change the project"
    };
    json!({
        "description": { "text": description },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(&fixed.path) },
            "replacements": replacements,
        }],
    })
}

/// The line and the column of a place in bytes, both from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = 1 + before.matches('\n').count();
    (line, 1 + before[line_start..].chars().count())
}

/// A path as a relative reference (RFC 3986): what is not unreserved is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// `::error file=…,line=…,title=…::…`, one for each.
pub(super) fn github(found: &[Found<'_>]) -> String {
    let lines = found.iter().map(|one| {
        let line = one.finding.problem.line.map(|line| format!(",line={line}"));
        format!(
            "::{} file={}{},title={}::{}\n",
            one.level(),
            property(&one.path),
            line.unwrap_or_default(),
            one.code().id(),
            message(&one.finding.to_string())
        )
    });
    lines.collect()
}

fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use tilsit_dist::Rule;

    use super::*;

    fn finding(line: Option<usize>) -> Finding {
        let mut finding = Finding::new(Rule::PyProject, "pyproject.toml", "project", "100 %\nodd");
        finding.problem.line = line;
        finding
    }

    /// Every object has the properties that the schema of SARIF 2.1.0 demands, and no others than it
    /// allows; what is referred to by its number is there.
    #[test]
    fn sarif_keeps_to_its_schema() {
        let (one, other) = (finding(Some(3)), finding(None));
        let found = [&one, &other, &one].map(|finding| Found {
            path: "a b/pyproject.toml".to_owned(),
            finding,
            fixed: None,
        });
        let log = sarif(&found);
        let keys = |value: &Value| -> Vec<String> {
            let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(&log), ["runs", "version"]);
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(keys(run), ["columnKind", "results", "tool"]);
        let driver = &run["tool"]["driver"];
        assert_eq!(keys(driver), ["name", "rules", "version"]);
        let rules = driver["rules"].as_array().unwrap();
        assert_eq!(rules.len(), 1, "each rule once");
        let expected = [
            "defaultConfiguration",
            "fullDescription",
            "id",
            "shortDescription",
        ];
        assert_eq!(keys(&rules[0]), expected);
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        for result in results {
            let expected = ["level", "locations", "message", "ruleId", "ruleIndex"];
            assert_eq!(keys(result), expected);
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(
                ["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap())
            );
            assert!(result["message"]["text"].is_string());
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "a%20b/pyproject.toml");
            assert!(
                place["region"].is_null() || place["region"]["startLine"].as_u64().unwrap() >= 1
            );
        }
        assert_eq!(sarif(&[])["runs"][0]["results"], json!([]));
    }

    #[test]
    fn sarif_has_the_fix() {
        let mut finding = finding(Some(2));
        finding.fix = Some(Fix {
            file: "pyproject.toml".to_owned(),
            is_safe: true,
            edits: vec![tilsit_dist::Edit::new(5..7, "new")],
        });
        let found = [Found {
            path: "pyproject.toml".to_owned(),
            finding: &finding,
            fixed: Some(Fixed {
                path: "pyproject.toml".to_owned(),
                text: "a\n\u{e9} old\n".to_owned(),
            }),
        }];
        let log = sarif(&found);
        let fix = &log["runs"][0]["results"][0]["fixes"][0];
        let change = &fix["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], "pyproject.toml");
        let replacement = &change["replacements"][0];
        let region = json!({ "startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 5 });
        assert_eq!(replacement["deletedRegion"], region);
        assert_eq!(replacement["insertedContent"]["text"], "new");
    }

    #[test]
    fn workflow_commands_are_escaped() {
        let finding = finding(Some(3));
        let found = [Found {
            path: "a,b:c%.toml".to_owned(),
            finding: &finding,
            fixed: None,
        }];
        assert_eq!(
            github(&found),
            "::error file=a%2Cb%3Ac%25.toml,line=3,title=TL1050::pyproject.toml: line 3: `project`: 100 %25%0Aodd\n"
        );
    }
}
