//! ELF files: read, and changed.

use tilsit_elf::{Change, Elf, RunPath, change, strip};

/// A file: its names are texts in it, and there are so many of them at most.
pub fn elf_file(data: &[u8]) {
    let Ok(elf) = Elf::parse(data) else {
        return;
    };
    assert!(elf.needed.len() <= 4096 && elf.versions.len() <= 4096);
    let versions = elf.versions.iter().map(|entry| entry.library);
    let names = elf.needed.iter().copied().chain(versions);
    for name in names.chain(elf.soname).chain(elf.rpath).chain(elf.runpath) {
        assert!(name.len() < 4096 && !name.contains('\0'));
        let inside = data.as_ptr_range();
        assert!(name.is_empty() || inside.contains(&name.as_ptr()));
    }
    assert!(elf.symbols().count() <= data.len());
    let _ = (elf.x86_isa_needed(), elf.android_level());
    if let Ok(stripped) = strip(data) {
        assert!(stripped.len() <= data.len());
        Elf::parse(&stripped).expect("a stripped file can be read");
    }
}

/// A file, all of whose names are changed: it says so, or there is an error, and what is there stays.
pub fn elf_change(data: &[u8]) {
    let Ok(elf) = Elf::parse(data) else {
        return;
    };
    let mut needed: Vec<(String, Option<String>)> = Vec::new();
    for name in &elf.needed {
        if !needed.iter().any(|(old, _)| old == name) {
            let is_kept = name.len() % 3 > 0;
            needed.push(((*name).to_owned(), is_kept.then(|| format!("{name}-new"))));
        }
    }
    let wanted = Change {
        soname: Some("libnew.so".to_owned()),
        needed,
        run_path: RunPath::Set("$ORIGIN/new".to_owned()),
    };
    if let Ok(changed) = change(data, &wanted) {
        let after = Elf::parse(&changed).expect("a changed file can be read");
        assert_eq!(after.soname, Some("libnew.so"));
        assert_eq!((after.rpath, after.runpath), (Some("$ORIGIN/new"), None));
        assert!(after.needed.iter().all(|name| name.ends_with("-new")));
        assert!(changed.len() <= 3 * data.len() + (65 << 20));
    }
}
