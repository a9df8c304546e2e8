//! One lock, two machines: two clean chroots of Debian, made one after the other, in which the project
//! lies at other places and other users sync it, come to the same digest of the environment.
//!
//! With `TILSIT_RING=acceptance` only: `mmdebstrap` fetches each chroot, and only root may enter one.

use std::path::Path;
use std::process::Command;

use super::Sandbox;
use crate::wheels::wheel;

const PROJECT: &str = "\
[project]
name = 'shop'
version = '1.0'
requires-python = '>=3.11'
dependencies = ['app', 'made', 'numpy', 'pyyaml', 'jinja2', 'click']
scripts = { shop = 'shop:main' }
[build-system]
requires = []
build-backend = 'tilsit_build'
[tool.tilsit]
no-index = true
find-links = ['wheels']
";

/// An sdist whose backend lies inside and makes other bytes each time: it counts by its source.
const SDIST: &str = "\
[build-system]
requires = []
backend-path = ['.']
build-backend = 'backend'
";

const BACKEND: &str = "\
import base64, hashlib, tarfile, time, zipfile
METADATA = 'Metadata-Version: 2.1\\nName: made\\nVersion: 2.0\\n'
def build_sdist(folder, settings=None):
    open('PKG-INFO', 'w').write(METADATA)
    with tarfile.open(folder + '/made-2.0.tar.gz', 'w:gz') as archive:
        for name in ('PKG-INFO', 'pyproject.toml', 'backend.py'):
            archive.add(name, 'made-2.0/' + name)
    return 'made-2.0.tar.gz'
def build_wheel(folder, settings=None, metadata=None):
    files = {
        'made.py': f'WHEN = {time.time_ns()}\\n',
        'made-2.0.dist-info/METADATA': METADATA,
        'made-2.0.dist-info/WHEEL': 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
    }
    record = ''
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        record += f'{name},sha256={digest.decode().rstrip(\"=\")},{len(text)}\\n'
    files['made-2.0.dist-info/RECORD'] = record + 'made-2.0.dist-info/RECORD,,\\n'
    with zipfile.ZipFile(folder + '/made-2.0-py3-none-any.whl', 'w') as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return 'made-2.0-py3-none-any.whl'
";

/// Real wheels, with C extensions, data and programs.
const REAL: [&str; 5] = ["numpy-", "pyyaml-", "jinja2-", "markupsafe-", "click-"];

#[test]
fn two_chroots_come_to_one_digest() {
    if !tilsit_testing::ring::in_acceptance() {
        return;
    }
    let sandbox = Sandbox::new();
    project(&sandbox);
    sandbox.run_well("lock");
    // The way there is another one, and so are the user and what may be read.
    let places = [
        ("srv/shop", "0", "022"),
        ("home/someone/the shop", "1234", "077"),
    ];
    let mut digests = Vec::new();
    for (number, (place, user, umask)) in places.into_iter().enumerate() {
        let chroot = sandbox.root().join(format!("chroot-{number}"));
        make(&chroot);
        copy(&sandbox.path("."), &chroot.join(place));
        let program = sandbox.command("").get_program().to_owned();
        std::fs::copy(program, chroot.join("usr/bin/tilsit")).unwrap();
        run(Command::new("chown")
            .args(["-R", user])
            .arg(chroot.join(place)));
        let line = format!(
            "umask {umask}; cd '/{place}'; export HOME=\"$PWD/home\"; mkdir \"$HOME\"; \
             tilsit sync --frozen --digest --no-editable"
        );
        let output = Command::new("chroot")
            .arg(format!("--userspec={user}:{user}"))
            .arg(&chroot)
            .args(["/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "sh", "-c"])
            .arg(line)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        digests.push(String::from_utf8(output.stdout).unwrap());
    }
    eprintln!("{}", digests.concat());
    assert!(digests[0].starts_with("sha256:"), "{digests:?}");
    assert_eq!(digests[0], digests[1]);
}

fn project(sandbox: &Sandbox) {
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.write(
        "src/shop/__init__.py",
        "\"\"\"A shop.\"\"\"\ndef main():\n    print(1)\n",
    );
    sandbox.write("source/pyproject.toml", SDIST);
    sandbox.write("source/backend.py", BACKEND);
    sandbox.run_well("build --sdist source --out-dir wheels");
    std::fs::remove_dir_all(sandbox.path("source")).unwrap();
    let wheels = sandbox.path("wheels");
    wheel(&wheels, "app", "1.0", &["lib>=1"]);
    wheel(&wheels, "lib", "1.5", &[]);
    let real = tilsit_testing::oracle::target_folder().join("real-wheels");
    let mut copied = 0;
    for entry in std::fs::read_dir(real).expect("the wheels of the `real` ring") {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if REAL.iter().any(|start| name.starts_with(start)) {
            std::fs::copy(entry.path(), wheels.join(name)).unwrap();
            copied += 1;
        }
    }
    assert!(copied >= REAL.len(), "{copied} real wheels only");
}

/// A clean Debian with Python, from where this one has its packages.
fn make(chroot: &Path) {
    run(Command::new("mmdebstrap")
        .args(["--quiet", "--variant=apt", "--include=python3", "bookworm"])
        .arg(chroot)
        .arg("/etc/apt/sources.list.d/debian.sources"));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    run(Command::new("cp").arg("-r").arg(from).arg(to));
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{errors}");
}
