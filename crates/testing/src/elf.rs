//! ELF files of any machine, made here: what a linker would write that knows nothing but the dynamic
//! section. They are read and changed like real ones, and cannot be run.

/// Where the file is loaded to.
const ADDRESS: u64 = 0x40_0000;

/// A shared library, or a program where it has an interpreter.
#[derive(Clone, Debug)]
pub struct TestElf<'a> {
    /// The machine, as in `e_machine`.
    pub machine: u16,
    /// What the machine's own supplement says, as in `e_flags`.
    pub flags: u32,
    /// Whether addresses have 64 bits.
    pub is_wide: bool,
    /// Whether the small end comes first.
    pub is_little_endian: bool,
    /// The loader.
    pub interpreter: Option<&'a str>,
    /// The name by which others need it.
    pub soname: Option<&'a str>,
    /// The libraries that it needs.
    pub needed: &'a [&'a str],
    /// The versions of symbols that it wants of them, and their flags.
    pub versions: &'a [(&'a str, &'a [(&'a str, u16)])],
    /// `DT_RPATH`.
    pub rpath: Option<&'a str>,
    /// `DT_RUNPATH`.
    pub runpath: Option<&'a str>,
    /// Functions: their names, and whether they are in here.
    pub symbols: &'a [(&'a str, bool)],
    /// The levels of instructions that a note says are needed.
    pub isa_needed: Option<u32>,
    /// The level of Android's interface that a note says it was made for.
    pub android_level: Option<u32>,
    /// How many more entries the dynamic section has room for.
    pub spare: usize,
}

impl Default for TestElf<'_> {
    fn default() -> Self {
        Self {
            machine: 62,
            flags: 0,
            is_wide: true,
            is_little_endian: true,
            interpreter: None,
            soname: None,
            needed: &[],
            versions: &[],
            rpath: None,
            runpath: None,
            symbols: &[],
            isa_needed: None,
            android_level: None,
            spare: 0,
        }
    }
}

/// Bytes in the order of a file.
struct Writer {
    bytes: Vec<u8>,
    is_wide: bool,
    is_little_endian: bool,
}

impl Writer {
    fn put(&mut self, value: u64, length: usize) {
        let digits = value.to_le_bytes();
        let start = self.bytes.len();
        self.bytes.extend(&digits[..length]);
        if !self.is_little_endian {
            self.bytes[start..].reverse();
        }
    }

    fn word(&mut self, value: u64) {
        self.put(value, if self.is_wide { 8 } else { 4 });
    }

    fn align(&mut self) -> u64 {
        let length = self.bytes.len().next_multiple_of(8);
        self.bytes.resize(length, 0);
        length as u64
    }
}

/// The names, each by its place.
struct Names(Vec<u8>);

impl Names {
    fn place(&mut self, text: &str) -> u64 {
        let at = self.0.len() as u64;
        self.0.extend(text.bytes().chain([0]));
        at
    }
}

impl TestElf<'_> {
    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut names = Names(vec![0]);
        let mut dynamic: Vec<(u64, u64)> = Vec::new();
        dynamic.extend(self.needed.iter().map(|name| (1, names.place(name))));
        for (tag, text) in [(14, self.soname), (15, self.rpath), (29, self.runpath)] {
            dynamic.extend(text.map(|text| (tag, names.place(text))));
        }
        let mut writer = Writer {
            bytes: vec![0; 1024],
            is_wide: self.is_wide,
            is_little_endian: self.is_little_endian,
        };
        let versions = writer.align();
        self.write_versions(&mut writer, &mut names);
        let symbols = writer.align();
        self.write_symbols(&mut writer, &mut names);
        let hash = writer.align();
        for value in [1, self.symbols.len() as u64 + 1, 0] {
            writer.put(value, 4);
        }
        let note = writer.align();
        self.write_note(&mut writer);
        self.write_android_note(&mut writer);
        let note_size = writer.bytes.len() as u64 - note;
        let interpreter = writer.align();
        if let Some(name) = self.interpreter {
            writer.bytes.extend(name.bytes().chain([0]));
        }
        let interpreter_size = writer.bytes.len() as u64 - interpreter;
        let strings = writer.align();
        writer.bytes.extend(&names.0);
        dynamic.extend([
            (5, ADDRESS + strings),
            (10, names.0.len() as u64),
            (6, ADDRESS + symbols),
            (4, ADDRESS + hash),
        ]);
        if !self.versions.is_empty() {
            dynamic.push((0x6fff_fffe, ADDRESS + versions));
            dynamic.push((0x6fff_ffff, self.versions.len() as u64));
        }
        dynamic.extend(vec![(0, 0); self.spare + 1]);
        let dynamic_at = writer.align();
        for (tag, value) in dynamic {
            writer.word(tag);
            writer.word(value);
        }
        let size = writer.bytes.len() as u64;
        let mut segments = vec![(1, 0, size), (2, dynamic_at, size - dynamic_at)];
        segments.extend((note_size > 0).then_some((4, note, note_size)));
        segments.extend(self.interpreter.map(|_| (3, interpreter, interpreter_size)));
        self.write_head(&mut writer, &segments);
        writer.bytes
    }

    fn write_versions(&self, writer: &mut Writer, names: &mut Names) {
        for (index, (library, versions)) in self.versions.iter().enumerate() {
            let is_last = index + 1 == self.versions.len();
            let size = 16 * (1 + versions.len() as u64);
            writer.put(1, 2);
            writer.put(versions.len() as u64, 2);
            writer.put(names.place(library), 4);
            writer.put(16, 4);
            writer.put(if is_last { 0 } else { size }, 4);
            for (index, (version, flags)) in versions.iter().enumerate() {
                let is_last = index + 1 == versions.len();
                writer.put(0, 4);
                writer.put((*flags).into(), 2);
                writer.put(2, 2);
                writer.put(names.place(version), 4);
                writer.put(if is_last { 0 } else { 16 }, 4);
            }
        }
    }

    fn write_symbols(&self, writer: &mut Writer, names: &mut Names) {
        let all = [("", false)].iter().chain(self.symbols);
        for (index, (name, is_defined)) in all.enumerate() {
            // A function, for all to see.
            let (info, section) = (if index > 0 { 0x12 } else { 0 }, u64::from(*is_defined));
            writer.put(names.place(name), 4);
            if !self.is_wide {
                writer.put(0, 8);
            }
            writer.put(info, 1);
            writer.put(0, 1);
            writer.put(section, 2);
            if self.is_wide {
                writer.put(0, 8);
                writer.put(0, 8);
            }
        }
    }

    fn write_note(&self, writer: &mut Writer) {
        if let Some(levels) = self.isa_needed {
            for value in [4, 16, 5] {
                writer.put(value, 4);
            }
            writer.bytes.extend(b"GNU\0");
            for value in [0xc000_8002, 4, levels.into(), 0] {
                writer.put(value, 4);
            }
        }
    }

    fn write_android_note(&self, writer: &mut Writer) {
        if let Some(level) = self.android_level {
            for value in [8, 4, 1] {
                writer.put(value, 4);
            }
            writer.bytes.extend(b"Android\0");
            writer.put(level.into(), 4);
        }
    }

    fn write_head(&self, writer: &mut Writer, segments: &[(u64, u64, u64)]) {
        let body = std::mem::take(&mut writer.bytes);
        let (class, head, entry) = if self.is_wide {
            (2, 64, 56)
        } else {
            (1, 52, 32)
        };
        let order = if self.is_little_endian { 1 } else { 2 };
        writer.bytes.extend(b"\x7fELF");
        writer.bytes.extend([class, order, 1]);
        writer.bytes.resize(16, 0);
        writer.put(3, 2);
        writer.put(self.machine.into(), 2);
        writer.put(1, 4);
        for value in [0, head, 0] {
            writer.word(value);
        }
        writer.put(self.flags.into(), 4);
        for value in [head, entry, segments.len() as u64, 0, 0, 0] {
            writer.put(value, 2);
        }
        for (kind, offset, size) in segments {
            let rights = if *kind == 2 { 6 } else { 5 };
            writer.put(*kind, 4);
            if self.is_wide {
                writer.put(rights, 4);
            }
            for value in [*offset, ADDRESS + offset, ADDRESS + offset, *size, *size] {
                writer.word(value);
            }
            if !self.is_wide {
                writer.put(rights, 4);
            }
            writer.word(match *kind {
                1 => 0x1_0000,
                4 if self.android_level.is_some() => 4,
                _ => 8,
            });
        }
        assert!(writer.bytes.len() <= 1024);
        let written = writer.bytes.len();
        writer.bytes.extend(&body[written..]);
    }
}
