//! uv and tilsit on one project, each with the lock that the other made, over one index.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::sandbox::Sandbox;
use crate::server::Index;
use crate::wheels::{self, wheel};

const UV: &str = "uv==0.13.9";

/// A backend that builds what is asked for without any other package.
const BACKEND: &str = "import base64, hashlib, os, re, zipfile

TABLE = open('pyproject.toml').read()
NAME = re.search(r\"name = '([^']*)'\", TABLE).group(1)
VERSION = re.search(r\"version = '([^']*)'\", TABLE).group(1)

def requires():
    listed = re.search(r'dependencies = \\[(.*?)\\]', TABLE)
    return re.findall(r'\"([^\"]*)\"', listed.group(1)) if listed else []

def build(folder, files):
    stem = f'{NAME}-{VERSION}'
    lines = ''.join(f'Requires-Dist: {one}\\n' for one in requires())
    files[f'{stem}.dist-info/METADATA'] = (
        f'Metadata-Version: 2.1\\nName: {NAME}\\nVersion: {VERSION}\\n{lines}')
    files[f'{stem}.dist-info/WHEEL'] = (
        'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    record = ''
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        record += f'{path},sha256={digest.decode().rstrip(\"=\")},{len(text.encode())}\\n'
    files[f'{stem}.dist-info/RECORD'] = record + f'{stem}.dist-info/RECORD,,\\n'
    name = f'{stem}-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(folder, name), 'w') as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name

def build_wheel(folder, settings=None, metadata=None):
    return build(folder, {f'{NAME}.py': f'VERSION = \"{VERSION}\"\\n'})

def build_editable(folder, settings=None, metadata=None):
    return build(folder, {f'{NAME}.pth': os.getcwd() + '\\n'})

def get_requires_for_build_wheel(settings=None):
    return []

get_requires_for_build_editable = get_requires_for_build_wheel
";

/// What a project that the backend builds says of it.
const BUILT: &str =
    "\n[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n";

/// One kind of project.
struct Kind {
    /// The files, without the table of the index; those of projects that are built get the backend.
    files: &'static [(&'static str, &'static str)],
    /// What of it is installed.
    selection: &'static str,
    /// Whether all of it is from the index: each of the two knows of what was built only what itself has
    /// built.
    is_lasting: bool,
    /// Whether ours comes to the same words as uv without having seen its lock.
    is_same: bool,
}

const KINDS: [Kind; 7] = [
    // Extras and groups of an application.
    Kind {
        files: &[(
            "pyproject.toml",
            "[project]\nname = 'plain'\nversion = '1'\nrequires-python = '>=3.9'\n\
             dependencies = ['app', 'lib<2,>=1']\n\
             [project.optional-dependencies]\nMore_1 = ['fancy[more]']\nall = ['plain[more-1]']\n\
             none = []\n\
             [dependency-groups]\ndev = ['extra-lib', {include-group = 'empty'}]\nempty = []\n\
             docs = ['other; sys_platform == \"linux\"']\n\
             [tool.uv]\ndefault-groups = ['docs', 'dev']\n",
        )],
        selection: "--all-extras --all-groups",
        is_lasting: true,
        is_same: true,
    },
    // Versions for several Pythons and systems.
    Kind {
        files: &[(
            "pyproject.toml",
            "[project]\nname = 'forked'\nversion = '1'\nrequires-python = '>=3.9,<4'\n\
             dependencies = [\n\
             'lib==1.0; python_version < \"3.10\"', 'lib>=1.2; python_version >= \"3.10\"',\n\
             'app; platform_system == \"Windows\"', 'other; os_name != \"nt\"']\n\
             [dependency-groups]\nnew = ['extra-lib']\n\
             [tool.uv.dependency-groups]\nnew = { requires-python = '>=3.11' }\n",
        )],
        selection: "--all-groups",
        is_lasting: true,
        is_same: true,
    },
    // What cannot be had together.
    Kind {
        files: &[(
            "pyproject.toml",
            "[project]\nname = 'torn'\nversion = '1'\nrequires-python = '>=3.9'\n\
             dependencies = ['app']\n\
             [project.optional-dependencies]\nold = ['lib==1.0']\nnew = ['lib==1.5']\n\
             [dependency-groups]\na = ['other==1.0']\nb = ['other==2.0']\n\
             [tool.uv]\nconflicts = [[{extra = 'old'}, {extra = 'new'}], [{group = 'a'}, {group = 'b'}]]\n",
        )],
        selection: "--extra new --group a",
        is_lasting: true,
        is_same: false,
    },
    // A workspace whose root is a project.
    Kind {
        files: &[
            (
                "pyproject.toml",
                "[project]\nname = 'root'\nversion = '1'\nrequires-python = '>=3.9'\n\
                 dependencies = [\"one[x]\", \"two\"]\n\
                 [tool.uv.workspace]\nmembers = ['packages/*']\nexclude = ['packages/three']\n\
                 [tool.uv.sources]\none = { workspace = true }\n\
                 two = { workspace = true, editable = false }\n",
            ),
            (
                "packages/one/pyproject.toml",
                "[project]\nname = 'one'\nversion = '1.1'\nrequires-python = '>=3.10'\n\
                 dependencies = [\"lib\"]\n[project.optional-dependencies]\nx = ['extra-lib']\n",
            ),
            (
                "packages/two/pyproject.toml",
                "[project]\nname = 'two'\nversion = '2'\ndependencies = [\"app\"]\n\
                 [dependency-groups]\ndev = ['other']\n",
            ),
            ("packages/three/pyproject.toml", "no TOML"),
        ],
        selection: "--all-packages --all-groups",
        is_lasting: false,
        is_same: true,
    },
    // A workspace whose root is none, with groups of its own.
    Kind {
        files: &[
            (
                "pyproject.toml",
                "[dependency-groups]\ndev = ['app']\n\
                 [tool.uv]\nconstraint-dependencies = ['lib<1.5']\n\
                 override-dependencies = ['extra-lib>=3']\nexclude-dependencies = ['other']\n\
                 build-constraint-dependencies = ['lib>1']\n\
                 [tool.uv.workspace]\nmembers = ['packages/*']\n",
            ),
            (
                "packages/one/pyproject.toml",
                "[project]\nname = 'one'\nversion = '1.1'\nrequires-python = '>=3.9'\n\
                 dependencies = ['fancy[more]', 'other']\n",
            ),
        ],
        selection: "--all-packages",
        is_lasting: false,
        is_same: true,
    },
    // Settings, and an index that is asked for one project alone.
    Kind {
        files: &[(
            "pyproject.toml",
            "[project]\nname = 'set'\nversion = '1'\nrequires-python = '>=3.9'\n\
             dependencies = ['app>=1', 'lib>=1', 'extra-lib>=3']\n\
             [tool.uv]\nresolution = 'lowest'\nprerelease = 'allow'\n\
             environments = [\"sys_platform == 'linux'\", \"sys_platform == 'win32'\"]\n\
             required-environments = [\"sys_platform == 'linux' and platform_machine == 'x86_64'\"]\n\
             exclude-newer = '2100-01-01'\nfork-strategy = 'fewest'\n\
             exclude-newer-package = { app = '2101-01-01', lib = false, other = '2 weeks' }\n\
             prerelease-package = { app = 'disallow' }\n\
             dependency-metadata = [{ name = 'zope', version = '1', requires-dist = ['lib>=1'] }]\n\
             [tool.uv.sources]\nextra-lib = { index = 'named' }\n",
        )],
        selection: "",
        is_lasting: true,
        is_same: true,
    },
    // Files, folders and repositories.
    Kind {
        files: &[
            (
                "pyproject.toml",
                "[project]\nname = 'placed'\nversion = '1'\nrequires-python = '>=3.9'\n\
                 dependencies = ['lib', 'fancy', 'near', 'far', 'other @ [INDEX-FILE]']\n\
                 [tool.uv.sources]\nlib = { path = 'files/lib-1.0-py3-none-any.whl' }\n\
                 near = { path = 'folder', editable = true }\n\
                 far = { git = 'file://[REPOSITORY]', tag = 'v1' }\n",
            ),
            (
                "folder/pyproject.toml",
                "[project]\nname = 'near'\nversion = '3'\ndependencies = [\"extra-lib>=3\"]\n",
            ),
        ],
        selection: "",
        is_lasting: false,
        is_same: true,
    },
];

/// A project with its own index.
struct Project {
    sandbox: Sandbox,
    uv: PathBuf,
    index: Index,
}

impl Project {
    fn new(kind: &Kind) -> Option<Self> {
        let python = tilsit_testing::require("Python", tilsit_testing::python())?;
        let environment = tilsit_testing::python_environment("uv-locks", &[UV]);
        let environment = tilsit_testing::require("uv", environment)?;
        let mut sandbox = Sandbox::new();
        let folder = sandbox.root().join("wheels");
        wheels::usual(&folder);
        wheel(&folder, "other", "1.0", &["lib"]);
        wheel(&folder, "other", "2.0", &[]);
        let index = Index::start(&sandbox.root().join("index"));
        let project = {
            sandbox.set("TILSIT_PYTHON", python.display());
            Self {
                uv: environment.join("bin/uv"),
                index,
                sandbox,
            }
        };
        project.upload();
        project.write(kind);
        Some(project)
    }

    /// Puts all wheels that are there on the index.
    fn upload(&self) {
        let root = self.sandbox.root();
        let (data, wheels) = (root.join("index"), root.join("wheels"));
        let (data, wheels) = (data.display(), wheels.display());
        let line = format!("index import --user anna --data {data} {wheels}");
        self.sandbox.run_well(&line);
    }

    fn write(&self, kind: &Kind) {
        let address = &self.index.address;
        let repository = self.sandbox.root().join("repository");
        for (path, text) in kind.files {
            let folder = self.sandbox.path(path).parent().unwrap().to_path_buf();
            let mut text = text.replace("[REPOSITORY]", &repository.display().to_string());
            if text.contains("[INDEX-FILE]") {
                text = text.replace("[INDEX-FILE]", &self.url_of("other-2.0-py3-none-any.whl"));
            }
            let is_built = text.contains("[project]") && (kind.files.len() > 1);
            if is_built && !text.contains("[tool.uv.sources]\nlib") {
                text.push_str(BUILT);
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join("backend.py"), BACKEND).unwrap();
            }
            if *path == "pyproject.toml" {
                let named = address.replace("127.0.0.1", "localhost");
                let _ = write!(
                    text,
                    "\n[[tool.uv.index]]\nname = 'main'\nurl = '{address}/simple/'\ndefault = true\n\
                     [[tool.uv.index]]\nname = 'named'\nurl = '{named}/simple'\nexplicit = true\n"
                );
            }
            self.sandbox.write(path, &text);
        }
        let wheel = "lib-1.0-py3-none-any.whl";
        std::fs::create_dir_all(self.sandbox.path("files")).unwrap();
        std::fs::copy(
            self.sandbox.root().join("wheels").join(wheel),
            self.sandbox.path("files").join(wheel),
        )
        .unwrap();
        Self::make_repository(&repository);
    }

    /// A repository with a project that requires something, at a tag.
    fn make_repository(folder: &std::path::Path) {
        std::fs::create_dir_all(folder).unwrap();
        let text =
            format!("[project]\nname = 'far'\nversion = '4'\ndependencies = [\"app\"]\n{BUILT}");
        std::fs::write(folder.join("pyproject.toml"), text).unwrap();
        std::fs::write(folder.join("backend.py"), BACKEND).unwrap();
        for line in [
            "init -q -b main",
            "add .",
            "-c user.name=a -c user.email=a@b.example commit -q -m first",
            "tag v1",
        ] {
            let output = Command::new("git")
                .args(line.split(' '))
                .current_dir(folder)
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
        }
    }

    /// The URL of a file of the index.
    fn url_of(&self, file: &str) -> String {
        let name = file.split('-').next().unwrap();
        let page = fetched(&format!("{}/simple/{name}/", self.index.address));
        let start = page.find(&format!("/{file}")).expect("the file is listed");
        let begin = page[..start].rfind('"').unwrap() + 1;
        let end = begin + page[begin..].find(['"', '#']).unwrap();
        let link = &page[begin..end];
        match link.strip_prefix("../../") {
            Some(path) => format!("{}/{path}", self.index.address),
            None => format!("{}{link}", self.index.address),
        }
    }

    /// uv in the project.
    fn uv(&self, line: &str) -> Output {
        let root = self.sandbox.root();
        Command::new(&self.uv)
            .args(line.split_whitespace())
            .current_dir(self.sandbox.path(""))
            .env_remove("VIRTUAL_ENV")
            .env("HOME", root.join("home"))
            .env("UV_CACHE_DIR", root.join("uv-cache"))
            .env("UV_PYTHON", tilsit_testing::python().unwrap())
            .env("UV_PYTHON_DOWNLOADS", "never")
            .output()
            .expect("uv starts")
    }

    /// The same, which has to go well.
    fn uv_well(&self, line: &str) {
        let output = self.uv(line);
        assert!(
            output.status.success(),
            "`uv {line}` failed: {}\n{}\n{}",
            String::from_utf8_lossy(&output.stderr),
            self.sandbox.read("pyproject.toml"),
            self.lock()
        );
    }

    fn lock(&self) -> String {
        std::fs::read_to_string(self.sandbox.path("uv.lock")).unwrap_or_default()
    }

    /// What is in the environment, which is taken away.
    fn installed(&self) -> String {
        let line = "pip list --format freeze --python .venv";
        let text = self.sandbox.run_well(line).stdout;
        std::fs::remove_dir_all(self.sandbox.path(".venv")).unwrap();
        text
    }
}

/// Two locks have to be the same, byte by byte.
fn assert_same(ours: &str, theirs: &str, tables: &str) {
    let only_in = |one: &str, other: &str, sign: &str| {
        let lines = one
            .lines()
            .filter(|line| !other.lines().any(|known| known == *line));
        lines.fold(String::new(), |text, line| text + sign + " " + line + "\n")
    };
    let (gone, come) = (only_in(theirs, ours, "-"), only_in(ours, theirs, "+"));
    assert!(ours == theirs, "{tables}\n{gone}{come}");
}

/// The text at a URL of the loopback.
fn fetched(url: &str) -> String {
    use std::io::{Read as _, Write as _};
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.0\r\nHost: {host}\r\nAccept: text/html\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn uv_accepts_and_installs_our_locks() {
    for kind in &KINDS {
        let Some(project) = Project::new(kind) else {
            return;
        };
        let tables = project.sandbox.read("pyproject.toml");
        // An empty one asks for uv's form.
        project.sandbox.write("uv.lock", "");
        project.sandbox.run_well("lock");
        let ours = project.lock();
        project.uv_well("lock --check");
        project.uv_well(&format!("sync --frozen {}", kind.selection));
        if kind.is_lasting {
            let line = format!("sync --frozen --check {}", kind.selection);
            let answer = project.sandbox.run(&line);
            assert_eq!(answer.exit, 0, "{tables}\n{answer}\n{ours}");
        }
        let by_uv = project.installed();
        let line = format!("sync --frozen {}", kind.selection);
        project.sandbox.run_well(&line);
        assert_eq!(project.installed(), by_uv, "{tables}\n{ours}");
        // uv relocks it without a change, and makes the same one without it.
        project.uv_well("lock --upgrade");
        if kind.is_same {
            assert_same(&ours, &project.lock(), &tables);
            std::fs::remove_file(project.sandbox.path("uv.lock")).unwrap();
            project.uv_well("lock");
            assert_same(&ours, &project.lock(), &tables);
        }
    }
}

#[test]
fn ours_takes_and_installs_the_locks_of_uv() {
    for kind in &KINDS {
        let Some(project) = Project::new(kind) else {
            return;
        };
        let tables = project.sandbox.read("pyproject.toml");
        project.uv_well("lock");
        let theirs = project.lock();
        project.sandbox.run_well("lock --check");
        let line = format!("sync --locked {}", kind.selection);
        project.sandbox.run_well(&line);
        if kind.is_lasting {
            project.uv_well(&format!("sync --frozen --check {}", kind.selection));
        }
        let ours = project.installed();
        project.uv_well(&format!("sync --frozen {}", kind.selection));
        assert_eq!(ours, project.installed(), "{tables}\n{theirs}");
        // Resolved anew it comes out as it was, byte by byte.
        project.sandbox.run_well("lock -P none-of-these");
        assert_same(&project.lock(), &theirs, &tables);
        for line in ["tree", "export", "outdated", "run -- python -c pass"] {
            let answer = project.sandbox.run(&line.replacen(' ', " --frozen ", 1));
            assert_eq!(answer.exit, 0, "`{line}`\n{tables}\n{answer}\n{theirs}");
        }
        let answer = project.sandbox.run("why lib --frozen");
        assert_eq!(answer.exit, 0, "{tables}\n{answer}\n{theirs}");
    }
}

#[test]
fn locked_versions_stay_until_they_are_upgraded() {
    let kind = Kind {
        files: &[(
            "pyproject.toml",
            "[project]\nname = 'kept'\nversion = '1'\nrequires-python = '>=3.9'\n\
             dependencies = ['lib<1.5']\n",
        )],
        selection: "",
        is_lasting: true,
        is_same: true,
    };
    let Some(project) = Project::new(&kind) else {
        return;
    };
    project.uv_well("lock");
    let tables = project.sandbox.read("pyproject.toml");
    let changed = tables.replace("['lib<1.5']", "['lib', 'app']");
    project.sandbox.write("pyproject.toml", &changed);
    let answer = project.sandbox.run("lock --check");
    assert_eq!(answer.exit, 6, "{answer}");
    let answer = project.sandbox.run("sync --locked");
    assert_eq!(answer.exit, 6, "{answer}");
    let before = project.lock();
    let answer = project.sandbox.run_well("lock --dry-run");
    assert!(answer.stderr.contains("+ app 1.0"), "{answer}");
    assert!(!answer.stderr.contains("lib 1"), "{answer}");
    assert_eq!(project.lock(), before);
    // What is added is added, and nothing else; uv does the same with the lock that was there.
    project.sandbox.run_well("lock");
    let ours = project.lock();
    project.sandbox.write("uv.lock", &before);
    project.uv_well("lock");
    assert_same(&ours, &project.lock(), &changed);
    let answer = project.sandbox.run_well("lock -P lib");
    assert!(answer.stderr.contains("~ lib 1.0 -> 1.5"), "{answer}");
    let upgraded = project.lock();
    project.sandbox.write("uv.lock", &ours);
    project.uv_well("lock -P lib");
    assert_same(&upgraded, &project.lock(), &changed);
    // With `add` the lock of the other tool is what changes.
    project.sandbox.run_well("add extra-lib");
    assert!(project.lock().contains("name = \"extra-lib\""));
    assert!(!project.sandbox.path("pylock.toml").exists());
    project.uv_well("lock --check");
    // An index that the project does not name any more answers nothing.
    let moved = project
        .lock()
        .replace("http://127.0.0.1", "http://127.0.0.2");
    project.sandbox.write("uv.lock", &moved);
    let answer = project.sandbox.run("lock --check");
    assert_eq!(answer.exit, 6, "{answer}");
}
