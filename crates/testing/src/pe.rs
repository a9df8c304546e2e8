//! PE files of any machine, made here: what a linker would write that knows nothing but the tables of
//! names. They are read like real ones, and cannot be run.

/// Where the one section is loaded to, and where it stands in the file.
const ADDRESS: u32 = 0x1000;
const OFFSET: usize = 0x400;

/// A library.
#[derive(Clone, Debug)]
pub struct TestPe<'a> {
    /// The machine.
    pub machine: u16,
    /// The libraries that it needs, and what it wants of each.
    pub imports: &'a [(&'a str, &'a [&'a str])],
    /// Those that are loaded at their first use.
    pub delayed: &'a [&'a str],
    /// The names that it has for others.
    pub exports: &'a [&'a str],
    /// Whether it is for .NET.
    pub is_managed: bool,
}

impl Default for TestPe<'_> {
    fn default() -> Self {
        Self {
            machine: Self::AMD64,
            imports: &[("KERNEL32.dll", &["Sleep"])],
            delayed: &[],
            exports: &[],
            is_managed: false,
        }
    }
}

/// The section: what is put into it is at an address.
struct Section(Vec<u8>);

impl Section {
    fn put(&mut self, bytes: &[u8]) -> u32 {
        let at = self.0.len().next_multiple_of(8);
        self.0.resize(at, 0);
        self.0.extend(bytes);
        ADDRESS + number(at)
    }

    fn name(&mut self, text: &str) -> u32 {
        self.put(&[text.as_bytes(), &[0]].concat())
    }

    fn words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(&bytes)
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).expect("it is short")
}

/// What is wanted by name, and one thing by number.
fn list(section: &mut Section, names: &[&str], is_wide: bool) -> u32 {
    let mut list = Vec::new();
    let places = names
        .iter()
        .map(|name| section.name(&format!("\0\0{name}")));
    let places: Vec<u32> = places.collect();
    for place in places {
        list.push(place);
        list.extend(is_wide.then_some(0));
    }
    list.extend(if is_wide {
        vec![7, 1 << 31, 0, 0]
    } else {
        vec![7 | 1 << 31, 0]
    });
    section.words(&list)
}

impl TestPe<'_> {
    /// 64-bit x86.
    pub const AMD64: u16 = 0x8664;
    /// 64-bit Arm.
    pub const ARM64: u16 = 0xaa64;
    /// 32-bit x86.
    pub const I386: u16 = 0x14c;

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let is_wide = self.machine != Self::I386;
        let mut section = Section(Vec::new());
        let mut table = Vec::new();
        for (library, names) in self.imports {
            let list = list(&mut section, names, is_wide);
            table.extend([list, 0, 0, section.name(library), list]);
        }
        table.extend([0; 5]);
        let imports = section.words(&table);
        let mut table = Vec::new();
        for library in self.delayed {
            let list = list(&mut section, &["Later"], is_wide);
            table.extend([1, section.name(library), 0, list, list, 0, 0, 0]);
        }
        table.extend([0; 8]);
        let delayed = section.words(&table);
        let names: Vec<u32> = self.exports.iter().map(|name| section.name(name)).collect();
        let (count, names) = (number(names.len()), section.words(&names));
        let exports = section.words(&[0, 0, 0, 0, 1, count, count, names, names, 0]);
        let mut folders = [0; 16];
        folders[1] = imports;
        if !self.delayed.is_empty() {
            folders[13] = delayed;
        }
        if !self.exports.is_empty() {
            folders[0] = exports;
        }
        if self.is_managed {
            folders[14] = exports;
        }
        let mut file = self.header(is_wide, folders, section.0.len());
        file.resize(OFFSET, 0);
        file.extend(section.0);
        file
    }

    fn header(&self, is_wide: bool, folders: [u32; 16], size: usize) -> Vec<u8> {
        let mut file = b"MZ".to_vec();
        file.resize(0x3c, 0);
        file.extend(0x40_u32.to_le_bytes());
        file.extend(b"PE\0\0");
        let optional = if is_wide { 240 } else { 224_u16 };
        file.extend(self.machine.to_le_bytes());
        file.extend(1_u16.to_le_bytes());
        file.extend([0; 12]);
        file.extend(optional.to_le_bytes());
        file.extend(0x2000_u16.to_le_bytes());
        let start = file.len();
        file.extend(if is_wide { 0x20b } else { 0x10b_u16 }.to_le_bytes());
        file.resize(start + 60, 0);
        file.extend(number(OFFSET).to_le_bytes());
        file.resize(start + usize::from(optional) - 16 * 8 - 4, 0);
        file.extend(16_u32.to_le_bytes());
        for folder in folders {
            file.extend(folder.to_le_bytes());
            file.extend(64_u32.to_le_bytes());
        }
        file.extend(b".all\0\0\0\0");
        for value in [
            number(size),
            ADDRESS,
            number(size),
            number(OFFSET),
            0,
            0,
            0,
            0,
        ] {
            file.extend(value.to_le_bytes());
        }
        file
    }
}
