//! The ten clients: how each uploads what lies in the folder `project`, where it can, and how each
//! installs `demo-application` from our index, which needs `demo-library`. Each gets what its users
//! give it: options, variables, a section of its configuration.

use std::path::{Path, PathBuf};

use super::session::{Session, run_well, site_packages};

/// A client, and what it can do.
pub(super) struct Client {
    pub(super) name: &'static str,
    pub(super) upload: Option<fn(&Session<'_>)>,
    pub(super) install: Option<fn(&Session<'_>)>,
}

/// All of them.
pub(super) const CLIENTS: [Client; 10] = [
    client("flit", Some(flit_uploads), Some(flit_installs)),
    client("hatch", Some(hatch_uploads), Some(hatch_installs)),
    client("pdm", Some(pdm_uploads), Some(pdm_installs)),
    client("pip", None, Some(pip_installs)),
    client("pip_audit", None, Some(pip_audit_collects)),
    client("pipenv", None, Some(pipenv_installs)),
    client("poetry", Some(poetry_uploads), Some(poetry_installs)),
    client("pypi_simple", None, Some(pypi_simple_reads)),
    client("twine", Some(twine_uploads), None),
    client("uv", Some(uv_uploads), Some(uv_installs)),
];

const fn client(
    name: &'static str,
    upload: Option<fn(&Session<'_>)>,
    install: Option<fn(&Session<'_>)>,
) -> Client {
    Client {
        name,
        upload,
        install,
    }
}

/// The files of `project/dist`.
fn dist(session: &Session<'_>) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(session.path("project/dist")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn assert_installed(modules: &Path) {
    for module in ["demo_application.py", "demo_library.py"] {
        assert!(
            modules.join(module).is_file(),
            "{} lacks {module}",
            modules.display()
        );
    }
}

/// flit builds what it uploads.
fn flit_uploads(session: &Session<'_>) {
    let mut flit = session.command("flit", "project");
    flit.arg("publish")
        // It would fetch the list of all classifiers.
        .env("FLIT_NO_NETWORK", "1")
        .env("FLIT_INDEX_URL", session.legacy())
        .env("FLIT_USERNAME", "__token__")
        .env("FLIT_PASSWORD", &session.index.token);
    run_well(&mut flit);
}

fn flit_installs(session: &Session<'_>) {
    session.write(
        "app/pyproject.toml",
        "[build-system]\nrequires = ['flit_core']\nbuild-backend = 'flit_core.buildapi'\n\n\
         [project]\nname = 'app'\nversion = '1'\ndescription = 'An application'\n\
         dependencies = ['demo-application']\n",
    );
    session.write("app/app.py", "");
    run_well(
        session
            .command("python", "app")
            .args(["-m", "venv", ".venv"]),
    );
    let mut flit = session.command("flit", "app");
    flit.args(["install", "--only-deps", "--python", ".venv/bin/python"])
        // It does not like to be root otherwise.
        .env("FLIT_ROOT_INSTALL", "1")
        .env("PIP_INDEX_URL", session.simple());
    run_well(&mut flit);
    assert_installed(&site_packages(&session.path("app/.venv")));
}

fn hatch_uploads(session: &Session<'_>) {
    let mut hatch = session.command("hatch", "project");
    hatch
        .args(["publish", "--no-prompt"])
        .env("HATCH_INDEX_REPO", session.legacy())
        .env("HATCH_INDEX_USER", "__token__")
        .env("HATCH_INDEX_AUTH", &session.index.token);
    run_well(&mut hatch);
}

fn hatch_installs(session: &Session<'_>) {
    session.write(
        "app/pyproject.toml",
        "[project]\nname = 'app'\nversion = '1'\n\n[tool.hatch.envs.default]\n\
         skip-install = true\npath = '.venv'\ndependencies = ['demo-application']\n",
    );
    let mut hatch = session.command("hatch", "app");
    hatch
        .args(["env", "create"])
        .env("PIP_INDEX_URL", session.simple());
    run_well(&mut hatch);
    assert_installed(&site_packages(&session.path("app/.venv")));
}

fn pdm_uploads(session: &Session<'_>) {
    let mut pdm = session.command("pdm", "project");
    pdm.args(["publish", "--no-build"])
        .env("PDM_CHECK_UPDATE", "0")
        .env("PDM_PUBLISH_REPO", session.legacy())
        .env("PDM_PUBLISH_USERNAME", "__token__")
        .env("PDM_PUBLISH_PASSWORD", &session.index.token);
    run_well(&mut pdm);
}

fn pdm_installs(session: &Session<'_>) {
    let source = format!(
        "[[tool.pdm.source]]\nname = 'pypi'\nurl = '{}'\n",
        session.simple()
    );
    session.write(
        "app/pyproject.toml",
        &format!(
            "[project]\nname = 'app'\nversion = '1'\nrequires-python = '>=3.9'\n\n\
             [tool.pdm]\ndistribution = false\n\n{source}"
        ),
    );
    let mut pdm = session.command("pdm", "app");
    pdm.args(["add", "demo-application"])
        .env("PDM_CHECK_UPDATE", "0");
    run_well(&mut pdm);
    assert_installed(&site_packages(&session.path("app/.venv")));
    // pdm sees both files of a release, not the wheel alone.
    let lock = std::fs::read_to_string(session.path("app/pdm.lock")).unwrap();
    assert!(lock.contains("demo_application-1.0.tar.gz"), "{lock}");
}

fn pip_installs(session: &Session<'_>) {
    let simple = session.simple();
    let index = ["--no-cache-dir", "--index-url", &simple];
    let mut pip = session.command("pip", "");
    run_well(
        pip.args(["install", "--target", "by-pip", "demo.application"])
            .args(index),
    );
    assert_installed(&session.path("by-pip"));
    let mut pip = session.command("pip", "");
    let versions = run_well(pip.args(["index", "versions", "demo-library"]).args(index));
    assert!(versions.contains("0.9"), "{versions}");
}

/// pip-audit installs what it audits into an environment of its own, with the newest pip.
fn pip_audit_collects(session: &Session<'_>) {
    let seeds = [
        "packaging==26.4",
        "pip==26.3",
        "setuptools==84.2.1",
        "wheel==0.48.0",
    ];
    let seeds = tilsit_testing::python_wheels("pip-audit", &seeds);
    let Some(seeds) = tilsit_testing::require("what pip-audit installs", seeds) else {
        return;
    };
    twine_sends(session, &seeds);
    session.write("app/requirements.txt", "demo-application==1.0\n");
    let mut audit = session.command("pip-audit", "app");
    audit
        .args(["--dry-run", "--progress-spinner", "off"])
        .args(["-r", "requirements.txt", "--index-url", &session.simple()])
        .env("PIP_INDEX_URL", session.simple());
    let text = run_well(&mut audit);
    assert!(text.contains("would have audited 2 packages"), "{text}");
}

fn pipenv_installs(session: &Session<'_>) {
    let source = format!(
        "[[source]]\nname = 'ours'\nurl = '{}'\nverify_ssl = false\n\n",
        session.simple()
    );
    session.write(
        "app/Pipfile",
        &format!("{source}[packages]\ndemo-application = '*'\n"),
    );
    let mut pipenv = session.command("pipenv", "app");
    pipenv.arg("install").env("PIPENV_VENV_IN_PROJECT", "1");
    run_well(&mut pipenv);
    assert_installed(&site_packages(&session.path("app/.venv")));
    let lock = std::fs::read_to_string(session.path("app/Pipfile.lock")).unwrap();
    for digest in session.index.digests("demo-application").values() {
        assert!(lock.contains(digest), "{digest} is not in\n{lock}");
    }
}

fn poetry_uploads(session: &Session<'_>) {
    let mut poetry = session.command("poetry", "project");
    poetry
        .args(["publish", "--no-interaction", "--repository", "ours"])
        .env("POETRY_REPOSITORIES_OURS_URL", session.legacy())
        .env("POETRY_PYPI_TOKEN_OURS", &session.index.token);
    run_well(&mut poetry);
}

fn poetry_installs(session: &Session<'_>) {
    let source = format!(
        "[[tool.poetry.source]]\nname = 'ours'\nurl = '{}'\npriority = 'primary'\n",
        session.simple()
    );
    session.write(
        "app/pyproject.toml",
        &format!(
            "[project]\nname = 'app'\nversion = '1'\nrequires-python = '>=3.9'\n\n\
             [tool.poetry]\npackage-mode = false\n\n{source}"
        ),
    );
    let mut poetry = session.command("poetry", "app");
    poetry
        .args(["add", "--no-interaction", "demo-application"])
        .env("POETRY_VIRTUALENVS_IN_PROJECT", "true");
    run_well(&mut poetry);
    assert_installed(&site_packages(&session.path("app/.venv")));
}

/// Reads every page, downloads every file and holds it against its digest.
const READ_ALL: &str = r#"
import sys
import pypi_simple
accept = getattr(pypi_simple, sys.argv[2])
with pypi_simple.PyPISimple(endpoint=sys.argv[1], accept=accept) as client:
    for project in client.get_index_page().projects:
        for package in client.get_project_page(project).packages:
            client.download_package(package, f"{sys.argv[2]}/{package.filename}", verify=True)
            if package.has_metadata:
                metadata = client.get_package_metadata(package)
                assert f"Version: {package.version}" in metadata
            print(package.filename, package.requires_python, bool(package.upload_time))
"#;

fn pypi_simple_reads(session: &Session<'_>) {
    session.write("app/read.py", READ_ALL);
    for (accept, is_json) in [("ACCEPT_HTML_ONLY", false), ("ACCEPT_JSON_ONLY", true)] {
        let mut python = session.command("python", "app");
        std::fs::create_dir(session.path("app").join(accept)).unwrap();
        let text = run_well(python.args(["read.py", &session.simple(), accept]));
        let time = if is_json { "True" } else { "False" };
        for name in ["-py3-none-any.whl", ".tar.gz"] {
            let line = format!("demo_application-1.0{name} >=3.9 {time}");
            assert!(text.contains(&line), "`{line}` is not in\n{text}");
        }
    }
}

fn twine_uploads(session: &Session<'_>) {
    let files = dist(session);
    twine_sends(session, &files);
    // The same files again are fine.
    twine_sends(session, &files);
}

fn twine_sends(session: &Session<'_>, files: &[PathBuf]) {
    let mut twine = session.command("twine", "");
    twine
        .args(["upload", "--non-interactive", "--disable-progress-bar"])
        .args(files)
        .env("TWINE_REPOSITORY_URL", session.legacy())
        .env("TWINE_USERNAME", "__token__")
        .env("TWINE_PASSWORD", &session.index.token);
    run_well(&mut twine);
}

fn uv_uploads(session: &Session<'_>) {
    let publish = || {
        let mut uv = session.command("uv", "");
        uv.args(["publish", "--no-cache", "--trusted-publishing", "never"])
            .args(dist(session))
            .env("UV_PUBLISH_URL", session.legacy())
            .env("UV_PUBLISH_TOKEN", &session.index.token);
        uv
    };
    run_well(&mut publish());
    let again = run_well(publish().args(["--check-url", &session.simple()]));
    assert!(again.contains("already exists, skipping"), "{again}");
}

fn uv_installs(session: &Session<'_>) {
    uv_gets(session, "demo_application==1.0", "by-uv");
    assert_installed(&session.path("by-uv"));
}

/// Installs something into a folder.
pub(super) fn uv_gets(session: &Session<'_>, requirement: &str, target: &str) {
    let mut uv = session.command("uv", "");
    uv.args(["pip", "install", "--no-cache", "--target", target])
        .arg(requirement)
        .env("UV_DEFAULT_INDEX", session.simple());
    run_well(&mut uv);
}
