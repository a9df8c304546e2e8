//! Compiled files held against the platform tags: for macOS, iOS, Windows and Android. What the tags of
//! Linux promise is a matter of libraries, which `tilsit repair show` tells.

use std::fmt;

use tilsit_archive::ReadAt;

use super::tags::Compiled;
use crate::finding::Finding;
use crate::platform::android::{self, AndroidBreach, AndroidTag};
use crate::platform::apple::{self, AppleBreach, AppleTag};
use crate::platform::windows;
use crate::rule::Rule;
use crate::wheel::{Wheel, WheelFault};

/// Checks the files; `compiled` says for each what it is.
pub(super) fn check<S: ReadAt>(
    wheel: &Wheel<S>,
    compiled: &[Option<Compiled>],
) -> Result<Vec<Finding>, WheelFault> {
    let has = |kind| compiled.contains(&Some(kind));
    let files = |kind| {
        let files = wheel.files().iter().zip(compiled);
        files
            .filter(move |(_, own)| **own == Some(kind))
            .map(|(file, _)| file)
    };
    let tags = || wheel.file_name().tags.platforms();
    let mut findings = Vec::new();
    let mut add = |is_newer: bool, tag: &str, path: Option<&str>, breach: &dyn fmt::Display| {
        let rule = if is_newer {
            Rule::CompiledForNewer
        } else {
            Rule::CompiledForOther
        };
        let reason = format!("{breach}, and the wheel is for `{tag}`");
        findings.push(Finding::new(rule, "", path.unwrap_or_default(), reason));
    };
    if has(Compiled::MachO) && tags().any(|tag| AppleTag::parse(tag).is_some()) {
        let (files, _) =
            apple::read(wheel, files(Compiled::MachO)).map_err(|error| *error.fault)?;
        for tag in tags() {
            for breach in AppleTag::parse(tag)
                .iter()
                .flat_map(|known| known.breaches(&files))
            {
                let is_newer = matches!(breach, AppleBreach::Newer { .. });
                add(is_newer, tag, breach.path(), &breach);
            }
        }
    }
    if has(Compiled::Elf) && tags().any(|tag| AndroidTag::parse(tag).is_some()) {
        let (files, _) =
            android::read(wheel, files(Compiled::Elf)).map_err(|error| *error.fault)?;
        for tag in tags() {
            for breach in AndroidTag::parse(tag)
                .iter()
                .flat_map(|known| known.breaches(&files))
            {
                let is_newer = matches!(breach, AndroidBreach::Newer { .. });
                add(is_newer, tag, Some(breach.path()), &breach);
            }
        }
    }
    if has(Compiled::Pe) && tags().any(|tag| windows::machine_of_tag(tag).is_some()) {
        let (files, _) = windows::read(wheel, files(Compiled::Pe)).map_err(|error| *error.fault)?;
        for tag in tags() {
            let machine = windows::machine_of_tag(tag);
            let breaches = machine.map(|machine| windows::breaches(machine, &files));
            for breach in breaches.into_iter().flatten() {
                add(false, tag, breach.path(), &breach);
            }
        }
    }
    Ok(findings)
}
