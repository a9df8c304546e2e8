//! The commands for the loader, which stand behind the header.

use super::symbols::Table;
use super::{Build, Library, Part, System};
use crate::bytes::Bytes;
use crate::error::BinaryError;

const PART: &str = "its list of commands";

/// How many libraries and run paths a part may have; real ones have some hundred.
const NAMES_MAX: usize = 4096;
/// How many systems a part may be for; real ones are for two at most.
const BUILDS_MAX: usize = 16;

/// Commands that the loader must know have this mark.
const MUST_KNOW: u32 = 0x8000_0000;

mod command {
    use super::MUST_KNOW;

    pub(super) const SYMBOLS: u32 = 0x2;
    pub(super) const LIBRARY: u32 = 0xc;
    pub(super) const INSTALL_NAME: u32 = 0xd;
    pub(super) const WEAK_LIBRARY: u32 = 0x18 | MUST_KNOW;
    pub(super) const RUN_PATH: u32 = 0x1c | MUST_KNOW;
    pub(super) const REEXPORTED_LIBRARY: u32 = 0x1f | MUST_KNOW;
    pub(super) const LAZY_LIBRARY: u32 = 0x20;
    pub(super) const UPWARD_LIBRARY: u32 = 0x23 | MUST_KNOW;
    pub(super) const OLDEST_MAC_OS: u32 = 0x24;
    pub(super) const OLDEST_IOS: u32 = 0x25;
    pub(super) const OLDEST_TV_OS: u32 = 0x2f;
    pub(super) const OLDEST_WATCH_OS: u32 = 0x30;
    pub(super) const BUILD: u32 = 0x32;
}

/// Reads the commands of a part; `file` are all its bytes, and whether it has 64 bits.
pub(super) fn read<'a>(
    part: &mut Part<'a>,
    (file, wide): (Bytes<'a>, bool),
    commands: &'a [u8],
    count: usize,
) -> Result<(), BinaryError> {
    let fault = |fault| BinaryError::mach_o(PART, fault);
    let mut rest = Bytes {
        all: commands,
        ..file
    };
    for _ in 0..count {
        let size = rest.size(4).ok_or(fault("ends before its last one"))?;
        // A size that does not lead on would be read for ever.
        if size < 8 || size % 4 != 0 {
            return Err(fault("has one of an impossible size"));
        }
        let command = rest.part(0, size);
        let command = Bytes {
            all: command.ok_or(fault("ends within its last one"))?,
            ..file
        };
        take(part, (file, wide), command)?;
        rest = rest.from(size).unwrap_or(Bytes { all: &[], ..file });
    }
    Ok(())
}

fn take<'a>(
    part: &mut Part<'a>,
    (file, wide): (Bytes<'a>, bool),
    command: Bytes<'a>,
) -> Result<(), BinaryError> {
    let kind = command.word(0).unwrap_or_default();
    match kind {
        command::LIBRARY
        | command::WEAK_LIBRARY
        | command::REEXPORTED_LIBRARY
        | command::LAZY_LIBRARY
        | command::UPWARD_LIBRARY => {
            let library = Library {
                name: text(command, "a library that it needs")?,
                is_weak: kind == command::WEAK_LIBRARY,
            };
            push(&mut part.libraries, library, NAMES_MAX)
        }
        command::INSTALL_NAME => {
            part.install_name = Some(text(command, "its own name")?);
            Ok(())
        }
        command::RUN_PATH => {
            let path = text(command, "a run path")?;
            push(&mut part.run_paths, path, NAMES_MAX)
        }
        command::OLDEST_MAC_OS => oldest(part, command, System::MacOs),
        command::OLDEST_IOS => oldest(part, command, System::Ios),
        command::OLDEST_TV_OS => oldest(part, command, System::Other(3)),
        command::OLDEST_WATCH_OS => oldest(part, command, System::Other(4)),
        command::BUILD => {
            let cut = BinaryError::mach_o(PART, "has a build that is cut off");
            let build = Build {
                system: match command.word(8).ok_or(cut)? {
                    1 => System::MacOs,
                    2 => System::Ios,
                    7 => System::IosSimulator,
                    other => System::Other(other),
                },
                minimum: version(command.word(12).ok_or(cut)?),
            };
            push(&mut part.builds, build, BUILDS_MAX)
        }
        command::SYMBOLS => {
            part.symbols = Table::of(file, wide, command)?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn push<T>(all: &mut Vec<T>, one: T, most: usize) -> Result<(), BinaryError> {
    if all.len() == most {
        return Err(BinaryError::mach_o(PART, "has too many of a kind"));
    }
    all.push(one);
    Ok(())
}

/// What came before `LC_BUILD_VERSION`: the version alone, each system with a command of its own.
fn oldest(part: &mut Part<'_>, command: Bytes<'_>, system: System) -> Result<(), BinaryError> {
    let number = command.word(8);
    let number = number.ok_or(BinaryError::mach_o(PART, "has a version that is cut off"))?;
    let build = Build {
        system,
        minimum: version(number),
    };
    push(&mut part.builds, build, BUILDS_MAX)
}

/// `X.Y.Z` in the nibbles `xxxx.yy.zz`.
fn version(number: u32) -> (u16, u8, u8) {
    let [high, low, minor, patch] = number.to_be_bytes();
    (u16::from_be_bytes([high, low]), minor, patch)
}

/// The text of a command, whose place inside of it stands behind its size. It ends with a NUL.
fn text<'a>(command: Bytes<'a>, part: &'static str) -> Result<&'a str, BinaryError> {
    let place = command.size(8).filter(|place| *place >= 12);
    let name = place.and_then(|place| {
        let name = command.name(place)?;
        let has_end = command.all.get(place + name.len()) == Some(&0);
        has_end.then_some(name)
    });
    let name = name.and_then(|name| std::str::from_utf8(name).ok());
    name.ok_or(BinaryError::mach_o(part, "has a name that is not there"))
}
