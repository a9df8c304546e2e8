//! Changing names in a file: its own, those of the libraries that it needs, and its run path.
//!
//! Nothing that was there is moved, so that no reference inside the file can break: the names with the
//! new ones among them, and the program headers with one more, come behind the end, in a segment of
//! their own that is loaded above all others. Where a program is loaded, its first and its new segment
//! have the same distance between place and address: older kernels compute from it where the program
//! headers are. Table entries are changed in place; the dynamic section follows behind the end only
//! where it has no room for one more entry.

mod dynamic;
mod place;

use crate::error::ElfError;
use crate::file::Elf;

use dynamic::{DynamicTable, Names};
use place::{Addition, append};

/// What becomes of the run path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RunPath {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none.
    Clear,
    /// It is this, as `DT_RPATH`, which holds for the libraries' own libraries too.
    Set(String),
}

/// What is to be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The new name by which others need it.
    pub soname: Option<String>,
    /// Libraries that it needs, and their new names; without one, the library is no longer needed.
    pub needed: Vec<(String, Option<String>)>,
    /// What becomes of the run path.
    pub run_path: RunPath,
}

impl Change {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What a library is called from now on; nothing where it is no longer needed.
    fn renamed<'s>(&'s self, library: &'s str) -> Option<&'s str> {
        let mut renames = self.needed.iter();
        match renames.find(|(old, _)| old == library) {
            Some((_, new)) => new.as_deref(),
            None => Some(library),
        }
    }
}

/// The file with the change.
///
/// # Errors
/// When the file is broken, is not linked dynamically, or would not say what it should.
pub fn change(file: &[u8], change: &Change) -> Result<Vec<u8>, ElfError> {
    let elf = Elf::parse(file)?;
    if change.is_empty() {
        return Ok(file.to_vec());
    }
    if !elf.is_dynamic() || elf.dynamic.strings_size == 0 {
        return Err(ElfError::new("its dynamic section", "is missing"));
    }
    let mut names = Names::of(&elf);
    let table = DynamicTable::changed(&elf, change, &mut names)?;
    let mut changed = file.to_vec();
    for entry in &elf.versions {
        let renamed = change.renamed(entry.library).ok_or(ElfError::new(
            "its table of versions",
            "names a library that is to be no longer needed",
        ))?;
        if renamed != entry.library {
            let offset = names.place(renamed);
            let written = elf.layout.put(&mut changed, entry.offset + 4, 4, offset);
            written.ok_or(ElfError::outside("its table of versions"))?;
        }
    }
    let has_room = table.fits(&elf);
    let addition = Addition {
        names: names.grown(),
        dynamic: (!has_room).then_some(&table),
    };
    append(&elf, &mut changed, &addition, &table)?;
    check(&elf, &changed, change)?;
    Ok(changed)
}

/// Reads the changed file: it says what it should, and nothing else was touched.
fn check(before: &Elf<'_>, changed: &[u8], change: &Change) -> Result<(), ElfError> {
    let after = Elf::parse(changed)?;
    let renamed = |library| change.renamed(library);
    let needed = before.needed.iter().copied().filter_map(renamed);
    let old_versions = before.versions.iter();
    let versions = old_versions.map(|entry| (renamed(entry.library), &entry.versions));
    let run_path = match &change.run_path {
        RunPath::Keep => (before.rpath, before.runpath),
        RunPath::Clear => (None, None),
        RunPath::Set(path) => (Some(path.as_str()), None),
    };
    let new_versions = after.versions.iter();
    let is_right = after.needed.iter().copied().eq(needed)
        && new_versions
            .map(|entry| (Some(entry.library), &entry.versions))
            .eq(versions)
        && after.soname == change.soname.as_deref().or(before.soname)
        && (after.rpath, after.runpath) == run_path
        && after.interpreter == before.interpreter
        && after.symbols().eq(before.symbols());
    let wrong = "shares its bytes with others, and cannot be changed";
    is_right
        .then_some(())
        .ok_or(ElfError::new("a table", wrong))
}

#[cfg(test)]
pub(crate) mod tests;
