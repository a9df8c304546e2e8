//! Faults at every point of an upgrade of a tool: killed, on a full disk. The tool is always the old one
//! or the new one, with its own programs and no others.

use std::path::PathBuf;

use super::{program, programs, sandbox, says, wheel_folder};
use crate::fault_library::fault_library;
use crate::sandbox::Sandbox;
use crate::wheels;

const UPGRADE: &str = "tool install -q big==2.0";

struct World {
    sandbox: Sandbox,
    library: PathBuf,
}

impl World {
    /// A tool in version 1, and a newer one with another program; none where there is no C compiler.
    fn new() -> Option<Self> {
        let sandbox = sandbox()?;
        let library = fault_library(sandbox.root())?;
        for (version, other) in [("1.0", "one"), ("2.0", "two")] {
            let entry_points = format!("[console_scripts]\nbig = big:main\n{other} = big:main\n");
            let shared = [&*format!("man/man1/{other}.1")];
            let folder = wheel_folder(&sandbox);
            wheels::wheel_with(&folder, ("big", version), &["lib"], &entry_points, &shared);
        }
        let world = Self { sandbox, library };
        // The store is full from here on.
        world.sandbox.run_well(UPGRADE);
        world.back();
        Some(world)
    }

    fn back(&self) {
        self.sandbox.run_well("tool install -q big==1.0");
        self.is("1.0", "back");
    }

    fn fault(&self, kind: &str, at: usize) -> Option<i32> {
        let mut command = self.sandbox.command(UPGRADE);
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAULT_KIND", kind)
            .env("FAULT_AT", at.to_string());
        command.output().expect("it starts").status.code()
    }

    /// How many calls the upgrade makes.
    fn calls(&self) -> usize {
        let count = self.sandbox.root().join("count");
        let mut command = self.sandbox.command(UPGRADE);
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAULT_COUNT", &count);
        assert!(command.output().expect("it starts").status.success());
        self.back();
        let text = std::fs::read_to_string(count).expect("the number");
        text.parse().expect("a number")
    }

    /// Which version is there, by what is listed.
    fn version(&self) -> String {
        let (_, envelope) = self.sandbox.run_json("tool list");
        let tool = &envelope["result"][0];
        assert_eq!(tool["fault"], serde_json::Value::Null, "{envelope}");
        tool["version"].as_str().expect("a version").to_owned()
    }

    /// Whether all of this version is there, and nothing of the other.
    fn is(&self, version: &str, what: &str) {
        let (own, other) = match version {
            "1.0" => ("one", "two"),
            _ => ("two", "one"),
        };
        assert_eq!(programs(&self.sandbox), ["big", own], "{what}");
        for name in ["big", own] {
            assert_eq!(
                says(&self.sandbox, name),
                format!("big {version}\n"),
                "{what}"
            );
        }
        let pages = self.sandbox.root().join("home/.local/share/man/man1");
        assert!(pages.join(format!("{own}.1")).is_file(), "{what}");
        assert!(
            pages.join(format!("{other}.1")).symlink_metadata().is_err(),
            "{what}"
        );
    }
}

/// Every point for the acceptance, some in CI, a few elsewhere.
fn points(calls: usize) -> impl Iterator<Item = usize> {
    let step = match (
        tilsit_testing::ring::in_acceptance(),
        tilsit_testing::ring::in_ci(),
    ) {
        (true, _) => 1,
        (false, true) => 4,
        (false, false) => 16,
    };
    (1..=calls).step_by(step)
}

#[test]
fn a_killed_upgrade_is_the_old_tool_or_the_new_one() {
    let Some(world) = World::new() else { return };
    let calls = world.calls();
    assert!(calls > 40, "{calls} calls are few");
    let mut killed = 0;
    for at in points(calls) {
        let exit = world.fault("kill", at);
        killed += usize::from(exit.is_none());
        // A list puts in order what it finds.
        let version = world.version();
        world.is(&version, &format!("killed at call {at} of {calls}"));
        world.back();
    }
    let tried = points(calls).count();
    println!("killed at {killed} of {tried} calls, of {calls}");
    assert!(killed * 10 >= tried * 8, "{killed} of {tried}");
}

#[test]
fn a_full_disk_leaves_the_old_tool() {
    let Some(world) = World::new() else { return };
    let calls = world.calls();
    let mut refused = 0;
    for at in points(calls) {
        let exit = world.fault("full", at);
        let what = format!("full from call {at} of {calls}: {exit:?}");
        assert!(matches!(exit, Some(0 | 1 | 2 | 5)), "{what}");
        if exit == Some(0) {
            world.is("2.0", &what);
        } else {
            refused += 1;
            // Without another command.
            world.is("1.0", &what);
        }
        world.back();
    }
    assert!(refused > 0);
}

#[test]
fn what_was_killed_before_it_was_there_leaves_nothing() {
    let Some(world) = World::new() else { return };
    let sandbox = &world.sandbox;
    let calls = world.calls();
    for at in points(calls) {
        sandbox.run_well("tool uninstall big");
        let exit = world.fault("kill", at);
        sandbox.run_well("tool list");
        let what = format!("killed at call {at} of {calls}: {exit:?}");
        if sandbox.run_json("tool list").1["result"][0].is_null() {
            assert!(programs(sandbox).is_empty(), "{what}");
            assert!(program(sandbox, "big").symlink_metadata().is_err());
        } else {
            world.is("2.0", &what);
        }
        world.back();
    }
}
