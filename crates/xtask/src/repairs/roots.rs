//! C projects built by `tilsit` from source distributions, repaired, and imported where little else is: in
//! a root of an old Debian, and in one of musl's loader and a Python.
//!
//! `roots.sh` beside `conformance` makes compilers, roots and downloads, as root on Debian.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{root, run, say};

/// Project, what uses its compiled code, and what that prints.
const PROJECTS: &[(&str, &str, &str)] = &[
    (
        "markupsafe",
        "import markupsafe._speedups as s; print(s._escape_inner('<'))",
        "&lt;",
    ),
    (
        "simplejson",
        "import simplejson._speedups as s; print(s.encode_basestring_ascii('a'))",
        "\"a\"",
    ),
    (
        "xxhash",
        "import xxhash; print(xxhash.xxh32(b'a').hexdigest())",
        "550d7456",
    ),
    ("mmh3", "import mmh3; print(mmh3.hash('foo'))", "-156908512"),
    (
        "bitarray",
        "import bitarray; print(bitarray.bitarray('101').count())",
        "2",
    ),
];

/// A root, and how wheels for it are made.
struct Place {
    /// The folder.
    root: PathBuf,
    /// The Python that builds, and that in the root.
    pythons: [String; 2],
    /// The compiler.
    compiler: String,
    /// What the platform tag starts with, and the newest version that it may name.
    platform: (&'static str, u32),
}

/// Tries all projects in both roots; `python` is a Python 3.9 of this system with its headers.
///
/// # Errors
/// When something cannot be made, a tag is not that of an old system, or an import fails.
pub(super) fn all(python: &str, program: &Path) -> Result<()> {
    let folder = root().join("target/repair/roots");
    let script = root().join("crates/xtask/src/conformance/roots.sh");
    run(Command::new("sh").arg(script).arg(&folder))?;
    let musl = folder.join("musl");
    let places = [
        Place {
            root: folder.join("glibc"),
            pythons: [python.to_owned(), "/usr/bin/python3.9".to_owned()],
            compiler: format!(
                "{}/zig/ziglang/zig cc -target x86_64-linux-gnu.2.28",
                folder.display()
            ),
            platform: ("manylinux_2_", 28),
        },
        Place {
            pythons: [
                format!("{}/opt/python/bin/python3.11", musl.display()),
                "/opt/python/bin/python3.11".to_owned(),
            ],
            root: musl,
            compiler: format!("{}/musl-cc", folder.display()),
            platform: ("musllinux_1_", 2),
        },
    ];
    for place in &places {
        for project in PROJECTS {
            place.try_one(&folder, program, project)?;
        }
    }
    std::fs::remove_dir_all(&folder)?;
    say(format_args!(
        "{} projects built, repaired and imported in {} roots",
        PROJECTS.len(),
        places.len()
    ));
    Ok(())
}

impl Place {
    fn try_one(
        &self,
        folder: &Path,
        program: &Path,
        (project, code, answer): &(&str, &str, &str),
    ) -> Result<()> {
        let out = folder.join("out");
        for old in [&out, &self.root.join("wheel")] {
            if old.exists() {
                std::fs::remove_dir_all(old)?;
            }
        }
        let sdist = the_one(&folder.join("sdists"), &format!("{project}-"))?;
        let mut build = Command::new(program);
        build.args(["build", "--wheel", "-p", &self.pythons[0], "-o"]);
        build.arg(out.join("built")).arg(sdist);
        build.env("CC", &self.compiler);
        build.env("LDSHARED", format!("{} -shared", self.compiler));
        run(&mut build)?;
        let built = the_one(&out.join("built"), project)?;
        run(Command::new(program)
            .arg("repair")
            .arg(built)
            .arg("-w")
            .arg(out.join("repaired")))?;
        let wheel = the_one(&out.join("repaired"), project)?;
        self.check_tag(&super::name_of(&wheel))?;
        let mut unpack = Command::new("python3");
        unpack.args(["-m", "zipfile", "-e"]).arg(wheel);
        run(unpack.arg(self.root.join("wheel")))?;
        let mut import = Command::new("/usr/sbin/chroot");
        import.arg(&self.root).args([&self.pythons[1], "-c"]);
        import.arg(format!("import sys; sys.path.insert(0, '/wheel'); {code}"));
        let output = import.env_clear().output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        let fault = String::from_utf8_lossy(&output.stderr);
        ensure!(said.trim() == *answer, "{project}: {said}{fault}");
        Ok(())
    }

    /// Whether one of the wheel's tags is that of a system as old as the root's.
    fn check_tag(&self, wheel: &str) -> Result<()> {
        let (start, newest) = self.platform;
        let platforms = wheel.split(['-', '.']);
        let mut versions = platforms.filter_map(|tag| {
            let rest = tag.strip_prefix(start)?;
            rest.split('_').next()?.parse::<u32>().ok()
        });
        ensure!(
            versions.any(|version| version <= newest),
            "`{wheel}` is for newer systems than {start}{newest}"
        );
        say(format_args!("{wheel}"));
        Ok(())
    }
}

/// The file in a folder whose name starts so.
fn the_one(folder: &Path, start: &str) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder)?.filter_map(Result::ok);
    let mut paths = entries.map(|entry| entry.path());
    let found = paths.find(|path| super::name_of(path).starts_with(start));
    found.with_context(|| format!("no `{start}…` in {}", folder.display()))
}
