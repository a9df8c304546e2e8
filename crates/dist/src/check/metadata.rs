//! What metadata can say and a public index does not want.

use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::requirement::RequirementSource;

use super::readme;
use crate::finding::Finding;
use crate::rule::Rule;

/// Checks what the metadata in the file `place` says.
pub(super) fn check(metadata: &CoreMetadata, place: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |rule, field: &str, reason: String| {
        findings.push(Finding::new(rule, place, field, reason));
    };
    for requirement in &metadata.requires_dist {
        if matches!(requirement.source, RequirementSource::Url(_)) {
            let name = &requirement.name;
            let reason = format!("requires `{name}` from a URL, which public indexes refuse");
            add(Rule::DirectUrl, "Requires-Dist", reason);
        }
    }
    let version = &metadata.version;
    if version.is_local() {
        let reason = format!("`{version}` has a local part, which public indexes refuse");
        add(Rule::LocalVersion, "Version", reason);
    }
    let mut classifiers = metadata.classifiers.iter();
    if let Some(private) = classifiers.find(|classifier| classifier.starts_with("Private ::")) {
        let reason = format!("`{private}` makes public indexes refuse the file");
        add(Rule::PrivateClassifier, "Classifier", reason);
    }
    findings.extend(readme::check(metadata, place));
    findings
}
