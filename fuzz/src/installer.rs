//! Bodies for `tilsit-installer`: the manifest of a stored wheel, and the journal of a change.

use tilsit_installer::journal::Journal;
use tilsit_installer::manifest::Manifest;

/// The manifest of a stored wheel, and the same bytes as the body of one whose checksum is right:
/// what is read is written back as it was, and no path leaves its root.
pub fn wheel_manifest(data: &[u8]) {
    let mut sealed = data.to_vec();
    Manifest::seal(&mut sealed);
    for bytes in [data, &sealed] {
        let Ok(manifest) = Manifest::parse(bytes) else {
            continue;
        };
        assert_eq!(
            Manifest::parse(&manifest.to_bytes()).as_ref(),
            Ok(&manifest)
        );
        for file in &manifest.files {
            assert!(tilsit_files::check_relative(&file.path).is_ok());

            assert!(file.path.ends_with(file.inside()));
        }
    }
}

/// The journal of a change: only full paths.
pub fn install_journal(data: &[u8]) {
    if let Some(journal) = Journal::parse(data) {
        let mut paths = journal.moved.iter().chain(&journal.made);
        assert!(paths.all(|path| path.is_absolute()));
    }
}
