//! What metadata can say and a public index does not want.

use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::requirement::RequirementSource;

use super::{classifiers, readme};
use crate::finding::Finding;
use crate::rule::Rule;

/// The longest summary, as public indexes and ours have it.
const SUMMARY_MAX_CHARACTERS: usize = 512;
/// The longest label of a link ("Core metadata specifications", section "Project-URL").
const LABEL_MAX_CHARACTERS: usize = 32;

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
    for classifier in &metadata.classifiers {
        if let Some((rule, reason)) = classifiers::fault(classifier) {
            add(rule, "Classifier", reason);
        }
    }
    let summary = metadata.summary.as_deref().unwrap_or_default();
    if summary.chars().count() > SUMMARY_MAX_CHARACTERS {
        let reason = format!("has more than {SUMMARY_MAX_CHARACTERS} characters");
        add(Rule::MetadataField, "Summary", reason);
    }
    for (label, url) in &metadata.project_urls {
        if label.is_empty() || label.chars().count() > LABEL_MAX_CHARACTERS {
            let reason =
                format!("the label `{label}` has not 1 to {LABEL_MAX_CHARACTERS} characters");
            add(Rule::MetadataField, "Project-URL", reason);
        }
        if !["https://", "http://"]
            .iter()
            .any(|start| url.starts_with(start))
        {
            let reason = format!("`{url}` does not begin with `https://` or `http://`");
            add(Rule::MetadataField, "Project-URL", reason);
        }
    }
    findings.extend(readme::check(metadata, place));
    findings
}
