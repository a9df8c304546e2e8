//! The machines that policies are for.

use tilsit_elf::Elf;

/// A machine, by the name that platform tags have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Architecture {
    /// 64-bit Arm.
    Aarch64,
    /// 32-bit Arm with its floating point unit.
    Armv7l,
    /// 32-bit x86.
    I686,
    /// 64-bit `LoongArch`.
    Loongarch64,
    /// 64-bit POWER, the big end first.
    Ppc64,
    /// 64-bit POWER, the small end first.
    Ppc64le,
    /// 64-bit RISC-V.
    Riscv64,
    /// IBM Z.
    S390x,
    /// 64-bit x86.
    X86_64,
}

/// Each with its number in ELF files, whether addresses have 64 bits, and whether the small end comes
/// first.
const MACHINES: [(Architecture, &str, u16, bool, bool); 9] = [
    (Architecture::Aarch64, "aarch64", 183, true, true),
    (Architecture::Armv7l, "armv7l", 40, false, true),
    (Architecture::I686, "i686", 3, false, true),
    (Architecture::Loongarch64, "loongarch64", 258, true, true),
    (Architecture::Ppc64, "ppc64", 21, true, false),
    (Architecture::Ppc64le, "ppc64le", 21, true, true),
    (Architecture::Riscv64, "riscv64", 243, true, true),
    (Architecture::S390x, "s390x", 22, true, false),
    (Architecture::X86_64, "x86_64", 62, true, true),
];

/// The calling convention of 32-bit Arm, in its flags.
const ARM_EABI_MASK: u32 = 0xff00_0000;
const ARM_EABI_5: u32 = 0x0500_0000;
const ARM_HARD_FLOAT: u32 = 0x400;

impl Architecture {
    /// The machine of a file; none where policies know nothing of it.
    pub fn of(elf: &Elf<'_>) -> Option<Self> {
        let platform = elf.platform;
        let mut machines = MACHINES.iter();
        let (architecture, ..) = machines.find(|(_, _, number, is_wide, is_little)| {
            *number == platform.machine
                && *is_wide == platform.is_wide
                && *is_little == platform.is_little_endian
        })?;
        let is_hard_float =
            platform.flags & ARM_EABI_MASK == ARM_EABI_5 && platform.flags & ARM_HARD_FLOAT != 0;
        (*architecture != Self::Armv7l || is_hard_float).then_some(*architecture)
    }

    /// The machine that a platform tag ends with.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let names = MACHINES.iter().filter(|(_, name, ..)| {
            let rest = tag.strip_suffix(name);
            rest.is_some_and(|rest| rest.ends_with('_'))
        });
        // `_ppc64le` does not end with `_ppc64`, nor any other name with another.
        names.map(|(architecture, ..)| *architecture).next()
    }

    /// The name in tags.
    pub fn name(self) -> &'static str {
        let mut machines = MACHINES.iter();
        let found = machines.find(|(architecture, ..)| *architecture == self);
        found.map_or("", |(_, name, ..)| name)
    }

    /// The machine in the name of musl's library.
    pub(crate) fn musl_name(self) -> &'static str {
        match self {
            Self::I686 => "x86",
            Self::Armv7l => "armv7",
            other => other.name(),
        }
    }
}

/// The level of x86-64's instructions that a file needs beyond the first: 2, 3 or 4, as in
/// `x86-64-v3`; higher than any where it names instructions that no level has.
pub(crate) fn x86_level(elf: &Elf<'_>) -> Option<u8> {
    match elf.x86_isa_needed()? {
        0 | 1 => None,
        bits if bits & 8 != 0 => Some(4),
        bits if bits & 4 != 0 => Some(3),
        bits if bits & 2 != 0 => Some(2),
        _ => Some(u8::MAX),
    }
}
