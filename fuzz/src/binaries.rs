//! Mach-O and PE files, read.

use tilsit_binaries::{MachO, Pe};

/// A file of macOS: its names are texts in it, and there are so many of them at most.
pub fn mach_o_file(data: &[u8]) {
    let Ok(file) = MachO::parse(data) else {
        return;
    };
    assert!(MachO::is_mach_o(data) && (1..=44).contains(&file.parts.len()));
    let inside = data.as_ptr_range();
    for part in &file.parts {
        assert!(part.libraries.len() <= 4096 && part.run_paths.len() <= 4096);
        let libraries = part.libraries.iter().map(|library| library.name);
        let names = libraries.chain(part.run_paths.iter().copied());
        for name in names.chain(part.install_name) {
            assert!(name.len() < 4096 && !name.contains('\0'));
            assert!(name.is_empty() || inside.contains(&name.as_ptr()));
        }
        assert!(12 * part.symbols().count() <= data.len());
    }
}

/// A file of Windows: likewise.
pub fn pe_file(data: &[u8]) {
    let Ok(pe) = Pe::parse(data) else {
        return;
    };
    assert!(Pe::is_pe(data) && pe.imports.len() <= 4096);
    let names = pe.imports.iter().map(|import| import.names.len());
    assert!(names.sum::<usize>() + pe.exports.len() <= 1 << 18);
    let inside = data.as_ptr_range();
    for import in &pe.imports {
        let name = import.library;
        assert!(!name.is_empty() && name.len() <= 4096 && inside.contains(&name.as_ptr()));
        assert!(import.names.iter().all(|name| name.len() <= 4096));
    }
}
