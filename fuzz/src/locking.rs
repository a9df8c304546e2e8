//! The lock and the tables of a project, in `tilsit-project`.

use std::path::Path;

use tilsit_project::Lock;
use tilsit_project::lock::fingerprint_of;
use tilsit_project::settings::ProjectSettings;
use tilsit_project::tasks::Tasks;

/// A lock with our table: what is written of it is read as the same, and its fingerprint is found
/// without reading the rest.
pub fn project_lock(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(lock) = Lock::parse(&text, Path::new("pylock.toml")) else {
        return;
    };
    let written = lock.to_toml();
    let again = Lock::parse(&written, Path::new("pylock.toml")).expect("what was written is read");
    assert_eq!(again.to_toml(), written);
    if let Some(own) = &lock.own {
        assert!(!again.is_edited);
        if !own.fingerprint.contains(['"', '\\', '\''])
            && !own.fingerprint.contains(char::is_control)
        {
            assert_eq!(fingerprint_of(&written), Some(own.fingerprint.as_str()));
        }
    }
}

/// The tables of a pyproject.toml about sources, groups and tasks: every task has an end.
pub fn project_settings(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // What is refused is refused in words.
    let _ = ProjectSettings::parse(&text).map_err(|error| error.to_string());
    let Ok(tasks) = Tasks::parse(&text) else {
        return;
    };
    for (name, _) in tasks.iter() {
        if let Ok(Some(steps)) = tasks.steps(name, &[]) {
            assert!(steps.iter().all(|step| !step.words.is_empty()));
        }
    }
}
