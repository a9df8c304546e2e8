//! What goes with versions of version control: variables, sdists, archives, the file that tells the
//! version, the tables of other tools, and what is refused.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use tilsit_build_backend::{
    BuildError, BuildOptions, SourceProject, build_sdist, build_wheel, build_wheel_from_sdist,
};

use crate::versions::{NOW, git, repository};

const HEAD: &str = "[project]\nname = 'demo'\ndynamic = ['version']\n\
     [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n";

/// With a file that tells the version.
const WITH_FILE: &str = "[tool.tilsit.build]\nmodules = ['demo', 'told']\n\
     [tool.tilsit.build.version]\nversion-file = 'told.py'\n";

fn options(variables: &[(&str, &str)]) -> BuildOptions {
    let mut all: BTreeMap<OsString, OsString> = BTreeMap::new();
    all.insert("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into());
    all.extend(
        variables
            .iter()
            .map(|(name, value)| (name.into(), value.into())),
    );
    BuildOptions {
        now_seconds: NOW,
        variables: all,
        ..BuildOptions::default()
    }
}

fn version(folder: &Path, pyproject: &str, variables: &[(&str, &str)]) -> Result<String, String> {
    std::fs::write(folder.join("pyproject.toml"), pyproject).expect("it works");
    opened(folder, variables).map_err(|error| {
        let text = error.to_string();
        text.replace(folder.to_str().expect("it works"), "DEMO")
    })
}

fn opened(folder: &Path, variables: &[(&str, &str)]) -> Result<String, BuildError> {
    let project = SourceProject::open(folder, &options(variables))?;
    Ok(project.metadata().version.to_string())
}

#[test]
fn variables_override_and_those_that_are_not_followed_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let folder = repository(root.path(), &["init", "commit", "tag 1.0"]);
    let pyproject = format!("{HEAD}[tool.tilsit.build.version]\ngit = true\n");
    let version = |variables: &[(&str, &str)]| version(&folder, &pyproject, variables);
    assert_eq!(version(&[]).as_deref(), Ok("1.0"));
    let plain = ("SETUPTOOLS_SCM_PRETEND_VERSION", "2.0");
    assert_eq!(version(&[plain]).as_deref(), Ok("2.0"));
    let named = ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_DEMO", "3.0-rc1");
    assert_eq!(version(&[plain, named]).as_deref(), Ok("3.0rc1"));
    let other = ("VCS_VERSIONING_PRETEND_VERSION", "4");
    assert_eq!(version(&[other]).as_deref(), Ok("4"));
    let faulty = version(&[("SETUPTOOLS_SCM_PRETEND_VERSION", "next")]).unwrap_err();
    assert!(
        faulty.contains("the variable `SETUPTOOLS_SCM_PRETEND_VERSION`: "),
        "{faulty}"
    );
    let overrides = version(&[("SETUPTOOLS_SCM_OVERRIDES_FOR_DEMO", "{}")]).unwrap_err();
    let expected =
        "the variable `SETUPTOOLS_SCM_OVERRIDES_FOR_DEMO` is set, and is not followed here";
    assert!(overrides.ends_with(expected), "{overrides}");
}

#[test]
fn what_would_lead_git_elsewhere_does_not() {
    let root = tempfile::tempdir().unwrap();
    let folder = repository(root.path(), &["init", "commit", "tag 1.0"]);
    let other = repository(&root.path().join("other"), &["init", "commit", "tag 9.0"]);
    let pyproject = format!("{HEAD}[tool.tilsit.build.version]\n");
    let elsewhere = other.join(".git");
    let variables = [
        ("GIT_DIR", elsewhere.to_str().unwrap()),
        ("GIT_WORK_TREE", "/"),
    ];
    assert_eq!(
        version(&folder, &pyproject, &variables).as_deref(),
        Ok("1.0")
    );
}

#[test]
fn the_repository_may_be_around() {
    let root = tempfile::tempdir().unwrap();
    let top = repository(root.path(), &["init", "commit", "tag 1.0"]);
    let folder = top.join("packages/demo");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("demo.py"), "").unwrap();
    let with = |options: &str| {
        version(
            &folder,
            &format!("{HEAD}[tool.tilsit.build.version]\n{options}\n"),
            &[],
        )
    };
    let none = with("git = true").unwrap_err();
    assert!(
        none.contains("`tool.tilsit.build.version`: tells no version"),
        "{none}"
    );
    assert_eq!(with("root = '../..'").as_deref(), Ok("1.0"));
    assert_eq!(
        with("search-parent-directories = true").as_deref(),
        Ok("1.0")
    );
    assert_eq!(
        with("search_parent_directories = true").as_deref(),
        Ok("1.0")
    );
    assert_eq!(with("fallback-version = '0.1'").as_deref(), Ok("0.1"));
    // An sdist in the work tree of another project is not of that one.
    std::fs::write(
        folder.join("PKG-INFO"),
        "Metadata-Version: 2.4\nName: Demo\nVersion: 7\n",
    )
    .unwrap();
    assert_eq!(with("search-parent-directories = true").as_deref(), Ok("7"));
    std::fs::write(
        folder.join("PKG-INFO"),
        "Metadata-Version: 2.4\nName: other\nVersion: 7\n",
    )
    .unwrap();
    assert_eq!(
        with("search-parent-directories = true").as_deref(),
        Ok("1.0")
    );
}

#[test]
fn the_tables_of_other_tools_are_read() {
    let root = tempfile::tempdir().unwrap();
    let folder = repository(root.path(), &["init", "commit", "tag v1.0", "commit"]);
    std::fs::write(folder.join("about.txt"), "release = 5.1\n").unwrap();
    for (table, expected) in [
        (
            "[tool.setuptools_scm]\nlocal_scheme = 'no-local-version'",
            "1.1.dev1",
        ),
        (
            "[tool.setuptools-scm]\nversion-scheme = 'only-version'\nlocal-scheme = 'dirty-tag'",
            "1.0",
        ),
        (
            "[tool.hatch.version]\nsource = 'vcs'\nraw-options.local_scheme = 'no-local-version'",
            "1.1.dev1",
        ),
        (
            "[tool.hatch.version]\npath = 'about.txt'\npattern = 'release = (?P<version>.+)'",
            "5.1",
        ),
    ] {
        let found = version(&folder, &format!("{HEAD}{table}\n"), &[]);
        assert_eq!(found.as_deref(), Ok(expected), "{table}");
    }
    // Of hatchling itself only where its plugin asks the same, and nothing else is said.
    let hatchling = |requires: &str, more: &str| {
        let pyproject = format!(
            "[project]\nname = 'demo'\ndynamic = ['version']\n\
             [build-system]\nrequires = [{requires}]\nbuild-backend = 'hatchling.build'\n\
             [tool.hatch.version]\nsource = 'vcs'\nraw-options = {{ local_scheme = 'dirty-tag' }}\n{more}"
        );
        version(&folder, &pyproject, &[])
    };
    let both = "'hatchling', 'hatch-vcs>=0.4'";
    assert_eq!(hatchling(both, "").as_deref(), Ok("1.1.dev1"));
    for (requires, more) in [
        ("'hatchling'", ""),
        ("'hatchling', 'hatch-vcs', 'setuptools-scm<8'", ""),
        (
            both,
            "[tool.hatch.build.hooks.vcs]\nversion-file = 'told.py'\n",
        ),
    ] {
        let error = hatchling(requires, more).unwrap_err();
        assert!(
            error.contains("has settings of `hatchling.build`"),
            "{error}"
        );
    }
}

/// Tables that are refused, and a part of why.
const REFUSED: [(&str, &str); 18] = [
    (
        "[tool.tilsit.build.version]\ncolour = 1",
        "unknown field `colour`",
    ),
    (
        "[tool.tilsit.build.version]\ngit = false",
        "`git = false` leaves nothing",
    ),
    (
        "[tool.tilsit.build.version]\nversion-scheme = 'calver'",
        "`version-scheme` is `calver`; known are guess-next-dev,",
    ),
    (
        "[tool.tilsit.build.version]\nlocal-scheme = 'calver'",
        "`local-scheme` is `calver`; known are node-and-date,",
    ),
    (
        "[tool.setuptools_scm]\nparse = 'my:parse'",
        "`parse` names code, and none is run here",
    ),
    (
        "[tool.setuptools_scm]\nnormalize = false",
        "`normalize = false` is not done",
    ),
    (
        "[tool.setuptools_scm]\ntag_regex = '(?P<version>.+)(?=x)'",
        "is not one that is understood here",
    ),
    (
        "[tool.setuptools_scm]\ntag_regex = 'v.+'",
        "neither a single group nor one called `version`",
    ),
    (
        "[tool.setuptools_scm]\ngit_describe_command = 'sh -c id'",
        "`git-describe-command` is `sh -c id`, and nothing but `git describe` is run here",
    ),
    (
        "[tool.setuptools_scm]\ngit_describe_command = 'git -c x=!id describe'",
        "nothing but `git describe`",
    ),
    (
        "[tool.setuptools_scm]\nscm.git.distance_scope = true",
        "`scm.git.distance-scope` is not done",
    ),
    (
        "[tool.setuptools_scm]\nversion_file = '../told.py'",
        "`version-file`: the path `../told.py`",
    ),
    (
        "[tool.setuptools_scm]\nversion_file = 'told.c'",
        "`told.c` is neither `.py` nor `.txt`",
    ),
    (
        "[tool.setuptools_scm]\nversion_file = 'told.py'\nversion_file_template = '{day}'",
        "the template has `{day}`, which is not known",
    ),
    (
        "[tool.hatch.version]\nsource = 'code'\npath = 'demo.py'",
        "runs a module of the project",
    ),
    (
        "[tool.hatch.version]\nsource = 'env'",
        "any version that a variable says",
    ),
    (
        "[tool.hatch.version]\nsource = 'my'",
        "`source = \"my\"` is a plugin",
    ),
    (
        "[tool.hatch.version]\npath = 'demo.py'",
        "`demo.py` has nothing that the pattern for the version finds",
    ),
];

#[test]
fn what_is_not_done_is_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    let folder = repository(root.path(), &["init", "commit", "tag v1.0"]);
    for (table, expected) in REFUSED {
        let error = version(&folder, &format!("{HEAD}{table}\n"), &[]).unwrap_err();
        assert!(error.contains(expected), "{table}: {error}");
    }
    let stated = HEAD.replace("dynamic = ['version']", "version = '1'");
    let error = version(
        &folder,
        &format!("{stated}[tool.tilsit.build.version]\n"),
        &[],
    )
    .unwrap_err();
    assert!(
        error.contains("is there although `project.dynamic`"),
        "{error}"
    );
    // The same table of another tool may be left over.
    assert_eq!(
        version(&folder, &format!("{stated}[tool.setuptools_scm]\n"), &[]).as_deref(),
        Ok("1")
    );
}

#[test]
fn a_clone_without_its_history_is_told() {
    let root = tempfile::tempdir().unwrap();
    let origin = repository(
        root.path(),
        &["init", "commit", "tag 1.0", "commit", "commit"],
    );
    let url = format!("file://{}", origin.display());
    git(
        root.path(),
        0,
        &["clone", "-q", "--depth", "1", &url, "demo"],
    );
    let folder = root.path().join("demo");
    std::fs::write(
        folder.join("pyproject.toml"),
        format!("{HEAD}[tool.setuptools_scm]\n"),
    )
    .unwrap();
    let project = SourceProject::open(&folder, &options(&[])).unwrap();
    let problem = project
        .problems()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    assert_eq!(problem.len(), 1);
    assert!(
        problem[0].contains("is a clone without its whole history"),
        "{problem:?}"
    );
    let strict = format!("{HEAD}[tool.setuptools_scm]\nscm.git.pre_parse = 'fail_on_shallow'\n");
    let error = version(&folder, &strict, &[]).unwrap_err();
    assert!(
        error.contains("`git fetch --unshallow` gets the rest"),
        "{error}"
    );
}

/// The bytes of the wheel of a folder, and its files.
fn wheel(folder: &Path, out: &Path) -> (Vec<u8>, Vec<String>) {
    let built = build_wheel(folder, out, &options(&[])).expect("it works");
    (std::fs::read(built.path).expect("it works"), built.files)
}

#[test]
fn the_tree_its_sdist_and_its_archive_give_one_wheel() {
    let root = tempfile::tempdir().unwrap();
    let folder = repository(root.path(), &["init", "commit"]);
    let substituted = "node: $Format:%H$\ndescribe-name: $Format:%(describe:tags=true,match=*[0-9]*)$\n\
         ref-names: $Format:%D$\n";
    for (path, text) in [
        (".git_archival.txt", substituted),
        (".gitattributes", ".git_archival.txt export-subst\n"),
        (".gitignore", "told.py\n"),
        ("pyproject.toml", &format!("{HEAD}{WITH_FILE}")),
    ] {
        std::fs::write(folder.join(path), text).unwrap();
    }
    git(&folder, 2, &["add", "-A"]);
    git(&folder, 2, &["commit", "-q", "-m", "all"]);
    git(&folder, 2, &["tag", "v2.1"]);
    let (bytes, files) = wheel(&folder, &root.path().join("tree"));
    assert_eq!(files[..2], ["demo.py", "told.py"]);
    assert!(
        !folder.join("told.py").exists(),
        "the source tree stays as it is"
    );

    let sdist = build_sdist(&folder, &root.path().join("out"), &options(&[])).unwrap();
    assert!(sdist.files.contains(&"told.py".to_owned()));
    let of_sdist = build_wheel_from_sdist(
        &sdist.path,
        &root.path().join("of-sdist"),
        root.path(),
        &options(&[]),
    );
    assert!(
        std::fs::read(of_sdist.unwrap().path).unwrap() == bytes,
        "of the sdist"
    );

    git(
        &folder,
        2,
        &[
            "archive",
            "--prefix",
            "whatever/",
            "-o",
            "../archive.tar",
            "HEAD",
        ],
    );
    let unpacked = Command::new("tar")
        .args(["-xf", "archive.tar"])
        .current_dir(root.path())
        .status();
    assert!(unpacked.unwrap().success());
    let (of_archive, _) = wheel(
        &root.path().join("whatever"),
        &root.path().join("of-archive"),
    );
    assert!(of_archive == bytes, "of the archive");

    // Where modules are imported from the tree, the file has to be there.
    SourceProject::open(&folder, &options(&[]))
        .unwrap()
        .build_editable(&root.path().join("editable"), &options(&[]))
        .unwrap();
    let told = std::fs::read_to_string(folder.join("told.py")).unwrap();
    for line in [
        "__version__ = version = '2.1'",
        "__version_tuple__ = version_tuple = (2, 1)",
        "__commit_id__ = commit_id = 'g",
    ] {
        assert!(told.contains(line), "{told}");
    }
    assert_eq!(
        version(&folder, &format!("{HEAD}{WITH_FILE}"), &[]).as_deref(),
        Ok("2.1")
    );
}

#[test]
fn templates_say_what_they_are_asked() {
    let root = tempfile::tempdir().unwrap();
    let folder = repository(
        root.path(),
        &["init", "commit", "tag v1.0rc1", "commit", "change"],
    );
    let table = "version-file = 'told.txt'\nversion-file-template = \"\"\"\n\
         {version} {version!r} {version_tuple} {{}}\n\
         {scm_version.short_node} {scm_version.distance} {scm_version.dirty} {scm_version.tag}\"\"\"\n";
    std::fs::write(
        folder.join("pyproject.toml"),
        format!("{HEAD}[tool.tilsit.build.version]\n{table}"),
    )
    .unwrap();
    SourceProject::open(&folder, &options(&[]))
        .unwrap()
        .build_editable(&root.path().join("out"), &options(&[]))
        .unwrap();
    let told = std::fs::read_to_string(folder.join("told.txt")).unwrap();
    insta::assert_snapshot!(told, @r"
    1.0rc2.dev1+g93b99e3d5.d20231114 '1.0rc2.dev1+g93b99e3d5.d20231114' (1, 0, 'rc2', 'dev1', 'g93b99e3d5.d20231114') {}
    g93b99e3d5 1 True 1.0rc1
    ");
}
