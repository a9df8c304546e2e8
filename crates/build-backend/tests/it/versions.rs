//! Versions of version control: states of repositories under the options and schemes, held against
//! what setuptools-scm says of the same (`versions.txt`, recorded; in the ring `ci` asked anew).
//!
//! What only this backend does (variables, sdists, files that tell the version) is in `vcs.rs`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tilsit_build_backend::{BuildOptions, SourceProject};

/// What setuptools-scm says, one `state | options | version` a line.
const RECORDED: &str = include_str!("versions.txt");

/// The time of the build: 2023-11-14, after all commits.
pub(crate) const NOW: u64 = 1_700_000_000;

/// The time of the first commit, 2023-07-22; each one is a day after the one before.
const FIRST_COMMIT: u64 = 1_690_000_000;

/// The states of a repository, as steps from an empty folder.
const STATES: [(&str, &[&str]); 34] = [
    ("no repository", &[]),
    ("nothing committed", &["init"]),
    ("no tag", &["init", "commit", "commit"]),
    ("no tag, changed", &["init", "commit", "change"]),
    ("tag", &["init", "commit", "tag v1.2.3"]),
    ("tag, changed", &["init", "commit", "tag 1.2", "change"]),
    ("tag, new file", &["init", "commit", "tag 1.2", "new"]),
    (
        "after tag",
        &["init", "commit", "tag 1.2", "commit", "commit"],
    ),
    (
        "after tag, changed",
        &["init", "commit", "tag 1.2.3", "commit", "change"],
    ),
    (
        "after pre-release",
        &["init", "commit", "tag 1.0rc1", "commit"],
    ),
    (
        "after post-release",
        &["init", "commit", "tag 1.0.post1", "commit"],
    ),
    ("after dev0", &["init", "commit", "tag 2.0.dev0", "commit"]),
    ("after dev3", &["init", "commit", "tag 2.0.dev3", "commit"]),
    ("after epoch", &["init", "commit", "tag 1!2.0", "commit"]),
    (
        "tag with local part",
        &["init", "commit", "tag 1.0+build.7"],
    ),
    (
        "after local part",
        &["init", "commit", "tag 1.0+build.7", "commit"],
    ),
    (
        "tag with words",
        &["init", "commit", "tag my-tool-2.5", "commit"],
    ),
    (
        "tag without a number",
        &["init", "commit", "tag latest", "commit"],
    ),
    (
        "tag that is no version",
        &["init", "commit", "tag 2024-meeting", "commit"],
    ),
    ("date", &["init", "commit", "tag 23.7.22"]),
    ("after date", &["init", "commit", "tag 23.7.22", "commit"]),
    (
        "after date of that day",
        &["init", "commit", "tag 23.7.23.1", "commit"],
    ),
    (
        "after date with century",
        &["init", "commit", "tag 2023.07.23", "commit"],
    ),
    ("after one number", &["init", "commit", "tag 7", "commit"]),
    (
        "feature branch",
        &["init", "commit", "tag 1.2.3", "branch feature/x", "commit"],
    ),
    (
        "release branch",
        &[
            "init",
            "commit",
            "tag 1.2.3",
            "branch release/1.2",
            "commit",
        ],
    ),
    (
        "other release branch",
        &[
            "init",
            "commit",
            "tag 1.2.3",
            "branch release/v1.3",
            "commit",
        ],
    ),
    (
        "branch of a day",
        &[
            "init",
            "commit",
            "tag 23.1.1",
            "branch release-23.8.1",
            "commit",
        ],
    ),
    (
        "no branch",
        &["init", "commit", "tag 1.2.3", "commit", "detach"],
    ),
    (
        "two tags",
        &["init", "commit", "tag 1.0", "commit", "tag 1.1a1", "commit"],
    ),
    (
        "prefixed tags",
        &[
            "init",
            "commit",
            "tag tool-v3.1",
            "commit",
            "tag other-v9",
            "commit",
        ],
    ),
    (
        "archive of a tag",
        &[
            "archive node: 0123456789abcdef0123456789abcdef01234567\\ndescribe-name: v1.4\\nref-names: HEAD -> main, tag: v1.4",
        ],
    ),
    (
        "archive after a tag",
        &[
            "archive node: 0123456789abcdef0123456789abcdef01234567\\ndescribe-name: v1.4-5-g0123456\\nref-names: HEAD -> main",
        ],
    ),
    (
        "archive by its names",
        &[
            "archive node: 0123456789abcdef0123456789abcdef01234567\\ndescribe-name: \\nref-names: HEAD -> main, tag: odd, tag: v1.4",
        ],
    ),
];

/// States of which only the options that are usual are asked.
const MORE_STATES: [(&str, &[&str]); 5] = [
    (
        "archive without tags",
        &["archive node: 0123456789abcdef0123456789abcdef01234567\\nref-names: HEAD -> main"],
    ),
    (
        "archive that git did not fill",
        &[
            "archive node: $Format:%H$\\ndescribe-name: $Format:%(describe:tags=true)$\\nref-names: $Format:%D$",
        ],
    ),
    (
        "archive of Mercurial",
        &[
            "hg-archive repo: 0\\nnode: 0123456789abcdef0123456789abcdef01234567\\nbranch: default\\nlatesttag: 1.1\\nlatesttagdistance: 3",
        ],
    ),
    (
        "archive of a tag of Mercurial",
        &["hg-archive node: 01234567\\ntag: 1.1"],
    ),
    (
        "archive of Mercurial without tags",
        &["hg-archive node: 0123456789abcdef0123456789abcdef01234567\\nbranch: default"],
    ),
];

/// Options, as JSON for the one and TOML for the other (the same text without its braces).
const OPTIONS: [&str; 20] = [
    "",
    "version_scheme = 'post-release'",
    "version_scheme = 'python-simplified-semver'",
    "version_scheme = 'release-branch-semver'",
    "version_scheme = 'no-guess-dev'",
    "version_scheme = 'only-version'",
    "version_scheme = 'calver-by-date'",
    "local_scheme = 'node-and-timestamp'",
    "local_scheme = 'dirty-tag'",
    "local_scheme = 'no-local-version'",
    "local_scheme = 'no-local-version-strict'",
    "local_scheme = ['fail-on-uncommitted-changes', 'node-and-date']",
    "fallback_version = '4.5'",
    "tag.prefix = 'tool-'",
    "tag.strict = true",
    "tag_regex = '^(?:my-tool-)?(?P<version>[0-9.]+)'",
    "scm.git.describe_command = 'git describe --tags --long --match 1.*'",
    "git_describe_command = ['git', 'describe', '--dirty', '--tags', '--long', '--first-parent']",
    "parentdir_prefix_version = 'demo-'",
    "version_scheme = 'semver-pep440'\nlocal_scheme = 'no-local-version'",
];

/// The folder of a state, after its steps.
pub(crate) fn repository(root: &Path, steps: &[&str]) -> PathBuf {
    let folder = root.join("demo-8.1");
    std::fs::create_dir_all(&folder).expect("it works");
    write(&folder, "demo.py", "");
    let mut commits = 0;
    for step in steps {
        let (word, rest) = step.split_once(' ').unwrap_or((step, ""));
        match word {
            "init" => git(&folder, commits, &["init", "-q", "-b", "main"]),
            "commit" => {
                commits += 1;
                write(&folder, "demo.py", &format!("number = {commits}\n"));
                git(&folder, commits, &["add", "demo.py"]);
                git(&folder, commits, &["commit", "-q", "-m", "change"]);
            }
            "tag" => git(&folder, commits, &["tag", rest]),
            "branch" => git(&folder, commits, &["checkout", "-q", "-b", rest]),
            "detach" => git(&folder, commits, &["checkout", "-q", "--detach"]),
            "change" => write(&folder, "demo.py", "changed = 1\n"),
            "new" => write(&folder, "new.py", ""),
            "archive" => write(&folder, ".git_archival.txt", &rest.replace("\\n", "\n")),
            "hg-archive" => write(&folder, ".hg_archival.txt", &rest.replace("\\n", "\n")),
            other => panic!("unknown step `{other}`"),
        }
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    std::fs::write(folder.join(path), text).expect("it works");
}

/// Git with commits that are the same each time.
pub(crate) fn git(folder: &Path, commits: u64, arguments: &[&str]) {
    let date = format!("{} +0000", FIRST_COMMIT + commits * 86_400);
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Nobody",
            "-c",
            "user.email=nobody@index.example",
        ])
        .args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("it works");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
}

/// All pairs of a state and options.
fn pairs() -> Vec<(&'static str, &'static str)> {
    let all = STATES
        .iter()
        .flat_map(|(state, _)| OPTIONS.map(|options| (*state, options)));
    let more = MORE_STATES.iter().map(|(state, _)| (*state, ""));
    // There the oracle takes the clock's day, whatever `SOURCE_DATE_EPOCH` says.
    let is_of_clock = |(state, options): &(&str, &str)| {
        *state == "nothing committed" && options.contains("calver-by-date")
    };
    all.chain(more).filter(|pair| !is_of_clock(pair)).collect()
}

/// The folders of all states.
fn folders(root: &Path) -> BTreeMap<&'static str, PathBuf> {
    let states = STATES.iter().chain(&MORE_STATES).enumerate();
    let made = states
        .map(|(index, (state, steps))| (*state, repository(&root.join(index.to_string()), steps)));
    made.collect()
}

/// What this backend says.
fn ours(folder: &Path, options: &str) -> Result<String, String> {
    let pyproject = format!(
        "[project]\nname = 'demo'\ndynamic = ['version']\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n\
         [tool.setuptools_scm]\n{options}\n"
    );
    std::fs::write(folder.join("pyproject.toml"), pyproject).expect("it works");
    let build = BuildOptions {
        now_seconds: NOW,
        variables: BTreeMap::from([(
            "PATH".into(),
            OsString::from("/usr/local/bin:/usr/bin:/bin"),
        )]),
        ..BuildOptions::default()
    };
    let project = SourceProject::open(folder, &build);
    project
        .map(|project| project.metadata().version.to_string())
        .map_err(|error| error.to_string())
}

fn line(state: &str, options: &str, version: &str) -> String {
    format!("{state} | {} | {version}", options.replace('\n', "; "))
}

#[test]
fn versions_are_those_that_were_recorded() {
    let root = tempfile::tempdir().unwrap();
    let folders = folders(root.path());
    let mut recorded = RECORDED.lines();
    let mut different = Vec::new();
    for (state, options) in pairs() {
        let found = ours(&folders[state], options);
        let version = found.clone().unwrap_or_else(|_| "error".to_owned());
        let expected = recorded.next().unwrap_or("nothing");
        if line(state, options, &version) != expected {
            different.push(format!("{expected}, not {found:?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert_eq!(recorded.next(), None);
}

#[test]
fn what_was_recorded_is_what_setuptools_scm_says() {
    let wanted = ["setuptools-scm==10.3.4", "vcs-versioning==2.6.0"];
    let environment = tilsit_testing::python_environment("setuptools-scm", &wanted);
    let Some(environment) = tilsit_testing::require("setuptools-scm", environment) else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let folders = folders(root.path());
    let mut input = String::new();
    for (state, options) in pairs() {
        let table: toml::Table = options.parse().unwrap();
        let folder = folders[state].to_str().unwrap();
        let line = serde_json::to_string(&(folder, table)).unwrap();
        input.push_str(&line);
        input.push('\n');
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/versions.py");
    let mut asked = Command::new(environment.join("bin/python"))
        .arg(script)
        .env("SOURCE_DATE_EPOCH", NOW.to_string())
        .env("SETUPTOOLS_SCM_HG_COMMAND", "no-such-program")
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = asked.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = asked.wait_with_output().unwrap();
    writer.join().unwrap();
    let versions = String::from_utf8(output.stdout).unwrap();
    let lines = pairs().into_iter().zip(versions.lines());
    let lines: Vec<String> = lines
        .map(|((state, options), version)| line(state, options, version))
        .collect();
    let text = lines.join("\n") + "\n";
    if text != RECORDED {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("versions.txt");
        std::fs::write(&path, text).unwrap();
        panic!("setuptools-scm says `{}`", path.display());
    }
}
