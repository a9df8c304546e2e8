//! What builds are told and what they print: URLs of repositories, the output of failed builds.

use tilsit_build_frontend::cibuildwheel::Cibuildwheel;
use tilsit_build_frontend::{Advice, GitSource, VcsSource, cache_keys, diagnosis};

/// A `git+…` URL: no credentials are shown, no option and no folder outside gets through.
pub fn git_url(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(Some(vcs)) = VcsSource::parse(text) {
        let revision = vcs.revision.as_deref();
        assert!(revision.is_none_or(|revision| !revision.starts_with('-')));
        assert!(vcs.repository.contains(':') && !vcs.repository.starts_with('-'));
        let _ = vcs.public_url();
    }
    let Ok(Some(git)) = GitSource::parse(text) else {
        return;
    };
    assert!(text.contains(&git.repository));
    assert!(git.repository.contains(':'));
    if let Some(revision) = &git.revision {
        assert!(!revision.is_empty() && !revision.starts_with('-'));
    }
    if let Some(subdirectory) = &git.subdirectory {
        assert!(!subdirectory.split('/').any(|step| step == ".."));
    }
    let _ = git.public_url();
}

/// `cache-keys` of a pyproject.toml: whatever it holds, there is an answer, and twice the same.
pub fn cache_keys(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert_eq!(cache_keys::cache_keys(&text), cache_keys::cache_keys(&text));
}

/// The output of a build: a few pieces of advice, each once.
pub fn build_output(data: &[u8]) {
    let advice = diagnosis::advice(&String::from_utf8_lossy(data));
    assert!(advice.len() <= 4);
    for (number, one) in advice.iter().enumerate() {
        assert!(!advice[..number].contains(one));
        let Advice::Words(words) = one else { continue };
        assert!(!words.is_empty());
    }
}

/// The table of cibuildwheel, and the same text as the value of a variable: whatever they hold, there is
/// an answer.
pub fn cibuildwheel_table(data: &[u8]) {
    const IDENTIFIER: &str = "cp312-manylinux_x86_64";
    let text = String::from_utf8_lossy(data);
    for (table, value) in [(&*text, None), ("", Some(&*text))] {
        let variable = |_: &str| value.map(str::to_owned);
        let Ok(Some(read)) = Cibuildwheel::read(table, "linux", &variable) else {
            continue;
        };
        let _ = read.wants(IDENTIFIER);
        if let Ok(options) = read.of(IDENTIFIER) {
            assert!(
                options
                    .test_command
                    .is_none_or(|command| !command.trim().is_empty())
            );
        }
    }
}
