//! Foreign clients against our index, as they are: each uploads, where it can, and installs.

mod each;
pub(crate) mod session;

use sha2::{Digest, Sha256};
use tilsit_testing::TestDistribution;

use crate::http::Form;
use crate::support::{TestIndex, on_both_databases};
use each::CLIENTS;
use session::{Session, run_well, said};

/// Makes a test of each client.
macro_rules! clients {
    ($($client:ident),+ $(,)?) => {
        $(fn $client(index: &TestIndex) {
            meet(stringify!($client), index);
        })+
        on_both_databases!(tools_show_our_words, $($client),+);
    };
}

clients!(
    flit,
    hatch,
    pdm,
    pip,
    pip_audit,
    pipenv,
    poetry,
    pypi_simple,
    twine,
    uv
);

/// What the client uploads is listed with its digest and installed by another one; what others
/// uploaded is installed by the client.
fn meet(name: &str, index: &TestIndex) {
    let Some(session) = Session::start(index) else {
        return;
    };
    let client = CLIENTS.iter().find(|client| client.name == name).unwrap();
    put_what_is_installed(index);
    if let Some(upload) = client.upload {
        write_project(&session, name);
        upload(&session);
        assert_listed(&session, name);
        let project = format!("from-{name}");
        if name == "uv" {
            let mut pip = session.command("pip", "");
            pip.args(["install", "--no-cache-dir", "--target", "other", &project])
                .args(["--index-url", &session.simple()]);
            run_well(&mut pip);
        } else {
            each::uv_gets(&session, &project, "other");
        }
        for module in [format!("from_{name}.py"), "demo_library.py".to_owned()] {
            assert!(session.path("other").join(&module).is_file(), "{module}");
        }
    }
    if let Some(install) = client.install {
        install(&session);
    }
}

/// A library, and an application that needs it, both as wheel and sdist.
fn put_what_is_installed(index: &TestIndex) {
    let library =
        TestDistribution::new("demo-library", "0.9").header("Summary: A library, with ümlauts");
    let application = TestDistribution::new("Demo.Application", "1.0")
        .header("Requires-Python: >=3.9")
        .header("Requires-Dist: demo_library >=0.5,<1; python_version>='3.9'")
        .header("Requires-Dist: nothing; extra == 'more'")
        .header("Provides-Extra: more");
    for distribution in [library, application] {
        for form in [Form::sdist(&distribution), Form::wheel(&distribution)] {
            let answer = index.upload(&form);
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
}

/// A project that says something in every field, as a source tree for those who build it and as
/// finished distributions in `dist` for all others.
fn write_project(session: &Session<'_>, client: &str) {
    let module = format!("from_{client}.py");
    let code = "def main():\n    print('done')\n";
    session.write(&format!("project/{module}"), code);
    session.write("project/README.md", "# A project\n\nWith ümlauts.\n");
    session.write(
        "project/pyproject.toml",
        &include_str!("clients/project.toml").replace("CLIENT", client),
    );
    if client == "flit" {
        return;
    }
    let distribution = TestDistribution::new(&format!("from-{client}"), "1.0")
        .header("Summary: A project, with ümlauts")
        .header("Keywords: one,two")
        .header("Author-email: Ann <ann@index.example>, Bob <bob@index.example>")
        .header("Maintainer-email: Zoë <zoe@index.example>")
        .header("License-Expression: MIT OR Apache-2.0")
        .header("Classifier: Programming Language :: Python :: 3")
        .header("Classifier: Operating System :: OS Independent")
        .header("Requires-Python: >=3.9")
        .header("Requires-Dist: demo-library<1,>=0.5")
        .header("Requires-Dist: nothing; extra == 'more'")
        .header("Provides-Extra: more")
        .header("Project-URL: Homepage, https://index.example/")
        .header("Project-URL: Documentation, https://index.example/docs");
    std::fs::create_dir(session.path("project/dist")).unwrap();
    for (name, bytes) in [
        (distribution.wheel_name(), distribution.wheel()),
        (distribution.sdist_name(), distribution.sdist()),
    ] {
        std::fs::write(session.path("project/dist").join(name), bytes).unwrap();
    }
}

/// Both files are on the project's page, with the digests of those that lie in `dist`.
fn assert_listed(session: &Session<'_>, client: &str) {
    let listed = session.index.digests(&format!("from-{client}"));
    let names: Vec<&str> = listed.keys().map(String::as_str).collect();
    let wheel = format!("from_{client}-1.0-py3-none-any.whl");
    let sdist = format!("from_{client}-1.0.tar.gz");
    assert_eq!(names, [wheel, sdist]);
    for (name, digest) in listed {
        let bytes = std::fs::read(session.path("project/dist").join(&name)).unwrap();
        let found = Sha256::digest(&bytes);
        let found = found
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        assert_eq!(digest, found, "{name}");
    }
    let page = session.index.get(&format!("/project/from-{client}/"), &[]);
    assert!(page.text().contains("A project, with ümlauts"));
}

fn tools_show_our_words(index: &TestIndex) {
    let Some(session) = Session::start(index) else {
        return;
    };
    write_project(&session, "twine");
    let file = "project/dist/from_twine-1.0-py3-none-any.whl";
    let other = index.another_token("bob", &["other"]);
    let words = "the token is not for the project";
    let mut twine = session.command("twine", "");
    twine.args(["upload", "--non-interactive", "--disable-progress-bar"]);
    twine.args(["-u", "__token__", "-p", &other, file]);
    twine.args(["--repository-url", &session.legacy()]);
    let mut uv = session.command("uv", "");
    uv.args(["publish", "--no-cache", "--trusted-publishing", "never"]);
    uv.args(["--token", &other, "--publish-url", &session.legacy(), file]);
    for command in [&mut twine, &mut uv] {
        let output = command.output().unwrap();
        assert!(!output.status.success(), "{command:?}");
        // Long lines may be broken.
        let text = said(&output);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "{text}");
    }
}
