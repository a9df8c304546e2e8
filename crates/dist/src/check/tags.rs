//! The tags of a wheel held against what is in it.

use std::collections::BTreeSet;

use tilsit_binaries::{MachO, Pe};

use super::{and_others, has_ending};
use crate::finding::Finding;
use crate::rule::Rule;
use crate::wheel::{Scheme, Wheel, WheelEntry};

/// The kind of compiled code in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compiled {
    /// Linux and its kin.
    Elf,
    /// macOS.
    MachO,
    /// Windows.
    Pe,
    /// A static library.
    Archive,
}

impl Compiled {
    /// By the first bytes of a file.
    pub(super) fn by_start(start: &[u8]) -> Option<Self> {
        match start {
            [0x7f, b'E', b'L', b'F', ..] => Some(Self::Elf),
            start if MachO::is_mach_o(start) => Some(Self::MachO),
            start if Pe::is_pe(start) => Some(Self::Pe),
            [b'!', b'<', b'a', b'r', b'c', b'h', b'>', b'\n', ..] => Some(Self::Archive),
            _ => None,
        }
    }
}

/// Checks the tags; `compiled` says for each file of the wheel what it is.
pub(super) fn check<S>(wheel: &Wheel<S>, compiled: &[Option<Compiled>]) -> Vec<Finding>
where
    S: tilsit_archive::ReadAt,
{
    let tags = &wheel.file_name().tags;
    let mut findings = Vec::new();
    let for_all = tags.platforms().all(|platform| platform == "any");
    let code: Vec<&WheelEntry> = wheel
        .files()
        .iter()
        .zip(compiled)
        .filter(|(file, kind)| kind.is_some_and(|kind| is_bound(file, kind)))
        .map(|(file, _)| file)
        .collect();
    let mut add = |rule, subject: &str, reason: String| {
        findings.push(Finding::new(rule, "", subject, reason));
    };
    if for_all {
        if let Some(first) = code.first() {
            let shown = and_others(&first.name, code.len());
            let reason = format!("is for every platform, and {shown} is compiled for one");
            add(Rule::BinaryInPureWheel, "", reason);
        }
    } else if compiled.iter().all(Option::is_none) {
        let platform = tags.platforms().next().unwrap_or_default();
        let reason = format!("is for `{platform}` alone, and nothing in it is compiled");
        add(Rule::NoBinaryInPlatformWheel, "", reason);
    } else if wheel.wheel_file().root_is_purelib
        && let Some(first) = code.iter().find(|file| file.scheme == Scheme::Purelib)
    {
        let reason = format!("is true, and `{}` is compiled", first.name);
        findings.push(Finding::new(
            Rule::BinaryInPureWheel,
            "WHEEL",
            "Root-Is-Purelib",
            reason,
        ));
    }
    findings.extend(check_extensions(wheel));
    if let Some(linux) = tags.platforms().find(|tag| tag.starts_with("linux_")) {
        let reason = "does not say which C library it needs: public indexes take \
                      `manylinux` and `musllinux` in its place";
        findings.push(Finding::new(Rule::LinuxPlatform, "", linux, reason));
    }
    findings
}

/// Whether code runs on one platform only. Windows programs are carried along for people there by
/// wheels for every platform, which start none elsewhere.
fn is_bound(file: &WheelEntry, kind: Compiled) -> bool {
    let name = file.name.to_ascii_lowercase();
    match kind {
        Compiled::Pe => has_ending(&name, &[".pyd", ".dll"]),
        Compiled::Elf | Compiled::MachO => true,
        Compiled::Archive => false,
    }
}

/// Modules that the Pythons of the wheel's tags pass over. A wheel that brings modules for several
/// Pythons along chooses by itself.
fn check_extensions<S>(wheel: &Wheel<S>) -> Option<Finding>
where
    S: tilsit_archive::ReadAt,
{
    let files = wheel.files().iter();
    let extensions: Vec<(&str, String)> = files
        .filter_map(|file| Some((file.name.as_str(), abi_of(&file.name)?)))
        .collect();
    let abis: BTreeSet<&String> = extensions.iter().map(|(_, abi)| abi).collect();
    let (name, abi) = extensions.first()?;
    let tags = &wheel.file_name().tags;
    let fits = abis.len() > 1 || tags.abis().any(|tag| tag == abi);
    (!fits).then(|| {
        let found: Vec<&str> = tags.abis().collect();
        let found = found.join(".");
        let shown = and_others(name, extensions.len());
        let reason = format!("is for the ABI `{found}`, and {shown} is for `{abi}`");
        Finding::new(Rule::ExtensionForOther, "", "", reason)
    })
}

/// The ABI in the name of an extension module: `cp312` of `a.cpython-312-x86_64-linux-gnu.so` and
/// of `a.cp312-win_amd64.pyd`.
fn abi_of(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let stem = name
        .strip_suffix(".so")
        .or_else(|| name.strip_suffix(".pyd"))?;
    let (_, suffix) = stem.split_once('.')?;
    let version = match suffix.strip_prefix("cpython-") {
        Some(rest) => rest.split('-').next()?,
        None => suffix.strip_prefix("cp")?.split('-').next()?,
    };
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| format!("cp{version}"))
}
