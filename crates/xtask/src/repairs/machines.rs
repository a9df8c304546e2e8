//! Programs for other machines and for musl, repaired here and run by an emulator.
//!
//! Compilers, C libraries and emulators are Debian's packages, unpacked into a folder: `musl`,
//! `musl-dev`, `qemu-user-static`, and for each machine `gcc-TRIPLE` and `libc6-dev-…-cross`, with what
//! they need (`apt-get install --download-only`, then `dpkg-deb -x`).

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{root, run, say};

/// Machine, prefix of the compiler, and emulator.
const MACHINES: &[(&str, &str, &str)] = &[
    ("aarch64", "aarch64-linux-gnu", "qemu-aarch64-static"),
    ("armv7l", "arm-linux-gnueabihf", "qemu-arm-static"),
    ("ppc64le", "powerpc64le-linux-gnu", "qemu-ppc64le-static"),
    ("riscv64", "riscv64-linux-gnu", "qemu-riscv64-static"),
    ("s390x", "s390x-linux-gnu", "qemu-s390x-static"),
];

const FOO: &str = "int foo(void) { return 41; }";
const BAR: &str = "int foo(void); int big[100000]; int bar(void) { return big[7] + foo() + 1; }";
const PROGRAM: &str = "#include <stdio.h>\nint bar(void);\n\
                       int main(void) { printf(\"%d\\n\", bar()); return 0; }";

/// How something is compiled for a machine, and run.
struct Target<'t> {
    name: &'t str,
    platform: String,
    compiler: Vec<String>,
    runner: Vec<String>,
}

/// Tries every machine, and musl on this one.
///
/// # Errors
/// When something is missing, or a program does not say what it should.
pub(super) fn all(tools: &Path, program: &Path) -> Result<()> {
    let tools = tools.canonicalize().context("no folder of compilers")?;
    let text = |path: &str| tools.join(path).to_string_lossy().into_owned();
    let mut targets: Vec<Target<'_>> = Vec::new();
    for (machine, triple, emulator) in MACHINES {
        targets.push(Target {
            name: machine,
            platform: format!("linux_{machine}"),
            compiler: vec![
                text(&format!("usr/bin/{triple}-gcc")),
                format!("--sysroot={}", tools.display()),
            ],
            runner: vec![
                text(&format!("usr/bin/{emulator}")),
                "-L".to_owned(),
                text(&format!("usr/{triple}")),
            ],
        });
    }
    let specs = std::fs::read_to_string(text("usr/lib/x86_64-linux-musl/musl-gcc.specs"))?;
    let own = root().join("target/repair/musl-gcc.specs");
    std::fs::write(&own, specs.replace("/usr/", &text("usr/")))?;
    targets.push(Target {
        name: "musl",
        platform: "linux_x86_64".to_owned(),
        compiler: vec!["gcc".to_owned(), format!("-specs={}", own.display())],
        runner: vec![text("lib/x86_64-linux-musl/libc.so")],
    });
    for target in &targets {
        target.try_it(&tools, program)?;
    }
    say(format_args!(
        "{} machines: repaired programs run",
        targets.len()
    ));
    Ok(())
}

impl Target<'_> {
    fn try_it(&self, tools: &Path, program: &Path) -> Result<()> {
        let place = root().join("target/repair/machines").join(self.name);
        if place.exists() {
            std::fs::remove_dir_all(&place)?;
        }
        std::fs::create_dir_all(place.join("lib"))?;
        std::fs::write(place.join("foo.map"), "FOO_1 { global: foo; local: *; };\n")?;
        let shared = ["-shared", "-fPIC"];
        let versioned = ["-Wl,-soname,libfoo.so.1", "-Wl,--version-script=foo.map"];
        self.compile(
            tools,
            &place,
            FOO,
            "lib/libfoo.so.1",
            &[shared, versioned].concat(),
        )?;
        let on_top = ["-Wl,-soname,libbar.so.2", "lib/libfoo.so.1"];
        self.compile(
            tools,
            &place,
            BAR,
            "lib/libbar.so.2",
            &[shared, on_top].concat(),
        )?;
        let needs = ["lib/libbar.so.2", "-Wl,-rpath-link,lib"];
        self.compile(tools, &place, PROGRAM, "prog", &needs)?;
        let wheel = format!("own-1.0-py3-none-{}.whl", self.platform);
        let script = root().join("crates/xtask/src/conformance/make_wheel.py");
        let mut python = Command::new("python3");
        python.arg(script).arg(&wheel).arg("own/bin/prog=prog");
        run(python.current_dir(&place))?;
        let mut repair = Command::new(program);
        repair.args(["repair", &wheel, "--ldpaths", "lib", "--strip", "-w", "out"]);
        run(repair.current_dir(&place))?;
        std::fs::remove_dir_all(place.join("lib"))?;
        let unpack =
            "import glob, zipfile; zipfile.ZipFile(glob.glob('out/*.whl')[0]).extractall('there')";
        run(Command::new("python3")
            .args(["-c", unpack])
            .current_dir(&place))?;
        // Emulators, too, want to be allowed to.
        run(Command::new("chmod")
            .args(["+x", "there/own/bin/prog"])
            .current_dir(&place))?;
        let mut runner = Command::new(&self.runner[0]);
        let output = runner
            .args(&self.runner[1..])
            .arg("there/own/bin/prog")
            .current_dir(&place)
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.stdout == b"42\n", "{}: {said}", self.name);
        Ok(())
    }

    fn compile(
        &self,
        tools: &Path,
        place: &Path,
        source: &str,
        to: &str,
        options: &[&str],
    ) -> Result<()> {
        std::fs::write(place.join("source.c"), source)?;
        let mut compiler = Command::new(&self.compiler[0]);
        compiler
            .args(&self.compiler[1..])
            .args(["-O1", "source.c", "-o", to])
            .args(options);
        // The compilers' own libraries lie there too.
        compiler.env("LD_LIBRARY_PATH", tools.join("usr/lib/x86_64-linux-gnu"));
        run(compiler.current_dir(place))
    }
}
