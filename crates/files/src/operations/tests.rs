//! Errors name the paths; folders are listed in order.

use std::error::Error as _;

use super::*;

#[test]
fn errors_name_the_operation_and_the_paths() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let other = folder.path().join("other");
    let shown = missing.display();
    let cases: Vec<(FileError, String)> = vec![
        (
            read(&missing).unwrap_err(),
            format!("cannot read `{shown}`"),
        ),
        (
            read_dir(&missing).unwrap_err(),
            format!("cannot list the folder `{shown}`"),
        ),
        (
            rename(&missing, &other).unwrap_err(),
            format!("cannot rename `{shown}` to `{}`", other.display()),
        ),
        (
            set_read_only(&missing).unwrap_err(),
            format!("cannot inspect `{shown}`"),
        ),
        (
            canonicalize(&missing).unwrap_err(),
            format!("cannot resolve `{shown}`"),
        ),
    ];
    for (error, expected) in cases {
        assert_eq!(error.to_string(), expected);
        assert!(error.is_not_found());
        assert!(error.source().is_some());
    }
    write(&missing, "x").unwrap();
    assert!(create_new(&missing).unwrap_err().is_already_there());
}

#[test]
fn folders_are_listed_in_order_and_links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["b", "a/y", "a/x/z", "C"] {
        create_dir_all(root.join(name).parent().unwrap()).unwrap();
        write(root.join(name), name).unwrap();
    }
    #[cfg(unix)]
    symlink("a", root.join("link")).unwrap();
    let relative: Vec<String> = walk(root)
        .unwrap()
        .iter()
        .filter(|entry| entry.kind != FileKind::Symlink)
        .map(|entry| {
            let path = entry.path.strip_prefix(root).unwrap();
            path.to_str().unwrap().replace('\\', "/")
        })
        .collect();
    assert_eq!(relative, ["C", "a", "a/x", "a/x/z", "a/y", "b"]);
    #[cfg(unix)]
    assert!(
        walk(root)
            .unwrap()
            .iter()
            .any(|entry| entry.kind == FileKind::Symlink)
    );
}

#[test]
fn existence_sees_dangling_links() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("entry");
    assert!(!exists(&path).unwrap());
    assert!(!remove_file_if_exists(&path).unwrap());
    #[cfg(unix)]
    symlink("nowhere", &path).unwrap();
    #[cfg(windows)]
    write(&path, "").unwrap();
    assert!(exists(&path).unwrap());
    assert!(remove_file_if_exists(&path).unwrap());
}

#[cfg(unix)]
#[test]
fn executable_follows_the_right_to_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script");
    write(&path, "").unwrap();
    set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    assert!(!is_executable(&path, &metadata(&path).unwrap()));
    set_executable(&path).unwrap();
    let found = metadata(&path).unwrap();
    assert_eq!(found.permissions().mode() & 0o777, 0o750);
    assert!(is_executable(&path, &found));
}

#[test]
fn the_start_of_a_file_is_read_until_it_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long");
    let contents: Vec<u8> = (0..100_000_u32)
        .map(|number| (number % 251) as u8)
        .collect();
    write(&path, &contents).unwrap();
    for wanted in [0, 1, 10_000, 99_999, 200_000] {
        let start = read_start(&path, |start| start.len() >= wanted).unwrap();
        assert!(contents.starts_with(&start) && start.len() >= wanted.min(contents.len()));
        assert!(start.len() < wanted + 10_000);
    }
    assert!(read_start(folder.path().join("missing"), |_| true).is_err());
}
