//! Foreign tools against our index: twine and uv upload, pip and uv install, as they are.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tilsit_testing::TestDistribution;

use crate::support::{TestIndex, on_both_databases};

on_both_databases!(
    twine_uploads_and_pip_and_uv_install,
    uv_publishes,
    tools_show_our_words,
);

/// The environment of all these tools, made once.
pub(crate) fn tools() -> Option<PathBuf> {
    let tools =
        tilsit_testing::python_environment("clients", &["twine==7.0.0", "uv==0.13.8", "pip==26.3"]);
    tilsit_testing::require("twine, uv and pip from the default index", tools)
}

fn run(tools: &Path, index: &TestIndex, program: &str, arguments: &[&str]) -> Output {
    let home = index.folder.path().join("home");
    std::fs::create_dir_all(&home).unwrap();
    Command::new(tools.join("bin").join(program))
        .args(arguments)
        .env_clear()
        .env("HOME", &home)
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", tools.join("bin").display()),
        )
        .env("NO_PROXY", "*")
        .current_dir(index.folder.path())
        .output()
        .unwrap()
}

pub(crate) fn run_well(
    tools: &Path,
    index: &TestIndex,
    program: &str,
    arguments: &[&str],
) -> String {
    let output = run(tools, index, program, arguments);
    let text = said(&output);
    assert!(output.status.success(), "{program} {arguments:?}\n{text}");
    text
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

/// Writes a dependency and a project that needs it to `dist/`, and returns the paths.
fn write_files(index: &TestIndex) -> Vec<String> {
    let dist = index.folder.path().join("dist");
    std::fs::create_dir_all(&dist).unwrap();
    let library =
        TestDistribution::new("demo-library", "0.9").header("Summary: A library, with ümlauts");
    let application = TestDistribution::new("Demo.Application", "1.0")
        .header("Summary: Needs a library")
        .header("Keywords: one,two")
        .header("Author-email: Ann <ann@index.example>")
        .header("License-Expression: MIT OR Apache-2.0")
        .header("Classifier: Programming Language :: Python :: 3")
        .header("Classifier: Operating System :: OS Independent")
        .header("Requires-Python: >=3.9")
        .header("Requires-Dist: demo_library >=0.5,<1; python_version>='3.9'")
        .header("Requires-Dist: nothing; extra == 'more'")
        .header("Provides-Extra: more")
        .header("Project-URL: Documentation, https://index.example/docs");
    let mut paths = Vec::new();
    for distribution in [&library, &application] {
        for (name, bytes) in [
            (distribution.wheel_name(), distribution.wheel()),
            (distribution.sdist_name(), distribution.sdist()),
        ] {
            std::fs::write(dist.join(&name), bytes).unwrap();
            paths.push(format!("dist/{name}"));
        }
    }
    paths
}

fn install_and_look(tools: &Path, index: &TestIndex) {
    let simple = format!("http://{}/simple/", index.address);
    let pip = [
        "install",
        "--no-cache-dir",
        "--target",
        "by-pip",
        "--index-url",
        &simple,
    ];
    run_well(
        tools,
        index,
        "pip",
        &[&pip[..], &["demo.application"]].concat(),
    );
    let uv = [
        "pip",
        "install",
        "--no-cache",
        "--target",
        "by-uv",
        "--default-index",
        &simple,
    ];
    run_well(
        tools,
        index,
        "uv",
        &[&uv[..], &["Demo_Application==1.0"]].concat(),
    );
    for target in ["by-pip", "by-uv"] {
        for module in ["demo_application.py", "demo_library.py"] {
            assert!(
                index.folder.path().join(target).join(module).is_file(),
                "{target}/{module}"
            );
        }
    }
    let versions = run_well(
        tools,
        index,
        "pip",
        &["index", "versions", "--index-url", &simple, "demo-library"],
    );
    assert!(versions.contains("0.9"), "{versions}");
}

fn twine_uploads_and_pip_and_uv_install(index: &TestIndex) {
    let Some(tools) = tools() else { return };
    let paths = write_files(index);
    let url = format!("http://{}/legacy/", index.address);
    let mut twine = vec!["upload", "--non-interactive", "--disable-progress-bar"];
    twine.extend(["--repository-url", &url, "--username", "__token__"]);
    twine.extend(["--password", &index.token]);
    twine.extend(paths.iter().map(String::as_str));
    run_well(&tools, index, "twine", &twine);
    // The same files again are fine.
    run_well(&tools, index, "twine", &twine);
    let files = index.files("demo-application");
    assert_eq!(
        files,
        [
            "demo_application-1.0-py3-none-any.whl",
            "demo_application-1.0.tar.gz"
        ]
    );
    install_and_look(&tools, index);
    let page = index.get("/project/demo-application/", &[]).text();
    assert!(page.contains("Needs a library"), "{page}");
}

fn uv_publishes(index: &TestIndex) {
    let Some(tools) = tools() else { return };
    let paths = write_files(index);
    let url = format!("http://{}/legacy/", index.address);
    let simple = format!("http://{}/simple/", index.address);
    let mut uv = vec![
        "publish",
        "--no-cache",
        "--publish-url",
        &url,
        "--token",
        &index.token,
    ];
    uv.extend(["--trusted-publishing", "never"]);
    let first: Vec<&str> = uv
        .iter()
        .copied()
        .chain(paths.iter().map(String::as_str))
        .collect();
    run_well(&tools, index, "uv", &first);
    uv.extend(["--check-url", &simple]);
    uv.extend(paths.iter().map(String::as_str));
    let again = run_well(&tools, index, "uv", &uv);
    assert!(again.contains("already exists, skipping"), "{again}");
    install_and_look(&tools, index);
}

fn tools_show_our_words(index: &TestIndex) {
    let Some(tools) = tools() else { return };
    let paths = write_files(index);
    let url = format!("http://{}/legacy/", index.address);
    let other = index.another_token("bob", &["other"]);
    let twine = [
        "upload",
        "--non-interactive",
        "--disable-progress-bar",
        "--repository-url",
        &url,
    ];
    let twine = [&twine[..], &["-u", "__token__", "-p", &other, &paths[0]]].concat();
    let output = run(&tools, index, "twine", &twine);
    assert!(!output.status.success());
    let words = "the token is not for the project";
    // twine breaks long lines.
    let text = said(&output)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(text.contains(words), "{text}");
    let uv = [
        "publish",
        "--no-cache",
        "--publish-url",
        &url,
        "--token",
        &other,
        &paths[0],
    ];
    let uv = [&uv[..], &["--trusted-publishing", "never"]].concat();
    let output = run(&tools, index, "uv", &uv);
    assert!(!output.status.success());
    assert!(said(&output).contains(words), "{}", said(&output));
}
