//! The rules for wheels: one pass over all files, each read once.

use tilsit_archive::ReadAt;

use super::tags::Compiled;
use super::{contents, faults, metadata, platform, stable_abi, tags, unwanted};
use crate::finding::Finding;
use crate::rule::Rule;
use crate::wheel::{Wheel, WheelFault};

/// How many bytes at its start tell what a file is.
const START_BYTES: usize = 8;

/// Checks a wheel, and reads every byte of it.
pub fn check_wheel<S: ReadAt>(wheel: &Wheel<S>) -> Vec<Finding> {
    let mut findings = wheel.findings().to_vec();
    let compiled = match read_all(wheel) {
        Ok(compiled) => compiled,
        Err(fault) => {
            findings.push(faults::of_wheel(&fault));
            return findings;
        }
    };
    let spelled = wheel.file_name().to_string();
    if spelled != wheel.text_name() {
        let reason = format!("is spelled `{spelled}` by the standard");
        findings.push(Finding::new(
            Rule::FileNameSpelling,
            "",
            wheel.text_name(),
            reason,
        ));
    }
    findings.extend(metadata::check(wheel.metadata(), "METADATA"));
    findings.extend(tags::check(wheel, &compiled));
    for found in [
        platform::check(wheel, &compiled),
        stable_abi::check(wheel, &compiled),
    ] {
        match found {
            Ok(found) => findings.extend(found),
            Err(fault) => findings.push(faults::of_wheel(&fault)),
        }
    }
    findings.extend(contents::check(wheel));
    let names = wheel.files().iter().map(|file| file.name.as_str());
    findings.extend(unwanted::check(names));
    findings
}

/// Reads every file to its end; tells which of them hold compiled code.
fn read_all<S: ReadAt>(wheel: &Wheel<S>) -> Result<Vec<Option<Compiled>>, WheelFault> {
    let mut reader = wheel.reader();
    let mut compiled = Vec::with_capacity(wheel.files().len());
    for file in wheel.files() {
        let mut start = [0; START_BYTES];
        let mut filled = 0;
        let read = reader.stream(file, &mut |piece| {
            let taken = piece.len().min(START_BYTES - filled);
            start[filled..filled + taken].copy_from_slice(&piece[..taken]);
            filled += taken;
        });
        read.map_err(|error| *error.fault)?;
        compiled.push(Compiled::by_start(&start[..filled]));
    }
    Ok(compiled)
}
