//! The lock and the tables of a project, in `tilsit-project`.

use std::path::Path;

use tilsit_packaging::pylock::is_pylock_file_name;
use tilsit_project::Lock;
use tilsit_project::bundle::Manifest;
use tilsit_project::lock::fingerprint_of;
use tilsit_project::policy::IndexRule;
use tilsit_project::script;
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
    let settings = ProjectSettings::parse(&text).map_err(|error| error.to_string());
    if let Ok(settings) = settings {
        let policy = &settings.policy;
        assert!(policy.is_empty() || text.contains("policy"));
        let exactness = |rule: &IndexRule| rule.names.exactness();
        assert!(
            policy
                .indexes
                .is_sorted_by(|one, next| exactness(one) >= exactness(next))
        );
        for name in settings.locks.keys() {
            assert!(is_pylock_file_name(&format!("pylock.{name}.toml")));
        }
    }
    let Ok(tasks) = Tasks::parse(&text) else {
        return;
    };
    for (name, _) in tasks.iter() {
        if let Ok(Some(steps)) = tasks.steps(name, &[]) {
            assert!(steps.iter().all(|step| !step.words.is_empty()));
        }
    }
}

/// A script that is locked: it becomes a project that is never installed, with a lock beside it.
pub fn project_script(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // The first line is the name of the file.
    let (file, text) = text.split_once('\n').unwrap_or(("a.py", &text));
    let Ok(workspace) = script::workspace(&Path::new("/work").join(file), text) else {
        return;
    };
    assert!(is_pylock_file_name(&workspace.lock_file()));
    let mut members = workspace.members.values();
    let member = members.next().expect("a script is one project");
    assert!(members.next().is_none() && !member.is_package);
    let needed = &member.project.dependencies;
    assert!(needed.iter().all(|one| one.name != member.name));
}

/// The list of a bundle: what is written of it is read as the same, and no name leaves a folder.
pub fn bundle_manifest(data: &[u8]) {
    let Ok(manifest) = Manifest::parse(data) else {
        return;
    };
    let names = manifest.files.iter().map(|wheel| &wheel.file);
    for name in names.chain([&manifest.lock]) {
        assert!(!name.contains(['/', '\\', '\0']));
        assert!(!name.starts_with('.'), "{name}");
    }
    let written = manifest.to_json();
    assert_eq!(Manifest::parse(written.as_bytes()).as_ref(), Ok(&manifest));
}
