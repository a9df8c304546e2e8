//! Tests of this module's parent, `login_file`.

use super::*;
use crate::credentials::Credential;
use crate::logins::Login;

fn login(host: &str) -> Login {
    let url = format!("https://{host}.example/simple/").parse().unwrap();
    Login::new(&url, Credential::new("__token__", "tlst-x")).unwrap()
}

#[test]
fn what_is_not_there_holds_nothing_and_is_made_when_something_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = LoginFile::at(folder.path().join("new/credentials.toml"));
    let kept = file.read().unwrap();
    assert!(kept.logins.is_empty() && !kept.is_exposed);
    file.change(|logins| drop(logins.put(login("a")))).unwrap();
    file.change(|logins| drop(logins.put(login("b")))).unwrap();
    let kept = file.read().unwrap();
    assert_eq!(kept.logins.iter().count(), 2);
    let taken = file.change(|logins| logins.take(login("a").place()));
    assert!(taken.unwrap().is_some());
    assert_eq!(file.read().unwrap().logins.iter().count(), 1);
}

#[test]
fn a_file_that_cannot_be_understood_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials.toml");
    let text = "[[login]]\npassword = \"geheim\"\n";
    std::fs::write(&path, text).unwrap();
    let file = LoginFile::at(&path);
    let error = file.change(|logins| drop(logins.put(login("a"))));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("credentials.toml` cannot be read: line 1"));
    assert!(!error.contains("geheim"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let large = std::fs::File::create(&path).unwrap();
    large.set_len(SIZE_MAX_BYTES + 1).unwrap();
    let error = file.read().unwrap_err().to_string();
    assert!(error.contains("4194305 bytes"), "{error}");
}

#[test]
fn changes_at_the_same_time_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = LoginFile::at(folder.path().join("credentials.toml"));
    let changes = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let file = &file;
                scope.spawn(move || {
                    let login = login(&format!("host{number}"));
                    file.change(|logins| drop(logins.put(login))).unwrap();
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .count()
    });
    assert_eq!(changes, 8);
    assert_eq!(file.read().unwrap().logins.iter().count(), 8);
}

#[cfg(unix)]
#[test]
fn the_file_is_its_users_alone_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("kept"), folder.path().join("link"));
    std::fs::write(&target, "").unwrap();
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&target, &link).unwrap();
    let file = LoginFile::at(&link);
    assert!(file.read().unwrap().is_exposed);
    file.change(|logins| drop(logins.put(login("a")))).unwrap();
    assert!(!file.read().unwrap().is_exposed);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    let mode = std::fs::metadata(&target).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
