//! Requirements files, Pipfile, pdm, hatch, uv, flit, conda.

use insta::assert_snapshot;

use super::*;

#[test]
fn requirements_files_become_a_project_with_groups() {
    let files = [
        (
            "requirements.in",
            "--index-url https://me:secret@index.example/simple\n-c limits.txt\nFlask[async] >= 2  # web\n-e ./lib\n-e .\ngit+https://git.example/tool.git@v2#egg=tool\n--find-links wheels\n--no-binary lxml\n",
        ),
        ("requirements.txt", "flask==3.0.0 --hash=sha256:aa\nclick==8.1.7 ; python_version >= '3.8'\n"),
        ("limits.txt", "urllib3<2\n"),
        ("lib/setup.py", "setup(name='Lib')\n"),
        ("requirements-dev.txt", "-r requirements.txt\n-r requirements-test.txt\nblack\n"),
        ("requirements-test.txt", "pytest ; python_version >= '3.9'\n"),
    ];
    assert_snapshot!(imported(&files), @"");
}

#[test]
fn what_was_compiled_says_what_was_asked_for() {
    let compiled = "\
# made by a program
click==8.1.7 \\
    --hash=sha256:aa
    # via flask
flask==3.0.0
    # via -r requirements.in
jinja2==3.1.2
    # via
    #   flask
    #   shop (pyproject.toml)
markupsafe==2.1.3  # via jinja2
";
    assert_snapshot!(imported(&[("requirements.txt", compiled)]), @"");
}

#[test]
fn a_pipfile_becomes_a_project() {
    let pipfile = "\
[[source]]
name = 'main'
url = 'https://index.example/simple'
verify_ssl = true

[[source]]
name = 'own'
url = 'https://own.example/simple'
verify_ssl = true

[packages]
flask = '*'
attrs = '==23.1'
tool = {git = 'https://git.example/tool.git', ref = 'v2'}
here = {path = './here', editable = true}
secret = {version = '>=1', index = 'own', extras = ['x']}

[dev-packages]
pytest = '>=7'

[docs]
sphinx = {version = '*', markers = \"python_version >= '3.9'\"}

[requires]
python_version = '3.11'

[scripts]
serve = 'flask run'

[pipenv]
allow_prereleases = true
sort_pipfile = true
";
    let lock = r#"{"_meta": {"hash": {"sha256": "x"}}, "default": {"flask": {"version": "==2.3.0", "hashes": ["sha256:aa"]}}}"#;
    assert_snapshot!(imported(&[("Pipfile", pipfile), ("Pipfile.lock", lock)]), @"");
}

#[test]
fn tables_of_pdm_hatch_and_uv() {
    let text = "\
# ours
[project]
name = \"shop\"
version = \"1\"
dependencies = [\"flask\"]  # web

[tool.pdm]
distribution = false

[tool.pdm.dev-dependencies]
test = [\"pytest>=7\", \"-e file:///${PROJECT_ROOT}/lib#egg=lib\"]

[[tool.pdm.source]]
name = \"own\"
url = \"https://own.example/simple\"
include_packages = [\"secret\", \"own-*\"]

[tool.pdm.scripts]
serve = \"flask run\"
lint = {cmd = \"ruff check\", env = {CI = \"1\"}}
all = {composite = [\"lint\", \"serve\"]}
odd = {shell = \"a | b\"}

[tool.pdm.resolution.overrides]
urllib3 = \"2.0\"

[tool.hatch.envs.default]
dependencies = [\"ruff\"]

[tool.hatch.envs.default.scripts]
check = \"ruff check {args}\"
both = [\"check\", \"pytest {args:tests}\"]

[tool.hatch.envs.docs]
dependencies = [\"sphinx\", \"x @ {root:uri}/x\"]
features = [\"web\"]
python = \"3.12\"

[tool.uv]
managed = true
constraint-dependencies = [\"attrs<24\"]

[tool.uv.sources]
attrs = { git = \"https://git.example/attrs\" }
";
    let told = imported(&[("pyproject.toml", text)]);
    assert!(told.starts_with("# ours\n[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"flask\"]  # web\n"), "{told}");
    for line in text.lines() {
        assert!(told.contains(line), "{line}");
    }
    assert_snapshot!(told, @"");
}

#[test]
fn flit_s_metadata_becomes_a_project() {
    let text = "\
[build-system]
requires = [\"flit_core >=2,<4\"]
build-backend = \"flit_core.buildapi\"

[tool.flit.metadata]
module = \"shop\"
dist-name = \"the-shop\"
author = \"Ann\"
author-email = \"ann@x.example\"
home-page = \"https://x.example\"
# what it needs
requires = [\"flask>=2\"]
requires-python = \">=3.8\"
description-file = \"README.md\"

[tool.flit.metadata.requires-extra]
test = [\"pytest\"]

[tool.flit.scripts]
shop = \"shop:main\"

[tool.ruff]
line-length = 100
";
    assert_snapshot!(imported(&[("pyproject.toml", text)]), @"");
}

#[test]
fn a_conda_environment_becomes_a_project() {
    let text = "\
name: shop
channels:
  - conda-forge
dependencies:
- python=3.11
- numpy>=1.20,<2   # sums
- conda-forge::scipy=1.11.3=py311h1
- pandas 2.1.*
- pytorch
- \"matplotlib-base==3.8\"
- scikit-learn[version='>=1.2,<2']
- odd=1|2
- cudatoolkit=11.8
- libpng
- pip
- pip:
  - flask==3.0.0
  - --extra-index-url https://own.example/simple
  - -r more.txt
prefix: /opt/conda
";
    assert_snapshot!(imported(&[("environment.yml", text)]), @"");
    for (text, expected) in [
        ("a: {b: c}", "line 1: it is of a form of YAML that is not read here"),
        ("a: 1\na: 2", "line 2: a key stands there twice"),
        ("- a\nb", "line 2: it is indented otherwise than what it belongs to"),
        ("- a", "line 1: it is no mapping of keys"),
        ("", "line 1: it holds nothing"),
        ("a:\n\t- b", "line 2: it is indented by a tab"),
        ("a: 'b", "line 1: a quote is not closed"),
        ("dependencies: x", "line 1: `dependencies` is no list"),
    ] {
        let expected = format!("`environment.yml`: {expected}");
        assert_eq!(refusal(&[("environment.yml", text)]), expected, "{text}");
    }
}

#[test]
fn a_group_can_be_named_for_what_a_file_lists() {
    let folder = folder(&[("requirements.txt", "flask\n")]);
    let found = find(folder.path(), None).unwrap();
    let web = "web".parse().unwrap();
    let world = World {
        group: Some(&web),
        ..world(folder.path())
    };
    let foreign = read(&found, world).unwrap();
    let What::Requirement(listed) = &foreign.items[0].what else {
        panic!("{:?}", foreign.items);
    };
    assert_eq!(listed.list, crate::edit::List::Group(web.clone()));
}

#[test]
fn files_that_include_themselves_end() {
    let told = imported(&[("requirements.txt", "-r requirements.txt\n-r more.txt\na\n"), ("more.txt", "-r requirements.txt\nb\n")]);
    assert!(told.contains("\"a\""), "{told}");
    assert!(told.contains("\"b\""), "{told}");
    assert_eq!(
        refusal(&[("requirements.txt", "a b c\n")]).split(':').next(),
        Some("`requirements.txt`")
    );
}
