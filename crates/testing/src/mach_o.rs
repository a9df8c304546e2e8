//! Mach-O files of any machine, made here: what a linker would write that knows nothing but the commands
//! for the loader. They are read like real ones, and cannot be run.

/// A part for one machine: a module, unless something else is said.
#[derive(Clone, Debug)]
pub struct TestMachO<'a> {
    /// The machine, as in `cputype`; 64-bit ones have the bit `0x0100_0000`.
    pub machine: u32,
    /// Which of that kind, as in `cpusubtype`.
    pub subtype: u32,
    /// Whether the small end comes first.
    pub is_little_endian: bool,
    /// What it is, as in `filetype`.
    pub kind: u32,
    /// The system and its oldest version, as in `LC_BUILD_VERSION`.
    pub build: Option<(u32, [u8; 2])>,
    /// The oldest macOS, as in `LC_VERSION_MIN_MACOSX`.
    pub oldest: Option<[u8; 2]>,
    /// The name by which others need it.
    pub install_name: Option<&'a str>,
    /// The libraries that it needs.
    pub libraries: &'a [&'a str],
    /// Those of which it does without.
    pub weak_libraries: &'a [&'a str],
    /// What `@rpath` stands for.
    pub run_paths: &'a [&'a str],
    /// Names, with their `_`, and whether they are in here.
    pub symbols: &'a [(&'a str, bool)],
}

impl Default for TestMachO<'_> {
    fn default() -> Self {
        Self {
            machine: Self::ARM64,
            subtype: 0,
            is_little_endian: true,
            kind: 8,
            build: Some((1, [11, 0])),
            oldest: None,
            install_name: None,
            libraries: &["/usr/lib/libSystem.B.dylib"],
            weak_libraries: &[],
            run_paths: &[],
            symbols: &[],
        }
    }
}

impl TestMachO<'_> {
    /// 64-bit Arm.
    pub const ARM64: u32 = 0x0100_000c;
    /// 64-bit x86.
    pub const X86_64: u32 = 0x0100_0007;
    /// 32-bit x86.
    pub const I386: u32 = 7;
    /// 32-bit PowerPC, which has the big end first.
    pub const PPC: u32 = 18;

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let is_wide = self.machine & 0x0100_0000 != 0;
        let mut commands: Vec<Vec<u32>> = Vec::new();
        let named = |kind: u32, fields: usize, text: &str| self.named(kind, fields, text);
        commands.extend(self.install_name.map(|name| named(0xd, 3, name)));
        commands.extend(self.libraries.iter().map(|name| named(0xc, 3, name)));
        let weak = self.weak_libraries.iter();
        commands.extend(weak.map(|name| named(0x8000_0018, 3, name)));
        commands.extend(
            self.run_paths
                .iter()
                .map(|path| named(0x8000_001c, 0, path)),
        );
        let version = |[major, minor]: [u8; 2]| u32::from_be_bytes([0, major, minor, 0]);
        commands.extend(self.oldest.map(|oldest| vec![0x24, 16, version(oldest), 0]));
        let build = self.build;
        commands
            .extend(build.map(|(system, oldest)| vec![0x32, 24, system, version(oldest), 0, 0]));
        let (head, entry) = if is_wide { (32, 16) } else { (28, 12) };
        let size = 4 * commands.iter().map(Vec::len).sum::<usize>() + 24;
        let (table, mut names) = (head + size, vec![0]);
        let mut entries = Vec::new();
        for (name, is_defined) in self.symbols {
            entries.extend(self.word(u32::try_from(names.len()).expect("it is short")));
            entries.extend([if *is_defined { 0x0f } else { 0x01 }, u8::from(*is_defined)]);
            entries.resize(entries.len().next_multiple_of(entry), 0);
            names.extend(name.bytes().chain([0]));
        }
        let numbers = [
            2,
            24,
            table,
            self.symbols.len(),
            table + entries.len(),
            names.len(),
        ];
        let number = |number: usize| u32::try_from(number).expect("it is short");
        commands.push(numbers.map(number).to_vec());
        let mark = if is_wide { 0xfeed_facf } else { 0xfeed_face };
        let mut header = vec![mark, self.machine, self.subtype, self.kind];
        header.extend([number(commands.len()), number(size), 0]);
        header.extend(is_wide.then_some(0));
        let words = header.into_iter().chain(commands.into_iter().flatten());
        let mut bytes: Vec<u8> = words.flat_map(|word| self.word(word)).collect();
        bytes.extend(entries);
        bytes.extend(names);
        bytes
    }

    fn word(&self, word: u32) -> [u8; 4] {
        if self.is_little_endian {
            word.to_le_bytes()
        } else {
            word.to_be_bytes()
        }
    }

    /// A command with a text behind so many other fields.
    fn named(&self, kind: u32, fields: usize, text: &str) -> Vec<u32> {
        let mut bytes: Vec<u8> = text.bytes().chain([0]).collect();
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let start = 4 * (3 + fields);
        let number = |number: usize| u32::try_from(number).expect("it is short");
        let mut words = vec![kind, number(start + bytes.len()), number(start)];
        words.resize(words.len() + fields, 0);
        // The text keeps its order whatever that of the numbers is.
        words.extend(bytes.chunks_exact(4).map(|part| {
            let part = part.try_into().expect("four bytes");
            if self.is_little_endian {
                u32::from_le_bytes(part)
            } else {
                u32::from_be_bytes(part)
            }
        }));
        words
    }
}

/// A file for several machines, of the parts for each; `is_wide` for places of 64 bits.
pub fn fat(parts: &[&TestMachO<'_>], is_wide: bool) -> Vec<u8> {
    let files = parts.iter().map(|part| (part.machine, part.to_bytes()));
    fat_of(&files.collect::<Vec<_>>(), is_wide)
}

/// The same, of any bytes.
pub fn fat_of(parts: &[(u32, Vec<u8>)], is_wide: bool) -> Vec<u8> {
    let mut words = vec![if is_wide {
        0xcafe_babf
    } else {
        0xcafe_babe_u32
    }];
    let number = |number: usize| u32::try_from(number).expect("it is short");
    words.push(number(parts.len()));
    let mut body = Vec::new();
    for (machine, part) in parts {
        let (offset, size) = (number(4096 + body.len()), number(part.len()));
        words.extend([*machine, 0]);
        words.extend(if is_wide {
            vec![0, offset, 0, size, 12, 0]
        } else {
            vec![offset, size, 12]
        });
        body.extend(part);
        body.resize(body.len().next_multiple_of(4096), 0);
    }
    let mut file: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
    file.resize(4096, 0);
    file.extend(body);
    file
}
