//! RECORD held against the files: each is listed once, with its size and a strong hash.

use rustc_hash::FxHashMap;
use tilsit_packaging::record::Record;

use super::error::{Listing, WheelFault};
use super::hash::Hasher;
use super::layout::WheelEntry;
use crate::finding::Finding;
use crate::rule::Rule;

/// Gives each file its line of RECORD, and makes sure that none of either is left over.
pub(super) fn match_lines(
    record: &Record,
    dist_info: &str,
    files: &mut [WheelEntry],
) -> Result<Vec<Finding>, WheelFault> {
    let fault = |path: &str, what| {
        Err(WheelFault::Listing {
            path: path.to_owned(),
            what,
        })
    };
    let untidy = |path: &str, reason| Finding::new(Rule::RecordTidy, "RECORD", path, reason);
    let mut findings = Vec::new();
    let mut lines: FxHashMap<&str, usize> = FxHashMap::default();
    lines.reserve(record.entries.len());
    for (index, line) in record.entries.iter().enumerate() {
        // Folders have no place in RECORD; some writers list them, to no effect.
        if line.path.ends_with('/') && line.hash.is_none() {
            findings.push(untidy(&line.path, "is a folder"));
            continue;
        }
        if !line.is_confined() {
            return fault(&line.path, Listing::BadPath);
        }
        if let Some(first) = lines.insert(&line.path, index) {
            if record.entries[first] != *line {
                return fault(&line.path, Listing::Twice);
            }
            findings.push(untidy(&line.path, "is listed twice"));
        }
    }
    for file in files {
        file.line = lines.remove(file.name.as_str());
        let own = is_record_or_signature(&file.name, dist_info);
        let Some(line) = file.line.map(|index| &record.entries[index]) else {
            if own {
                continue;
            }
            return fault(&file.name, Listing::Unlisted);
        };
        match &line.hash {
            None if own => continue,
            None => return fault(&file.name, Listing::NoHash),
            Some(hash) => {
                let known = hash.digest().is_ok() && Hasher::of(hash).is_some();
                if !(hash.is_strong() && known) {
                    return fault(&file.name, Listing::BadHash);
                }
            }
        }
        match line.size {
            Some(size) if size != file.size => return fault(&file.name, Listing::OtherSize),
            Some(_) => {}
            None => findings.push(untidy(&file.name, "is listed without a size")),
        }
    }
    let mut absent: Vec<&str> = lines
        .into_keys()
        .filter(|path| !is_signature(path, dist_info))
        .collect();
    absent.sort_unstable();
    match absent.first() {
        Some(path) => fault(path, Listing::Absent),
        None => Ok(findings),
    }
}

/// RECORD cannot hold its own hash, and signatures are made after it.
fn is_record_or_signature(path: &str, dist_info: &str) -> bool {
    path.strip_prefix(dist_info) == Some("/RECORD") || is_signature(path, dist_info)
}

fn is_signature(path: &str, dist_info: &str) -> bool {
    matches!(
        path.strip_prefix(dist_info),
        Some("/RECORD.jws" | "/RECORD.p7s")
    )
}
