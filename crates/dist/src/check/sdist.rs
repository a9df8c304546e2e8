//! The rules for source distributions.

use tilsit_packaging::metadata::MetadataVersion;

use super::{metadata, unwanted};
use crate::finding::Finding;
use crate::rule::Rule;
use crate::sdist::Sdist;

/// Checks a source distribution that was read.
pub fn check_sdist(sdist: &Sdist) -> Vec<Finding> {
    let mut findings = sdist.findings().to_vec();
    if let Some(metadata) = sdist.metadata() {
        findings.extend(metadata::check(metadata, "PKG-INFO"));
        if metadata.metadata_version >= MetadataVersion::new(2, 4) {
            let missing = metadata.license_files.iter();
            findings.extend(missing.filter(|path| !sdist.has_file(path)).map(|path| {
                let reason = format!("`{path}` is not there");
                Finding::new(Rule::LicenseFile, "PKG-INFO", "License-File", reason)
            }));
        }
    }
    let paths = sdist.entries().iter().map(|entry| entry.path.as_str());
    findings.extend(unwanted::check(paths));
    findings
}
