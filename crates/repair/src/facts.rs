//! What counts of an ELF file here, kept without its bytes.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_elf::{Elf, ElfError, Platform, Symbol, SymbolKind};

use crate::architecture::{Architecture, x86_level};
use crate::policy::Libc;

/// What narrow builds of Python 2 have in the names of functions for text.
const NARROW_UNICODE: &[u8] = b"PyUnicodeUCS2_";
/// What only a Python with a certain option has.
const FLOATING_POINT_TRAP: [&[u8]; 3] = [b"PyFPE_jbuf", b"PyFPE_dummy", b"PyFPE_counter"];

/// What counts of a file.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) platform: Platform,
    pub(crate) architecture: Option<Architecture>,
    /// The level of x86-64's instructions that it needs beyond the first.
    pub(crate) x86_level: Option<u8>,
    pub(crate) interpreter: Option<String>,
    pub(crate) needed: Vec<String>,
    pub(crate) rpath: String,
    pub(crate) runpath: String,
    /// The versions of symbols that it wants, by library; those of the loader are left out.
    pub(crate) versions: BTreeMap<String, BTreeSet<String>>,
    /// Whether it is a module of Python.
    pub(crate) is_extension: bool,
    /// Symbols that it wants from others and that some policy forbids.
    pub(crate) wants_forbidden: BTreeSet<String>,
    /// Whether it is a module for a narrow build of Python 2.
    pub(crate) is_narrow_unicode: bool,
    /// Whether it is a module that wants floating point traps of Python.
    pub(crate) wants_traps: bool,
}

impl Facts {
    /// Reads the file. `name` is the last part of its path, which tells the name of a module;
    /// `forbidden` are the symbols to look for.
    pub(crate) fn read(
        name: &str,
        file: &[u8],
        forbidden: &BTreeSet<String>,
    ) -> Result<Self, ElfError> {
        let elf = Elf::parse(file)?;
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let libraries = elf
            .versions
            .iter()
            .filter(|entry| !is_loader(entry.library));
        let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in libraries {
            let names = entry.versions.iter().map(|(name, _)| (*name).to_owned());
            versions
                .entry(entry.library.to_owned())
                .or_default()
                .extend(names);
        }
        let mut facts = Self {
            platform: elf.platform,
            architecture: Architecture::of(&elf),
            x86_level: x86_level(&elf),
            interpreter: elf.interpreter.map(str::to_owned),
            needed: elf.needed.iter().map(|name| (*name).to_owned()).collect(),
            rpath: owned(elf.rpath),
            runpath: owned(elf.runpath),
            versions,
            is_extension: false,
            wants_forbidden: BTreeSet::new(),
            is_narrow_unicode: false,
            wants_traps: false,
        };
        facts.read_symbols(name, &elf, forbidden);
        Ok(facts)
    }

    fn read_symbols(&mut self, name: &str, elf: &Elf<'_>, forbidden: &BTreeSet<String>) {
        let module = name.split('.').next().unwrap_or_default();
        let starts = ["PyInit_", "init", "_cffi_pypyinit_"].map(|start| format!("{start}{module}"));
        let (mut narrow, mut traps, mut old) = (false, false, false);
        for symbol in elf.symbols() {
            if symbol.is_defined {
                let start = starts
                    .iter()
                    .position(|start| start.as_bytes() == symbol.name);
                if start.is_some() && symbol.kind == SymbolKind::Function && !self.is_extension {
                    self.is_extension = true;
                    old = start != Some(0);
                }
                continue;
            }
            self.want(&symbol, forbidden);
            narrow |= symbol.kind == SymbolKind::Function && is_narrow(symbol.name);
            traps |= symbol.kind != SymbolKind::Other && FLOATING_POINT_TRAP.contains(&symbol.name);
        }
        self.is_narrow_unicode = narrow && old;
        self.wants_traps = traps && self.is_extension;
    }

    fn want(&mut self, symbol: &Symbol<'_>, forbidden: &BTreeSet<String>) {
        if let Ok(name) = std::str::from_utf8(symbol.name)
            && !symbol.is_weak
            && forbidden.contains(name)
        {
            self.wants_forbidden.insert(name.to_owned());
        }
    }

    /// The C library, by the loader, by the libraries that it needs, or by its name; none where
    /// nothing tells.
    pub(crate) fn libc(&self, name: &str) -> Result<Option<Libc>, &'static str> {
        let loader = self.interpreter.as_deref().map(|path| {
            let name = path.rsplit('/').next().unwrap_or_default();
            if name.starts_with("ld-musl-") {
                Libc::Musl
            } else {
                Libc::Glibc
            }
        });
        let mut libc = loader;
        for library in &self.needed {
            let found = match library.as_str() {
                name if name.starts_with("libc.musl-") || name.starts_with("ld-musl-") => {
                    Libc::Musl
                }
                name if name == "libc.so.6"
                    || name.starts_with("ld-linux-")
                    || name.starts_with("ld64.so.") =>
                {
                    Libc::Glibc
                }
                _ => continue,
            };
            if *libc.get_or_insert(found) != found {
                return Err("needs both glibc and musl");
            }
        }
        Ok(libc.or_else(|| libc_of_name(name)))
    }
}

/// Whether one file can be loaded by the other.
pub(crate) fn is_compatible(own: Platform, other: Platform) -> bool {
    // System V's number is also that of Linux, which has another one besides.
    let is_linux = |platform: Platform| matches!(platform.os_abi, 0 | 3);
    (own.os_abi == other.os_abi || is_linux(own) && is_linux(other))
        && own.is_wide == other.is_wide
        && own.is_little_endian == other.is_little_endian
        && own.machine == other.machine
}

/// Modules name the C library of their Python in the last part of their names: musl's since 3.11
/// only, so that `gnu` says nothing before.
fn libc_of_name(name: &str) -> Option<Libc> {
    let ends = |ends: [&str; 2]| ends.into_iter().any(|end| name.ends_with(end));
    if ends(["-arm-linux-musleabihf.so", "-linux-musl.so"]) {
        return Some(Libc::Musl);
    }
    if !ends(["-arm-linux-gnueabihf.so", "-linux-gnu.so"]) {
        return None;
    }
    let tag = name.strip_suffix(".so")?.rsplit('.').next()?;
    let version = tag.strip_prefix("cpython-")?.split('-').next()?;
    let minor = version.strip_prefix('3')?.get(..2)?.parse::<u8>().ok()?;
    (minor >= 11).then_some(Libc::Glibc)
}

fn is_narrow(name: &[u8]) -> bool {
    let mut starts = name.windows(NARROW_UNICODE.len());
    starts.any(|part| part == NARROW_UNICODE)
}

/// Whether a library is glibc's loader, which no policy counts.
pub(crate) fn is_loader(name: &str) -> bool {
    name.starts_with("ld-linux") || name == "ld64.so.2" || name == "ld64.so.1"
}

/// Whether it is the library of Python itself, which a wheel must not need.
pub(crate) fn is_libpython(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("libpython") else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((version, end)) = rest.split_once(".so") else {
        return false;
    };
    let version = version.strip_suffix('m').unwrap_or(version);
    let is_version = version
        .split_once('.')
        .is_some_and(|(major, minor)| digits(major) && digits(minor));
    let mut numbers = end.split('.').skip(1);
    let is_end = end.is_empty()
        || end.starts_with('.') && numbers.all(|part| digits(part) && part.len() == 1);
    is_version && is_end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        for (name, libc) in [
            ("a.cpython-311-x86_64-linux-gnu.so", Some(Libc::Glibc)),
            ("a.cpython-310-x86_64-linux-gnu.so", None),
            ("a.cpython-314t-x86_64-linux-gnu.so", Some(Libc::Glibc)),
            ("a.cpython-312-aarch64-linux-musl.so", Some(Libc::Musl)),
            ("a.cpython-312-arm-linux-musleabihf.so", Some(Libc::Musl)),
            ("a.abi3.so", None),
            ("a.so", None),
        ] {
            assert_eq!(libc_of_name(name), libc, "{name}");
        }
        for (name, is_it) in [
            ("libpython3.11.so.1.0", true),
            ("libpython2.7m.so", true),
            ("libpython3.so", false),
            ("libpython3.11.so.10", false),
            ("libpython3.11-own.so", false),
        ] {
            assert_eq!(is_libpython(name), is_it, "{name}");
        }
    }
}
