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
        (
            "requirements.txt",
            "flask==3.0.0 --hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nclick==8.1.7 ; python_version >= '3.8'\n",
        ),
        ("limits.txt", "urllib3<2\n"),
        ("lib/setup.py", "setup(name='Lib')\n"),
        (
            "requirements-dev.txt",
            "-r requirements.txt\n-r requirements-test.txt\nblack\n",
        ),
        (
            "requirements-test.txt",
            "pytest ; python_version >= '3.9'\n",
        ),
    ];
    assert_snapshot!(imported(&files), @r#"
    [project]
    name = "shop"
    version = "0.1.0"
    requires-python = ">=3.11"
    dependencies = [
        "flask[async]>=2",
        "lib",
        "tool",
    ]

    [dependency-groups]
    dev = [
        { include-group = "test" },
        "black",
    ]
    test = [
        "pytest; python_version >= '3.9'",
    ]

    [tool.tilsit]
    find-links = ["wheels"]
    no-binary = ["lxml"]
    constraint-dependencies = ["urllib3<2"]

    [[tool.tilsit.index]]
    name = "index-example"
    url = "https://index.example/simple"
    default = true

    [tool.tilsit.sources]
    lib = { path = "lib", editable = true }
    tool = { git = "https://git.example/tool.git", rev = "v2" }
    ----
    requirements-dev.txt:1 -r requirements.txt: LeftOut (it is imported itself, into the same lock)
    requirements-dev.txt:2 -r requirements-test.txt: Written dependency-groups.dev (includes the group `test`)
    requirements-dev.txt:3 black: Written dependency-groups.dev (`black`)
    requirements-test.txt:1 pytest: Written dependency-groups.test (`pytest; python_version >= '3.9'`)
    requirements.in:1 --index-url: Written tool.tilsit.index (`index-example`, without the password in its URL, which `tilsit login` keeps)
    requirements.in:2 -c limits.txt: Stays (its lines limit versions)
    requirements.in:3 flask: Written project.dependencies (`flask[async]>=2`)
    requirements.in:4 ./lib: Written project.dependencies (`lib`, with a source)
    requirements.in:5 .: LeftOut (it is the project itself, which `tilsit sync` installs)
    requirements.in:6 git+https://git.example/tool.git@v2#egg=tool: Written project.dependencies (`tool`, with a source)
    requirements.in:7 --find-links: Written tool.tilsit.find-links (`wheels`)
    requirements.in:8 --no-binary: Written tool.tilsit.no-binary (`lxml`)
    limits.txt:1 urllib3: Written tool.tilsit.constraint-dependencies (`urllib3<2`)
    requirements.txt : Pinned (versions that are kept where they can be: 2)
     : Written project.name (the folder is called so)
     : Written project.version (nothing says another one)
     : Written project.requires-python (the Python that is used here, and newer ones)
    "#);
}

#[test]
fn what_was_compiled_says_what_was_asked_for() {
    let compiled = "\
# made by a program
click==8.1.7 \\
    --hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    # via flask
flask==3.0.0
    # via -r requirements.in
jinja2==3.1.2
    # via
    #   flask
    #   shop (pyproject.toml)
markupsafe==2.1.3  # via jinja2
";
    assert_snapshot!(imported(&[("requirements.txt", compiled)]), @r#"
    [project]
    name = "shop"
    version = "0.1.0"
    requires-python = ">=3.11"
    dependencies = [
        "flask==3.0.0",
        "jinja2==3.1.2",
    ]
    ----
    requirements.txt:2 click: Pinned (only flask needs it)
    requirements.txt:5 flask: Written project.dependencies (`flask==3.0.0`)
    requirements.txt:7 jinja2: Written project.dependencies (`jinja2==3.1.2`)
    requirements.txt:11 markupsafe: Pinned (only jinja2 needs it)
     : Written project.name (the folder is called so)
     : Written project.version (nothing says another one)
     : Written project.requires-python (the Python that is used here, and newer ones)
    "#);
}

const PIPFILE: &str = "\
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
e1839a8 = {path = './here', editable = true}
e1839a9 = {path = '.', editable = true, extras = ['socks']}
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

#[test]
fn a_pipfile_becomes_a_project() {
    let lock = r#"{"_meta": {"hash": {"sha256": "x"}}, "default": {"flask": {"version": "==2.3.0", "hashes": ["sha256:aa"]}}}"#;
    assert_snapshot!(imported(&[("Pipfile", PIPFILE), ("Pipfile.lock", lock), ("here/setup.py", "setup(name='here')")]), @r#"
    [project]
    name = "shop"
    version = "0.1.0"
    requires-python = "==3.11.*"
    dependencies = [
        "attrs==23.1",
        "flask",
        "here",
        "secret[x]>=1",
        "tool",
    ]

    [dependency-groups]
    dev = [
        "pytest>=7",
    ]
    docs = [
        "sphinx; python_version >= '3.9'",
    ]

    [tool.tilsit]
    pre = true

    [tool.tilsit.tasks]
    serve = "flask run"

    [[tool.tilsit.index]]
    name = "main"
    url = "https://index.example/simple"
    default = true

    [[tool.tilsit.index]]
    name = "own"
    url = "https://own.example/simple"
    explicit = true

    [tool.tilsit.sources]
    tool = { git = "https://git.example/tool.git", rev = "v2" }
    here = { path = "here", editable = true }
    secret = { index = "own" }
    ----
    Pipfile [[source]] main: Written tool.tilsit.index (`main`)
    Pipfile [[source]] own: Written tool.tilsit.index (`own`)
    Pipfile [requires]: Written project.requires-python
    Pipfile [packages] flask: Written project.dependencies (`flask`)
    Pipfile [packages] attrs: Written project.dependencies (`attrs==23.1`)
    Pipfile [packages] tool: Written project.dependencies (`tool`, with a source)
    Pipfile [packages] e1839a8: Written project.dependencies (`here`, with a source)
    Pipfile [packages] e1839a9: LeftOut (it is the project itself, which `tilsit sync` installs)
    Pipfile [packages] secret: Written project.dependencies (`secret[x]>=1`, with a source)
    Pipfile [dev-packages] pytest: Written dependency-groups.dev (`pytest>=7`)
    Pipfile [docs] sphinx: Written dependency-groups.docs (`sphinx; python_version >= '3.9'`)
    Pipfile [scripts] serve: Written tool.tilsit.tasks.serve
    Pipfile [pipenv] allow_prereleases: Written tool.tilsit.pre
    Pipfile [pipenv] sort_pipfile: LeftOut (it tells pipenv how to work)
    Pipfile.lock : Pinned (versions that are kept where they can be: 1)
     : Written project.name (the folder is called so)
     : Written project.version (nothing says another one)
    "#);
}

const TABLES: &str = "\
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

#[test]
fn tables_of_pdm_hatch_and_uv() {
    let told = imported(&[("pyproject.toml", TABLES)]);
    assert!(told.starts_with("# ours\n[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"flask\"]  # web\n"), "{told}");
    for line in TABLES.lines() {
        assert!(told.contains(line), "{line}");
    }
    let is_new = |line: &&str| !TABLES.contains(line);
    let told: Vec<&str> = told.lines().filter(is_new).collect();
    assert_snapshot!(told.join("
"), @r#"
    [dependency-groups]
    dev = [
        "ruff",
    docs = [
        "sphinx",
        "lib",
        "pytest>=7",
    lib = { path = "lib", editable = true }
    secret = { index = "own" }
    [[tool.uv.index]]
    explicit = true
    [tool.tilsit]
    package = false
    override-dependencies = ["urllib3==2.0"]
    [tool.tilsit.tasks]
    lint = { cmd = "ruff check", env = { CI = "1" } }
    all = ["lint", "serve"]
    ----
    pyproject.toml tool.pdm.distribution: Written tool.tilsit.package
    pyproject.toml tool.pdm.dev-dependencies.test: Written dependency-groups.test (`pytest>=7`)
    pyproject.toml tool.pdm.dev-dependencies.test: Written dependency-groups.test (`lib`, with a source)
    pyproject.toml tool.pdm.source own: Written tool.tilsit.index (`own`)
    pyproject.toml tool.pdm.source own include_packages: Written tool.tilsit.sources.secret
    pyproject.toml tool.pdm.source own include_packages: LeftOut (`own-*` names no single project)
    pyproject.toml tool.pdm.scripts.serve: Written tool.tilsit.tasks.serve
    pyproject.toml tool.pdm.scripts.lint: Written tool.tilsit.tasks.lint
    pyproject.toml tool.pdm.scripts.all: Written tool.tilsit.tasks.all
    pyproject.toml tool.pdm.scripts.odd: LeftOut (only pdm runs a script of this form)
    pyproject.toml tool.pdm.resolution.overrides: Written tool.tilsit.override-dependencies (`urllib3==2.0`)
    pyproject.toml tool.uv.managed: LeftOut (it tells uv how to work)
    pyproject.toml tool.uv.constraint-dependencies: Stays (it is read here)
    pyproject.toml tool.uv.sources: Stays (it is read here)
    pyproject.toml tool.hatch.envs.default.dependencies: Written dependency-groups.dev (`ruff`)
    pyproject.toml tool.hatch.envs.default.scripts.check: Written tool.tilsit.tasks.check
    pyproject.toml tool.hatch.envs.default.scripts.both: LeftOut (hatch fills something in, or a shell is needed: a task is split into words)
    pyproject.toml tool.hatch.envs.docs.dependencies: Written dependency-groups.docs (`sphinx`)
    pyproject.toml tool.hatch.envs.docs.dependencies: LeftOut (`x @ {root:uri}/x` has what only hatch fills in)
    pyproject.toml tool.hatch.envs.docs.features: LeftOut (extras are chosen where they are wanted: `--extra web`)
    pyproject.toml tool.hatch.envs.docs.python: LeftOut (hatch makes several environments by it; a project here has one)
    "#);
}

const POETRY: &str = "\
[tool.poetry]
name = \"shop\"
version = \"1.2\"
description = \"sells things\"
authors = [\"Ann <ann@x.example>\", \"Bob\"]
license = \"MIT\"
readme = \"README.md\"
homepage = \"https://x.example\"
packages = [{ include = \"shop\" }]

[tool.poetry.dependencies]
python = \"^3.9\"
flask = \"^2.3\"  # web
attrs = { version = \">=22\", optional = true }
tool = { git = \"https://git.example/tool.git\", tag = \"v2\" }
secret = { version = \"*\", source = \"own\" }

[tool.poetry.extras]
more = [\"attrs\"]

[tool.poetry.group.test.dependencies]
pytest = \"~7.1\"

[tool.poetry.group.docs]
optional = true

[tool.poetry.group.docs.dependencies]
sphinx = \"*\"

[[tool.poetry.source]]
name = \"own\"
url = \"https://own.example/simple\"
priority = \"explicit\"

[tool.poetry.scripts]
shop = \"shop.main:run\"

[tool.poetry.plugins.\"shop.plugins\"]
a = \"shop.a\"

[build-system]
requires = [\"poetry-core\"]
build-backend = \"poetry.core.masonry.api\"
";

#[test]
fn poetry_s_tables_become_a_project() {
    let lock = "[[package]]\nname = \"flask\"\nversion = \"2.3.1\"\n";
    let told = imported(&[("pyproject.toml", POETRY), ("poetry.lock", lock)]);
    assert!(told.starts_with(POETRY), "{told}");
    assert_snapshot!(told[POETRY.len()..], @r#"

    [project]
    name = "shop"
    version = "1.2"
    description = "sells things"
    readme = "README.md"
    requires-python = ">=3.9,<4.0"
    license = { text = "MIT" }
    authors = [
        { name = "Ann", email = "ann@x.example" },
        { name = "Bob" },
    ]
    dependencies = [
        "flask>=2.3,<3.0",
        "secret",
        "tool",
    ]

    [project.optional-dependencies]
    more = [
        "attrs>=22",
    ]

    [project.urls]
    Homepage = "https://x.example"

    [project.scripts]
    shop = "shop.main:run"

    [project.entry-points."shop.plugins"]
    a = "shop.a"

    [dependency-groups]
    docs = [
        "sphinx",
    ]
    test = [
        "pytest>=7.1,<7.2",
    ]

    [tool.tilsit]
    default-groups = ["test"]

    [[tool.tilsit.index]]
    name = "own"
    url = "https://own.example/simple"
    explicit = true

    [tool.tilsit.sources]
    tool = { git = "https://git.example/tool.git", tag = "v2" }
    secret = { index = "own" }
    ----
    pyproject.toml tool.poetry.name: Written project.name
    pyproject.toml tool.poetry.version: Written project.version
    pyproject.toml tool.poetry.description: Written project.description
    pyproject.toml tool.poetry.authors: Written project.authors
    pyproject.toml tool.poetry.license: Written project.license
    pyproject.toml tool.poetry.readme: Written project.readme
    pyproject.toml tool.poetry.homepage: Written project.urls.Homepage
    pyproject.toml tool.poetry.packages: Stays (poetry-core builds by it, and goes on reading it here)
    pyproject.toml tool.poetry.scripts.shop: Written project.scripts.shop
    pyproject.toml tool.poetry.plugins.shop.plugins: Written project.entry-points.shop.plugins.a
    pyproject.toml tool.poetry.dependencies.python: Written project.requires-python
    pyproject.toml tool.poetry.dependencies.flask: Written project.dependencies (`flask>=2.3,<3.0`)
    pyproject.toml tool.poetry.dependencies.tool: Written project.dependencies (`tool`, with a source)
    pyproject.toml tool.poetry.dependencies.secret: Written project.dependencies (`secret`, with a source)
    pyproject.toml tool.poetry.extras.more.attrs: Written project.optional-dependencies.more (`attrs>=22`)
    pyproject.toml tool.poetry.group.docs.sphinx: Written dependency-groups.docs (`sphinx`)
    pyproject.toml tool.poetry.group.test.pytest: Written dependency-groups.test (`pytest>=7.1,<7.2`)
    pyproject.toml tool.poetry.group.test: Written tool.tilsit.default-groups (`test`)
    pyproject.toml tool.poetry.source own: Written tool.tilsit.index (`own`)
    poetry.lock : Pinned (versions that are kept where they can be: 1)
    "#);
}

#[test]
fn poetry_s_groups_join_a_project_that_is_stated() {
    let text = "\
[project]
name = \"shop\"
version = \"1\"
dependencies = [\"flask\"]

[tool.poetry]
packages = [{ include = \"shop\" }]

[tool.poetry.group.dev.dependencies]
pytest = \"*\"
";
    let told = imported(&[("pyproject.toml", text)]);
    assert!(
        told.contains("[dependency-groups]\ndev = [\n    \"pytest\",\n]\n"),
        "{told}"
    );
    assert!(told.contains("dependencies = [\"flask\"]\n"), "{told}");
}

#[test]
fn the_locks_of_uv_and_pdm_are_kept() {
    for (tool, lock) in [("uv", "uv.lock"), ("pdm", "pdm.lock")] {
        let text = format!("[project]\nname = \"shop\"\nversion = \"1\"\n\n[tool.{tool}]\n");
        let locked = "[[package]]\nname = \"flask\"\nversion = \"2.3.1\"\nsource = { registry = \"https://index.example/simple\" }\n";
        let folder = folder(&[("pyproject.toml", &*text), (lock, locked)]);
        let found = find(folder.path(), None).unwrap();
        let foreign = read(&found, world(folder.path())).unwrap();
        assert_eq!(foreign.pins.len(), 1, "{tool}");
        assert_eq!(foreign.pins[0].version.to_string(), "2.3.1");
    }
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
    assert_snapshot!(imported(&[("pyproject.toml", text)]), @r#"
    [build-system]
    requires = ["flit_core>=3.2,<4"]
    build-backend = "flit_core.buildapi"

    [project]
    name = "the-shop"
    readme = "README.md"
    requires-python = ">=3.8"
    authors = [
        { name = "Ann", email = "ann@x.example" },
    ]
    dynamic = ["version", "description"]
    dependencies = [
        "flask>=2",
    ]

    [project.optional-dependencies]
    test = [
        "pytest",
    ]

    [project.urls]
    Homepage = "https://x.example"

    [project.scripts]
    shop = "shop:main"
    # what it needs

    [tool.flit.module]
    name = "shop"

    [tool.ruff]
    line-length = 100
    ----
    pyproject.toml tool.flit.metadata.module: Written tool.flit.module.name
    pyproject.toml tool.flit.metadata.module: Written project.name
    pyproject.toml tool.flit.metadata.dist-name: Stays (it is `project.name`)
    pyproject.toml tool.flit.metadata.author: Written project.authors
    pyproject.toml tool.flit.metadata.author-email: Stays (it goes with the name)
    pyproject.toml tool.flit.metadata.home-page: Written project.urls.Homepage
    pyproject.toml tool.flit.metadata.requires: Written project.dependencies (`flask>=2`)
    pyproject.toml tool.flit.metadata.requires-python: Written project.requires-python
    pyproject.toml tool.flit.metadata.description-file: Written project.readme
    pyproject.toml tool.flit.metadata.requires-extra: Written project.optional-dependencies.test (`pytest`)
    pyproject.toml tool.flit.metadata.module: Written project.dynamic (`version` is found out when it is built)
    pyproject.toml tool.flit.metadata.module: Written project.dynamic (`description` is found out when it is built)
    pyproject.toml tool.flit.scripts: Written project.scripts.shop
    pyproject.toml tool.flit.metadata: Written build-system (`flit_core>=3.2,<4`)
    "#);
}

const CONDA: &str = "\
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

#[test]
fn a_conda_environment_becomes_a_project() {
    assert_snapshot!(imported(&[("environment.yml", CONDA)]), @r#"
    [project]
    name = "shop"
    version = "0.1.0"
    requires-python = "==3.11.*"
    dependencies = [
        "flask==3.0.0",
        "matplotlib==3.8",
        "numpy>=1.20,<2",
        "odd",
        "pandas==2.1.*",
        "scikit-learn>=1.2,<2",
        "scipy==1.11.3",
        "torch",
    ]

    [[tool.tilsit.index]]
    name = "own-example"
    url = "https://own.example/simple"
    ----
    environment.yml:1 name: Written project.name
    environment.yml:3 channels: LeftOut (a channel is no index of Python's distributions)
    environment.yml:5 python: Written project.requires-python
    environment.yml:6 numpy: Written project.dependencies (`numpy>=1.20,<2`)
    environment.yml:7 scipy: Written project.dependencies (`scipy==1.11.3`)
    environment.yml:8 pandas: Written project.dependencies (`pandas==2.1.*`)
    environment.yml:9 pytorch: Written project.dependencies (`torch`)
    environment.yml:10 matplotlib-base: Written project.dependencies (`matplotlib==3.8`)
    environment.yml:11 scikit-learn: Written project.dependencies (`scikit-learn>=1.2,<2`)
    environment.yml:12 odd: Written project.dependencies (`odd`)
    environment.yml:12 odd: LeftOut (the bounds `=1|2` have no form here)
    environment.yml:13 cudatoolkit: LeftOut (it is no Python: install it with the system's means, or go on with conda's)
    environment.yml:14 libpng: LeftOut (it is no Python: install it with the system's means, or go on with conda's)
    environment.yml:15 pip: LeftOut (it belongs to conda's environments, and an environment here needs it not)
    environment.yml:17 pip: flask: Written project.dependencies (`flask==3.0.0`)
    environment.yml:18 pip: --extra-index-url https://own.example/simple: Written tool.tilsit.index (`own-example`)
    environment.yml:19 pip: -r more.txt: LeftOut (name the file too: `tilsit import FILE …`)
    environment.yml:20 prefix: LeftOut (it tells conda how to work)
     : Written project.version (nothing says another one)
    "#);
}

#[test]
fn what_is_no_environment_is_told() {
    for (text, expected) in [
        (
            "a: {b: c}",
            "line 1: it is of a form of YAML that is not read here",
        ),
        ("a: 1\na: 2", "line 2: a key stands there twice"),
        (
            "- a\nb",
            "line 2: it is indented otherwise than what it belongs to",
        ),
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
    let told = imported(&[
        ("requirements.txt", "-r requirements.txt\n-r more.txt\na\n"),
        ("more.txt", "-r requirements.txt\nb\n"),
    ]);
    assert!(told.contains("\"a\""), "{told}");
    assert!(told.contains("\"b\""), "{told}");
    assert_eq!(
        refusal(&[("requirements.txt", "a b c\n")])
            .split(':')
            .next(),
        Some("`requirements.txt`")
    );
}
