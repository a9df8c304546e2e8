//! What our own backend reads of a project.

use tilsit_build_backend::CompilerConfig;
use tilsit_build_backend::extension::header_list;
use tilsit_build_backend::project_version::version_by_pattern;
use tilsit_build_backend::static_version::stated_version;
use tilsit_build_backend::vcs_version::options::{self, VcsOptions, VersionScheme};
use tilsit_build_backend::vcs_version::scheme::{self, Moment, State};
use tilsit_build_backend::vcs_version::{archive, template};
use tilsit_packaging::version::Version;

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

/// What archives and `git describe` say of a commit: a state, and with it a version or a reason.
pub fn vcs_archive(data: &[u8]) {
    const SCHEMES: [VersionScheme; 7] = [
        VersionScheme::GuessNextDev,
        VersionScheme::PostRelease,
        VersionScheme::SimplifiedSemver,
        VersionScheme::ReleaseBranchSemver,
        VersionScheme::NoGuessDev,
        VersionScheme::OnlyVersion,
        VersionScheme::CalverByDate,
    ];
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    let options = VcsOptions {
        version_scheme: SCHEMES[usize::from(*first) % SCHEMES.len()],
        ..VcsOptions::default()
    };
    let of_git = archive::git_archive(text, &options).ok().flatten();
    assert!(of_git.as_ref().is_none_or(|state| !state.is_dirty));
    let of_mercurial = archive::mercurial_archive(text, &options).ok();
    let described = archive::described(text, &options).ok();
    for state in [of_git, of_mercurial, described].into_iter().flatten() {
        let now = Moment::at(1_700_000_000);
        if let Ok(version) = scheme::version(&state, &options, now) {
            assert_eq!(version.to_string().parse(), Ok(version.clone()));
            if state.is_exact() {
                assert_eq!(version.without_local(), state.tag.without_local());
            }
        }
        let told = template::text("told.py", None, &state.tag, Some(&state));
        let told = told.expect("the usual template asks for nothing odd");
        assert!(told.contains(&format!("= '{}'\n", state.tag)));
    }
}

/// The options for a version, as a table; and the template in them.
pub fn vcs_options(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(table) = text.parse::<toml::Table>() else {
        return;
    };
    let Ok(options) = options::read(&table) else {
        return;
    };
    let groups = options.tag_regex.captures_len();
    assert!(groups >= 2, "a group finds the version");
    let state = State::at_tag(Version::from_release(&[1, 2]));
    // A template of no braces is the text.
    let template = options.version_file_template.as_deref();
    let plain = template.filter(|template| !template.contains(['{', '}']));
    if let Some(plain) = plain {
        let told = template::text("told", Some(plain), &state.tag, None);
        assert_eq!(told.as_deref(), Ok(plain));
    }
    let told = template::text("told.txt", template, &state.tag, Some(&state));
    drop(told);
    let version = scheme::version(&state, &options, Moment::at(0));
    assert_eq!(version.as_ref(), Ok(&state.tag));
}

/// A pattern, and after an empty line the text that it looks in.
pub fn version_pattern(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (pattern, text) = text.split_once("\n\n").unwrap_or(("", text));
    for pattern in [None, Some(pattern)] {
        if let Ok(version) = version_by_pattern(pattern, text) {
            assert!(text.contains(version));
        }
    }
}

/// What a Python says of how it was compiled, whose parts stand in file names; and the rule of `make`
/// by which a compiler tells what it read.
pub fn compiler_answers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(config) = CompilerConfig::parse(text) {
        let suffix = config.extension_suffix.unwrap_or_default();
        assert!(!config.platform.contains(['/', '\\']) && !suffix.contains(['/', '\\']));
    }
    if let Ok(files) = header_list::parse(text) {
        assert!(
            files
                .iter()
                .all(|file| !file.is_empty() && !file.contains('\n'))
        );
    }
}
