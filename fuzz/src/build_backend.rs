//! What our own backend reads of a project.

use tilsit_build_backend::elf::ElfNeeds;
use tilsit_build_backend::static_version::stated_version;

/// The source of a module: a version that is stated stands in it, on a line of its own.
pub fn static_version(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(version) = stated_version(source) {
        assert!(!version.is_empty() && !version.contains(['\n', '\\']));
        let quoted = |quote: char| source.contains(&format!("{quote}{version}{quote}"));
        assert!(quoted('"') || quoted('\''));
        // What stands below, and is no such line, changes nothing.
        assert_eq!(
            stated_version(&format!("{source}\nother = 1\n")),
            Ok(version)
        );
    }
}

/// A program's file: names are texts of the file, and there are so many of them at most.
pub fn elf_needs(data: &[u8]) {
    let Some(needs) = ElfNeeds::read(data) else {
        return;
    };
    assert!(needs.libraries.len() <= 255 && needs.versions.len() <= 255 * 255);
    let names = needs.libraries.iter().chain(&needs.versions);
    for name in names.chain(&needs.loader) {
        assert!(name.len() < 255 && !name.contains('\0'));
        let inside = data.as_ptr_range();
        assert!(name.is_empty() || inside.contains(&name.as_ptr()));
    }
    // What comes behind the end changes nothing.
    let longer = [data, b"\0"].concat();
    assert_eq!(ElfNeeds::read(&longer), Some(needs));
}
