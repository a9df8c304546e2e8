//! Faults at every point of an upgrade: killed, on a full disk, beside other processes. The
//! environment is always the old one or the new one, at the latest after the next command.
//!
//! A small library (`faults.c`) that is loaded before the C library counts the calls that change
//! the disk. Each point is one run of the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_dist::wheel::{WheelWriter, WheelWriterOptions};

use crate::fault_library::fault_library;
use crate::sandbox::Sandbox;

/// Files of the environment (site-packages and programs) with their contents.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

struct World {
    sandbox: Sandbox,
    library: PathBuf,
    old: Tree,
    new: Tree,
}

/// Writes a wheel of many files; the versions share some of them.
fn wheel(folder: &Path, version: &str) {
    let stem = format!("big-{version}");
    let mut writer = WheelWriter::new(Vec::new(), &stem, WheelWriterOptions::default());
    for number in 0..24 {
        let shared = format!("big/part{}/same{number}.py", number % 3);
        let own = format!("big/part{}/v{}/own{number}.py", number % 3, &version[..1]);
        for path in [shared, own] {
            let text = format!("VERSION = '{version}'\nNUMBER = {number}\n");
            writer
                .add_file(&path, text.as_bytes(), false)
                .expect("a file");
        }
    }
    let metadata = format!("Metadata-Version: 2.1\nName: big\nVersion: {version}\n");
    let wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let program = format!("[console_scripts]\nbig{} = big:main\n", &version[..1]);
    for (path, text) in [
        ("METADATA", &*metadata),
        ("WHEEL", wheel),
        ("entry_points.txt", &program),
    ] {
        writer.add_dist_info(path, text.as_bytes()).expect("a file");
    }
    let path = folder.join(format!("{stem}-py3-none-any.whl"));
    std::fs::write(path, writer.finish().expect("a wheel")).expect("it is written");
}

impl World {
    /// An environment with version 1 installed; none where there is no Python or C compiler.
    fn new() -> Option<Self> {
        let sandbox = crate::sandbox_with_environment()?;
        let library = fault_library(sandbox.root())?;
        wheel(&sandbox.root().join("wheels"), "1.0");
        wheel(&sandbox.root().join("wheels"), "2.0");
        let mut world = Self {
            sandbox,
            library,
            old: Tree::new(),
            new: Tree::new(),
        };
        world.sandbox.run_well("pip install -q app big==2.0");
        world.new = world.tree();
        world.back();
        world.old = world.tree();
        assert_ne!(world.old, world.new);
        Some(world)
    }

    fn back(&self) {
        self.sandbox.run_well("pip install -q big==1.0");
    }

    fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        let mut waiting = vec![
            self.sandbox.path(".venv/lib"),
            self.sandbox.path(".venv/bin"),
        ];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() && !path.is_symlink() {
                    waiting.push(path.clone());
                    // Empty folders count: Python imports them.
                    tree.insert(path, Vec::new());
                } else {
                    let contents = std::fs::read(&path).unwrap_or_default();
                    tree.insert(path, contents);
                }
            }
        }
        tree
    }

    /// Runs the upgrade with a fault at the n-th call; gives the exit code, if it was not killed.
    fn upgrade(&self, line: &str, kind: &str, at: usize) -> Option<i32> {
        let mut command = self.sandbox.command(line);
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAULT_KIND", kind)
            .env("FAULT_SEEN", self.seen())
            .env("FAULT_AT", at.to_string());
        command.output().expect("it starts").status.code()
    }

    /// How many calls the upgrade makes.
    fn calls(&self, line: &str) -> usize {
        let count = self.sandbox.root().join("count");
        let mut command = self.sandbox.command(line);
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAULT_COUNT", &count);
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{output:?}");
        let text = std::fs::read_to_string(count).expect("the number");
        text.parse().expect("a number")
    }

    /// Kills the upgrade at the n-th call and looks what the next command finds. Gives how many
    /// processes were killed, one or none: threads make a few calls more or less from run to run.
    fn kill(&self, line: &str, at: usize, calls: usize) -> usize {
        let what = format!("`{line}` killed at call {at} of {calls}");
        let seen = self.seen();
        let _ = std::fs::remove_file(&seen);
        let exit = self.upgrade(line, "kill", at);
        // The Python that compiles may be the one that is killed, and its work is optional.
        assert!(seen.exists() || exit == Some(0), "{what}: {exit:?}");
        if line == UPGRADE {
            self.check(&what);
        } else {
            self.check_import(&what);
        }
        usize::from(seen.exists())
    }

    /// Where the library leaves word that it has killed.
    fn seen(&self) -> PathBuf {
        self.sandbox.root().join("killed")
    }

    /// Whether the version that is there can be imported.
    fn check_import(&self, what: &str) {
        // Links differ from files: here the version that is there must work.
        let freeze = self.sandbox.run_well("pip freeze").stdout;
        let version = if freeze.contains("big==2.0") {
            "2.0"
        } else {
            "1.0"
        };
        let code = format!("import big.part1.same1 as m; assert m.VERSION == '{version}'");
        let python = self.sandbox.path(".venv/bin/python");
        let status = Command::new(python).args(["-B", "-c", &code]).status();
        assert!(status.expect("it starts").success(), "{what}");
    }

    /// Whether the environment is whole, once the next command has looked at it.
    fn check(&self, what: &str) {
        let next = self.sandbox.run_well("pip freeze");
        let tree = self.tree();
        let expected = if next.stdout.contains("big==2.0") {
            &self.new
        } else {
            &self.old
        };
        let odd: Vec<&PathBuf> = tree
            .iter()
            .filter(|(path, text)| expected.get(*path) != Some(text))
            .map(|(path, _)| path)
            .chain(expected.keys().filter(|path| !tree.contains_key(*path)))
            .collect();
        assert!(odd.is_empty(), "{what}: {odd:?}\n{next}");
    }
}

/// Every point for the acceptance, every sixth in CI, a few elsewhere.
fn points(calls: usize) -> impl Iterator<Item = usize> {
    let step = match (
        tilsit_testing::ring::in_acceptance(),
        tilsit_testing::ring::in_ci(),
    ) {
        (true, _) => 1,
        (false, true) => 6,
        (false, false) => 32,
    };
    (1..=calls).step_by(step)
}

/// Says how many runs met their fault; it must be nearly all, or nothing was looked at.
fn most_were_killed(what: &str, killed: usize, calls: usize) -> String {
    let tried = points(calls).count();
    let line = format!("{what}: killed at {killed} of {tried} calls");
    assert!(killed * 10 >= tried * 8, "{line}");
    line
}

const UPGRADE: &str = "pip install -q big==2.0";
const TREE: &str = "pip install -q --link-mode tree --compile-bytecode big==2.0";

#[test]
fn a_killed_upgrade_is_whole_after_the_next_command() {
    let Some(world) = World::new() else { return };
    for line in [UPGRADE, TREE] {
        let clear = || {
            world.sandbox.run_well("pip uninstall -q -y big");
            world.back();
            assert_eq!(world.tree(), world.old);
        };
        // The first run fills the store, which the others find full.
        world.sandbox.run_well(line);
        clear();
        let calls = world.calls(line);
        assert!(calls > 100, "{calls} calls are few");
        let kill = |at| {
            clear();
            world.kill(line, at, calls)
        };
        let killed = points(calls).map(kill).sum();
        clear();
        println!("{}", most_were_killed(line, killed, calls));
    }
    let verified = world.sandbox.run("cache verify");
    assert!(!verified.stderr.contains("removed"), "{verified}");
}

#[test]
fn a_killed_unpacking_leaves_a_store_that_works() {
    let Some(mut world) = World::new() else {
        return;
    };
    let cold = world.sandbox.root().join("cold");
    world.sandbox.set("TILSIT_CACHE_DIR", cold.display());
    for line in [UPGRADE, TREE] {
        let clear = || {
            world.sandbox.run_well("pip uninstall -q -y big");
            world.back();
            std::fs::remove_dir_all(cold.join("wheels")).expect("the store goes");
        };
        clear();
        let calls = world.calls(line);
        let mut killed = 0;
        for at in points(calls) {
            clear();
            killed += world.kill(line, at, calls);
            world.sandbox.run_well(line);
            assert!(
                world
                    .sandbox
                    .run_well("pip freeze")
                    .stdout
                    .contains("big==2.0")
            );
            let verified = world.sandbox.run("cache verify");
            assert!(
                !verified.stderr.contains("removed"),
                "after call {at}: {verified}"
            );
        }
        let what = format!("{line}, cold");
        println!("{}", most_were_killed(&what, killed, calls));
    }
}

#[test]
fn a_full_disk_leaves_the_old_environment() {
    let Some(world) = World::new() else { return };
    let calls = world.calls(UPGRADE);
    let mut refused = 0;
    for at in points(calls) {
        world.back();
        let exit = world.upgrade(UPGRADE, "full", at);
        refused += usize::from(exit != Some(0));
        assert!(
            matches!(exit, Some(0 | 1 | 2 | 5)),
            "call {at} of {calls}: {exit:?}"
        );
        world.check(&format!("full from call {at} of {calls}"));
    }
    assert!(refused > 0);
}

#[test]
fn processes_side_by_side_leave_one_of_their_states() {
    let Some(mut world) = World::new() else {
        return;
    };
    for round in 0..3 {
        let cache = world.sandbox.root().join(format!("cache{round}"));
        world.sandbox.set("TILSIT_CACHE_DIR", cache.display());
        let lines = ["pip install -q big==1.0", UPGRADE];
        let children: Vec<_> = (0..6)
            .map(|number| {
                world
                    .sandbox
                    .command(lines[number % 2])
                    .spawn()
                    .expect("it starts")
            })
            .collect();
        for mut child in children {
            assert!(child.wait().expect("it ends").success());
        }
        world.check("side by side");
        world.sandbox.run_well("cache verify");
    }
}
