//! Which layer wins, and what is said about bad files.

use std::path::Path;

use tempfile::TempDir;

use super::{Configuration, Settings, Sources};
use crate::context::Variables;

fn load(
    folder: &Path,
    variables: &[(&str, &str)],
) -> Result<Configuration, crate::error::CommandError> {
    Configuration::load(&Sources {
        variables: &Variables::from_pairs(variables),
        working_folder: folder,
        home: None,
        user_file: Some(folder.join("user.toml")),
        user_file_must_exist: false,
        no_files: false,
    })
}

#[test]
fn the_stronger_layer_wins() {
    let folder = TempDir::new().unwrap();
    let url = |configuration: &Configuration| {
        configuration
            .first(|settings| settings.index_url.clone())
            .unwrap_or_default()
    };
    std::fs::write(
        folder.path().join("user.toml"),
        "index-url = 'user'\ntimeout = 9",
    )
    .unwrap();
    assert_eq!(url(&load(folder.path(), &[]).unwrap()), "user");
    std::fs::write(
        folder.path().join("pyproject.toml"),
        "[tool.tilsit]\nindex-url = 'project'",
    )
    .unwrap();
    assert_eq!(url(&load(folder.path(), &[]).unwrap()), "project");
    let configuration = load(folder.path(), &[("TILSIT_INDEX_URL", "variable")]).unwrap();
    assert_eq!(url(&configuration), "variable");
    let configuration = configuration.with_options(Settings {
        index_url: Some("option".to_owned()),
        ..Settings::default()
    });
    assert_eq!(url(&configuration), "option");
    assert_eq!(configuration.first(|settings| settings.timeout), Some(9));
}

#[test]
fn lists_are_joined_and_paths_start_from_their_file() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("pyproject.toml"),
        "[tool.tilsit]\nfind-links = ['wheels', 'https://index.example/links']",
    )
    .unwrap();
    let below = folder.path().join("below");
    std::fs::create_dir(&below).unwrap();
    let configuration = load(
        &below,
        &[("TILSIT_FIND_LINKS", "/w https://index.example/links")],
    )
    .unwrap();
    let found = configuration.all(|settings| settings.find_links.as_ref());
    let own = folder.path().join("wheels").to_string_lossy().into_owned();
    assert_eq!(
        found,
        [
            "/w".to_owned(),
            "https://index.example/links".to_owned(),
            own
        ]
    );
}

#[test]
fn what_is_not_understood_is_said() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("user.toml");
    std::fs::write(&file, "colour = 'red'").unwrap();
    let configuration = load(folder.path(), &[]).unwrap();
    let warning = format!("`{}` has an unknown setting `colour`", file.display());
    assert_eq!(configuration.warnings(), [warning]);

    for (variable, value) in [("TILSIT_TIMEOUT", "soon"), ("TILSIT_OFFLINE", "maybe")] {
        let error = load(folder.path(), &[(variable, value)]).unwrap_err();
        assert_eq!(error.code.id(), "TL0010");
        assert!(error.message.contains(variable), "{}", error.message);
    }
    std::fs::write(&file, "timeout = 'soon'").unwrap();
    let error = load(folder.path(), &[]).unwrap_err();
    assert_eq!(error.code.id(), "TL0010");
    assert!(error.causes[0].contains("line 1"), "{:?}", error.causes);
}

#[test]
fn without_files_only_variables_count() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("user.toml"), "offline = true").unwrap();
    let configuration = Configuration::load(&Sources {
        variables: &Variables::from_pairs(&[("TILSIT_RETRIES", "7")]),
        working_folder: folder.path(),
        home: None,
        user_file: Some(folder.path().join("user.toml")),
        user_file_must_exist: false,
        no_files: true,
    })
    .unwrap();
    assert_eq!(configuration.first(|settings| settings.offline), None);
    assert_eq!(configuration.first(|settings| settings.retries), Some(7));
}

#[test]
fn pip_is_asked_last() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("pip.conf");
    std::fs::write(
        &file,
        "[global]\nindex-url = of-pip\nretries = 4\ntimeout = soon\n",
    )
    .unwrap();
    let file = file.to_string_lossy();
    let named = ("PIP_CONFIG_FILE", &*file);
    let configuration = load(folder.path(), &[named, ("PIP_RETRIES", "5")]).unwrap();
    let url =
        |configuration: &Configuration| configuration.first(|settings| settings.index_url.clone());
    assert_eq!(url(&configuration).as_deref(), Some("of-pip"));
    assert_eq!(configuration.first(|settings| settings.retries), Some(5));
    assert_eq!(configuration.warnings().len(), 1);
    let ours = ("TILSIT_INDEX_URL", "ours");
    let configuration = load(folder.path(), &[named, ours]).unwrap();
    assert_eq!(url(&configuration).as_deref(), Some("ours"));
}

#[test]
fn uv_is_asked_where_ours_is_silent() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("pyproject.toml"),
        "[tool.tilsit]\nresolution = 'lowest'\n[tool.uv]\nresolution = 'highest'\n\
         exclude-newer = '2026-01-01'\nfind-links = ['wheels']\nmanaged = true\n\
         [tool.uv.sources]\na = { index = 'one' }\nb = { path = '.' }\n\
         c = [{ index = 'one', marker = 'os_name == \"nt\"' }]",
    )
    .unwrap();
    std::fs::write(folder.path().join("user.toml"), "exclude-newer = 'never'").unwrap();
    let configuration = load(folder.path(), &[]).unwrap();
    let first = |setting: fn(&Settings) -> Option<String>| configuration.first(setting);
    assert_eq!(
        first(|all| all.resolution.clone()).as_deref(),
        Some("lowest")
    );
    assert_eq!(
        first(|all| all.exclude_newer.clone()).as_deref(),
        Some("2026-01-01")
    );
    let links = configuration.all(|settings| settings.find_links.as_ref());
    assert_eq!(links, [folder.path().join("wheels").to_string_lossy()]);
    let sources = configuration.merged(|settings| settings.sources.as_ref());
    assert_eq!(sources.keys().collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(
        sources["c"].0[0].marker.as_deref(),
        Some("os_name == \"nt\"")
    );
    assert_eq!(configuration.not_followed(), []);
}

#[test]
fn what_uv_is_told_about_building_and_installing_is_read_where_ours_is_silent() {
    let folder = TempDir::new().unwrap();
    let table = |text: &str| {
        std::fs::write(folder.path().join("pyproject.toml"), text).unwrap();
        load(folder.path(), &[]).unwrap()
    };
    let configuration = table(
        "[tool.tilsit]\nno-build-package = ['ours']\n[tool.tilsit.config-settings]\na = 'ours'\n\
         [tool.uv]\nno-build = true\nno-build-package = ['theirs']\nno-binary = true\n\
         no-binary-package = ['b']\nno-build-isolation = true\nno-build-isolation-package = ['c']\n\
         exclude-dependencies = ['d']\nbuild-constraint-dependencies = ['e<2']\n\
         allow-insecure-host = ['f.example']\ncompile-bytecode = true\noffline = true\n\
         link-mode = 'copy'\nkeyring-provider = 'subprocess'\n\
         config-settings = { a = 'theirs', b = ['1', '2'] }\n\
         exclude-newer-package = { g = '2026-01-01', h = false }\n\
         prerelease-package = { i = 'allow' }\nmanaged = true\ncache-dir = 'x'\n\
         required-version = '>=0.1'\n\
         [[tool.uv.index]]\nname = 'here'\nurl = 'pages'\n",
    );
    let words = |list: fn(&Settings) -> Option<&Vec<String>>| configuration.all(list).join(" ");
    assert_eq!(words(|all| all.no_build_package.as_ref()), "ours");
    assert_eq!(words(|all| all.no_binary.as_ref()), ":all: b");
    assert_eq!(words(|all| all.no_build_isolation_package.as_ref()), "c");
    assert_eq!(words(|all| all.exclude_dependencies.as_ref()), "d");
    assert_eq!(
        words(|all| all.build_constraint_dependencies.as_ref()),
        "e<2"
    );
    assert_eq!(words(|all| all.trusted_host.as_ref()), "f.example");
    let is = |flag: fn(&Settings) -> Option<bool>| configuration.first(flag);
    assert_eq!(is(|all| all.no_build), Some(true));
    assert_eq!(is(|all| all.no_build_isolation), Some(true));
    assert_eq!(is(|all| all.compile_bytecode), Some(true));
    assert_eq!(is(|all| all.offline), Some(true));
    let told = configuration.merged(|all| all.told_to_backends.as_ref());
    assert_eq!(told.keys().collect::<Vec<_>>(), ["a"]);
    assert_eq!(told["a"].words(), ["ours"]);
    let limits = configuration.merged(|all| all.exclude_newer_package.as_ref());
    assert_eq!(limits["g"], "2026-01-01");
    assert_eq!(limits["h"], "false");
    let indexes = configuration.all(|all| all.index.as_ref());
    let folder_url = url::Url::from_file_path(folder.path().join("pages")).unwrap();
    assert_eq!(indexes[0].url, folder_url.as_str());
    // What is about uv itself is named by `config` alone.
    let unmet = configuration.not_followed();
    let keys: Vec<&str> = unmet.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["cache-dir", "required-version"]);
    assert!(unmet.iter().all(|one| !one.is_of_projects));
    let configuration = table(
        "[tool.uv]\nmanaged = false\nfork-strategy = 'fewest'\nlink-mode = 'symlink'\n\
         [tool.uv.sources]\na = { path = 'a', package = false }\n\
         [[tool.uv.index]]\nname = 'flat'\nurl = 'https://index.example/flat'\nformat = 'flat'\n",
    );
    let unmet = configuration.not_followed().iter();
    let unmet = unmet.filter(|one| one.is_of_projects);
    let keys: Vec<&str> = unmet.map(|one| one.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "fork-strategy",
            "managed",
            "sources.a.package",
            "index.format",
            "link-mode"
        ]
    );
}

#[test]
fn what_builds_read_is_no_unknown_setting() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("pyproject.toml"),
        "[tool.tilsit]\ncache-keys = ['a']\n[tool.tilsit.build]\nmodules = ['a']\n\
         [tool.uv]\ncache-keys = ['b']\n",
    )
    .unwrap();
    let configuration = load(folder.path(), &[]).unwrap();
    assert_eq!(configuration.warnings(), [""; 0]);
    assert_eq!(configuration.not_followed(), []);
}
