//! What the options let be chosen in a resolution: systems, Pythons, indexes, files.

use std::fmt::Write as _;
use std::path::Path;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;
use crate::wheels::wheel;

/// What `pip compile app.in` pins with these options.
fn pins(sandbox: &Sandbox, options: &str) -> String {
    let line = format!("pip compile app.in --no-header --no-annotate {options}");
    sandbox.run_well(&line).stdout
}

fn refusal(sandbox: &Sandbox, options: &str) -> String {
    let answer = sandbox.run(&format!("pip compile app.in {options}"));
    assert_ne!(answer.exit, 0, "{answer}");
    answer.stderr
}

/// A wheel under another tag than the one it was written with.
fn tagged(folder: &Path, name: &str, version: &str, tag: &str) {
    let path = wheel(folder, name, version, &[]);
    std::fs::rename(path, folder.join(format!("{name}-{version}-{tag}.whl"))).expect("a file");
}

#[test]
fn one_file_for_all_systems() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let wheels = sandbox.root().join("wheels");
    wheel(&wheels, "click", "8.0", &["lib; sys_platform == 'win32'"]);
    wheel(
        &wheels,
        "many",
        "1.0",
        &[
            "lib<1.5; python_version < '3.10'",
            "lib>=1.5; python_version >= '3.10'",
        ],
    );
    sandbox.write("app.in", "click\nmany\n");
    assert_snapshot!(pins(&sandbox, "--universal --python-version 3.9"), @r#"
    click==8.0
    lib==1.0 ; python_version < "3.10"
    lib==1.5 ; python_version >= "3.10"
    many==1.0
    "#);
    wheel(&wheels, "lib", "1.6", &[]);
    wheel(&wheels, "lib", "1.7", &[]);
    // What is pinned already stays where it was pinned.
    sandbox.write(
        "app.txt",
        "lib==1.6 ; python_version >= '3.10'\nlib==1.0 ; python_version < '3.10'\n",
    );
    let kept = "pip compile app.in --universal --python-version 3.8 -o app.txt";
    assert_snapshot!(sandbox.run(kept).stderr, @"Resolved 4 projects in [TIME]");
    assert_snapshot!(sandbox.read("app.txt"), @r#"
    # This file was made by tilsit with the following command:
    #    tilsit pip compile app.in -o app.txt --python-version 3.8 --universal
    click==8.0
        # via -r app.in
    lib==1.0 ; python_version < "3.10"
        # via
        #   click
        #   many
    lib==1.6 ; python_version >= "3.10"
        # via
        #   click
        #   many
    many==1.0
        # via -r app.in
    "#);
    let json = sandbox.run_well("pip compile app.in --universal --python-version 3.8 --json");
    assert!(
        json.stdout
            .contains(r#""marker": "python_version < \"3.10\"""#),
        "{json}"
    );
}

#[test]
fn other_systems_and_pythons() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let wheels = sandbox.root().join("wheels");
    tagged(&wheels, "native", "1.0", "cp39-abi3-manylinux_2_17_x86_64");
    tagged(&wheels, "native", "2.0", "cp39-abi3-win_amd64");
    tagged(&wheels, "native", "3.0", "cp39-abi3-macosx_11_0_arm64");
    tagged(
        &wheels,
        "native",
        "4.0",
        "cp313-cp313-manylinux_2_34_x86_64",
    );
    tagged(
        &wheels,
        "native",
        "5.0",
        "cp313-cp313-musllinux_1_2_aarch64",
    );
    wheel(
        &wheels,
        "where",
        "1.0",
        &[
            "lib==1.0; sys_platform == 'win32'",
            "lib==1.5; python_version < '3.10'",
        ],
    );
    sandbox.write("app.in", "native\nwhere\n");
    let mut shown = String::new();
    for options in [
        "--python-platform linux",
        "--python-platform windows",
        "--python-platform macos --python-version 3.9",
        "--python-platform x86_64-manylinux_2_34 --python-version 3.13",
        "--python-platform aarch64-unknown-linux-musl --python-version 3.13.1",
    ] {
        writeln!(shown, "# {options}\n{}", pins(&sandbox, options).trim_end()).expect("text");
    }
    assert_snapshot!(shown, @r"
    # --python-platform linux
    native==1.0
    where==1.0
    # --python-platform windows
    lib==1.0
    native==2.0
    where==1.0
    # --python-platform macos --python-version 3.9
    lib==1.5
    native==3.0
    where==1.0
    # --python-platform x86_64-manylinux_2_34 --python-version 3.13
    native==4.0
    where==1.0
    # --python-platform aarch64-unknown-linux-musl --python-version 3.13.1
    native==5.0
    where==1.0
    ");
    let words = refusal(&sandbox, "--python-platform aarch64-unknown-linux-gnu");
    assert!(words.contains("native"), "{words}");
    let wrong = sandbox.run("pip compile app.in --python-platform beos");
    assert_eq!(wrong.exit, 2, "{wrong}");
    assert!(wrong.stderr.contains("x86_64-manylinux_2_28"), "{wrong}");
}

/// An index in a folder, with pages of links.
fn index(sandbox: &Sandbox, name: &str, files: &[(&str, &str, &str)]) -> String {
    let root = sandbox.root().join(name);
    let mut pages: std::collections::BTreeMap<&str, String> = std::collections::BTreeMap::new();
    for (project, version, attributes) in files {
        let path = wheel(&root.join(project), project, version, &[]);
        let file = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let page = pages.entry(project).or_default();
        writeln!(page, "<a href=\"{file}\" {attributes}>{file}</a>").expect("text");
    }
    for (project, page) in pages {
        std::fs::write(root.join(project).join("index.html"), page).expect("a page");
    }
    format!("file://{}/", root.display())
}

#[test]
fn several_indexes() {
    let Some(mut sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.set("TILSIT_NO_INDEX", "0");
    sandbox.set("TILSIT_FIND_LINKS", "");
    let public = index(
        &sandbox,
        "public",
        &[("a", "9.0", ""), ("b", "9.0", ""), ("c", "1.0", "")],
    );
    let private = index(&sandbox, "private", &[("a", "1.0", ""), ("b", "2.0", "")]);
    sandbox.write("app.in", "a\nb\nc\n");
    let both = format!("--index-url {public} --extra-index-url {private}");
    assert_eq!(pins(&sandbox, &both), "a==1.0\nb==2.0\nc==1.0\n");
    let best = format!("{both} --index-strategy unsafe-best-match");
    assert_eq!(pins(&sandbox, &best), "a==9.0\nb==9.0\nc==1.0\n");
    sandbox.write("app.in", "a>1\nb\nc\n");
    let first = format!("{both} --index-strategy unsafe-first-match");
    assert_eq!(pins(&sandbox, &first), "a==9.0\nb==2.0\nc==1.0\n");

    // A source is the only index that is asked for its project.
    let table = |name: &str| {
        format!(
            "[[tool.{name}.index]]\nname = \"own\"\nurl = \"{private}\"\nexplicit = true\n\
             [tool.{name}.sources]\na = {{ index = \"own\" }}\n"
        )
    };
    let public = format!("--index-url {public}");
    sandbox.write("app.in", "a\nb\nc\n");
    for tool in ["tilsit", "uv"] {
        sandbox.write("pyproject.toml", &table(tool));
        assert_eq!(
            pins(&sandbox, &public),
            "a==1.0\nb==9.0\nc==1.0\n",
            "{tool}"
        );
    }
    sandbox.write("app.in", "a\nc\n");
    sandbox.write(
        "pyproject.toml",
        &format!("{}c = {{ index = \"own\" }}\n", table("tilsit")),
    );
    let words = refusal(&sandbox, &public);
    assert!(words.contains("pinned to the index"), "{words}");
    sandbox.write(
        "pyproject.toml",
        "[tool.tilsit.sources]\na = { index = \"lost\" }\n",
    );
    let words = refusal(&sandbox, &public);
    assert!(words.contains("`lost`, which has no URL"), "{words}");
}

#[test]
fn dates_and_modes() {
    let Some(mut sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.set("TILSIT_NO_INDEX", "0");
    sandbox.set("TILSIT_FIND_LINKS", "");
    let at = |day: &'static str| day;
    let old = at("data-upload-time='2026-01-01T00:00:00Z'");
    let new = at("data-upload-time='2026-03-01T00:00:00Z'");
    let url = index(
        &sandbox,
        "dated",
        &[
            ("a", "1.0", old),
            ("a", "2.0", new),
            ("a", "3.0rc1", new),
            ("b", "1.0", old),
            ("b", "2.0", ""),
        ],
    );
    sandbox.write("app.in", "a\nb\n");
    let with = |options: &str| pins(&sandbox, &format!("--index-url {url} {options}"));
    assert_eq!(with(""), "a==2.0\nb==2.0\n");
    assert_eq!(with("--exclude-newer 2026-02-01"), "a==1.0\nb==1.0\n");
    let own = "--exclude-newer 2026-02-01 --exclude-newer-package a=2026-04-01 --exclude-newer-package b=false";
    assert_eq!(with(own), "a==2.0\nb==2.0\n");
    let warned = sandbox.run_well(&format!(
        "pip compile app.in --index-url {url} --exclude-newer 2026-02-01"
    ));
    let warnings = warned
        .stderr
        .matches("does not say when files were uploaded")
        .count();
    assert_eq!(warnings, 1, "{warned}");
    assert_eq!(with("--prerelease allow"), "a==3.0rc1\nb==2.0\n");
    assert_eq!(with("--prerelease-package a=allow"), "a==3.0rc1\nb==2.0\n");
    sandbox.write("app.in", "a>2\nb\n");
    assert_eq!(with(""), "a==3.0rc1\nb==2.0\n");
    let words = refusal(
        &sandbox,
        &format!("--index-url {url} --prerelease disallow"),
    );
    assert!(words.contains("pre-release"), "{words}");
    let words = refusal(&sandbox, &format!("--index-url {url} --no-binary :all:"));
    assert!(words.contains("wheels are not allowed"), "{words}");
    assert_eq!(
        with("--no-binary :all: --only-binary a,b --no-build"),
        "a==3.0rc1\nb==2.0\n"
    );
}

#[test]
fn constraints_with_urls_and_hashes() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let lib = sandbox.root().join("wheels/lib-1.0-py3-none-any.whl");
    sandbox.write("app.in", "app\n");
    sandbox.write("limits.txt", &format!("lib @ file://{}\n", lib.display()));
    let text = pins(&sandbox, "-c limits.txt");
    assert!(text.contains("lib @ file://"), "{text}");
    sandbox.write("app.in", &format!("lib --hash sha256:{}\n", "0".repeat(64)));
    let text = pins(&sandbox, "");
    assert_eq!(text, "lib==1.5\n", "links state no hashes");
}

/// `[tool.uv]` counts where `[tool.tilsit]` is silent.
#[test]
fn limits_in_the_settings() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let wheels = sandbox.root().join("wheels");
    for version in ["1.0", "1.5", "2.0"] {
        wheel(&wheels, "limited", version, &[]);
    }
    wheel(&wheels, "asks", "1.0", &["limited>=2"]);
    sandbox.write("app.in", "limited\n");
    sandbox.write(
        "pyproject.toml",
        "[tool.uv]\nconstraint-dependencies = ['limited<2']\n",
    );
    assert_snapshot!(pins(&sandbox, ""), @"limited==1.5");
    sandbox.write("app.in", "asks\n");
    sandbox.write(
        "pyproject.toml",
        "[tool.uv]\noverride-dependencies = ['limited==1.0']\n",
    );
    assert_snapshot!(pins(&sandbox, ""), @"
    asks==1.0
    limited==1.0
    ");
    sandbox.write(
        "pyproject.toml",
        "[tool.tilsit]\nconstraint-dependencies = ['limited <']\n",
    );
    let refused = refusal(&sandbox, "");
    assert!(
        refused.contains("`limited <` in `constraint-dependencies` is no requirement"),
        "{refused}"
    );
}

#[test]
fn an_index_without_encryption_has_to_be_trusted() {
    let Some(mut sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.set("TILSIT_NO_INDEX", "false");
    sandbox.write("app.in", "x\n");
    let refused = refusal(&sandbox, "--index-url http://index.example/simple/");
    assert!(refused.contains("is not encrypted"), "{refused}");
    assert!(refused.contains("`--trusted-host`"), "{refused}");
}

#[test]
fn sources_with_markers() {
    let Some(mut sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.set("TILSIT_NO_INDEX", "0");
    sandbox.set("TILSIT_FIND_LINKS", "");
    let public = index(&sandbox, "public", &[("a", "9.0", "")]);
    let linux = index(&sandbox, "linux", &[("a", "1.0", "")]);
    let other = index(&sandbox, "other", &[("a", "2.0", "")]);
    sandbox.write("app.in", "a\n");
    let named = format!("--index-url {public}");
    let with = |tool: &str, sources: &str| {
        let mut text = format!("[tool.{tool}.sources]\na = [{sources}]\n");
        for (name, url) in [("linux", &linux), ("other", &other)] {
            let rest = format!("name = '{name}'\nurl = '{url}'\nexplicit = true\n");
            text.extend(["[[tool.", tool, ".index]]\n", &rest]);
        }
        sandbox.write("pyproject.toml", &text);
    };
    let on =
        |system: &str| format!("{{ index = '{system}', marker = \"sys_platform == '{system}'\" }}");
    for tool in ["tilsit", "uv"] {
        with(tool, &format!("{}, {{ index = 'other' }}", on("linux")));
        let for_windows = format!("{named} --python-platform windows");
        let for_linux = format!("{named} --python-platform linux");
        assert_eq!(pins(&sandbox, &for_linux), "a==1.0\n", "{tool}");
        assert_eq!(pins(&sandbox, &for_windows), "a==2.0\n", "{tool}");
        // Where none holds, the usual indexes are asked.
        with(tool, &on("linux"));
        assert_eq!(pins(&sandbox, &for_windows), "a==9.0\n", "{tool}");
        let everywhere = format!("pip compile app.in {named} --universal --no-header -q");
        let answer = sandbox.run_well(&everywhere);
        assert!(answer.stdout.starts_with("a==9.0"), "{answer}");
        assert!(answer.stderr.contains("is passed over"), "{answer}");
    }
    with("tilsit", "{ index = 'linux', marker = 'linux' }");
    let words = refusal(&sandbox, &named);
    assert!(
        words.contains("the marker of a source of `a` is not valid"),
        "{words}"
    );
}

#[test]
fn pips_words_for_prereleases() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let compiled = |options: &str| {
        let line = format!("pip compile in.txt --no-header --no-annotate -q {options}");
        let answer = sandbox.run(&line);
        answer.stdout + &answer.stderr
    };
    sandbox.write("in.txt", "lib\n");
    assert_snapshot!(compiled(""), @"lib==1.5");
    assert_snapshot!(compiled("--all-releases lib"), @"lib==2.0rc1");
    assert_snapshot!(compiled("--all-releases :all:"), @"lib==2.0rc1");
    assert_snapshot!(compiled("--all-releases :all: --only-final Lib"), @"lib==1.5");
    assert_snapshot!(compiled("--only-final :all: --all-releases lib"), @"lib==2.0rc1");
    assert_snapshot!(compiled("--pre --only-final lib"), @"
    error: the argument '--pre' cannot be used with '--only-final <PROJECT>'

    Usage: tilsit pip compile --no-header --no-annotate --quiet... --pre <FILE>...

    For more information, try '--help'.
    ");
    sandbox.write(
        "in.txt",
        "--all-releases lib\n--prefer-binary\n--use-feature=fast-deps\nlib\n",
    );
    assert_snapshot!(compiled("-v"), @"
    lib==2.0rc1
    warning: the feature `fast-deps` that a requirements file asks for is one of pip's, and means nothing here
    Resolved 1 project in [TIME]
    ");
    sandbox.write("in.txt", "--only-final :all:\nlib>1.5\n");
    assert_snapshot!(compiled(""), @"
    error: `lib>1.5` (in.txt, line 2) cannot be met: `lib` 2.0rc1 is a pre-release, and those are not allowed [TL0301]
    hint: the pre-release `lib==2.0rc1` would do: `--prerelease-package lib=allow` allows it
    ");
}

#[test]
fn a_variant_is_installed_when_it_is_asked_for() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let folder = sandbox.root().join("wheels");
    let lib = folder.join("lib-1.5-py3-none-any.whl");
    for label in ["null", "cu12"] {
        let other = folder.join(format!("lib-1.5-py3-none-any-{label}.whl"));
        std::fs::copy(&lib, other).unwrap();
    }
    let asked = |options: &str| {
        let line = format!("pip download lib -d files --no-deps {options}");
        sandbox.run(&line).stderr
    };
    assert_snapshot!(asked(""), @"
    Resolved 1 project in [TIME]
    Saved files/lib-1.5-py3-none-any.whl (1.07 KiB)
    ");
    assert_snapshot!(asked("--variant cu12"), @"
    error: the variant `cu12` is asked for, and wheels of variants are a draft (PEP 825) [TL0002]
    hint: `--preview-features wheel-variants` tries them
    ");
    assert_snapshot!(asked("--preview-features wheel-variants"), @"
    Resolved 1 project in [TIME]
    Saved files/lib-1.5-py3-none-any-null.whl (1.07 KiB)
    ");
    assert_snapshot!(asked("--preview-features wheel-variants --variant rocm,cu12"), @"
    Resolved 1 project in [TIME]
    Saved files/lib-1.5-py3-none-any-cu12.whl (1.07 KiB)
    ");
    std::fs::remove_file(lib).unwrap();
    sandbox.run_well("pip install -q lib==1.5 --preview-features wheel-variants --variant cu12");
    assert_snapshot!(sandbox.run_well("pip freeze").stdout, @"lib==1.5");
}
