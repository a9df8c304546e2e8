//! `cache verify`: whether the wheels in the cache are what they were.

use serde_json::json;
use tilsit_build_frontend::upkeep::{self, DamagedBuild};
use tilsit_files::LockKind;
use tilsit_installer::verify::{Damage, Verified, verify};

use super::cache;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::lock_store;
use crate::report::Report;
use crate::terminal::{GOOD, WARNING, count, size};

pub(super) fn run(context: &Context) -> Result<Report, CommandError> {
    let Some(cache) = cache(context)? else {
        return Ok(Report::silent(json!({ "wheels": 0 })));
    };
    let _lock = lock_store(LockKind::Exclusive, context)?;
    let spinner = context.terminal.spinner("Checking the cache");
    let verified = verify(cache.root(), &mut |_| context.interrupt.flow())?;
    let (builds, damaged_builds) = upkeep::verify(cache.root())?;
    drop(spinner);
    let Some(verified) = verified else {
        return Err(CommandError::new(Code::Interrupted, "stopped"));
    };
    tell(&verified, &damaged_builds, context);
    let (wheels, bytes) = (count(verified.wheels, "wheel"), size(verified.bytes));
    let shown = count(builds, "build");
    context.terminal.say(format_args!(
        "{GOOD}Checked{GOOD:#} {wheels} ({bytes}) and {shown}"
    ));
    if !verified.removed.is_empty() || !verified.in_use.is_empty() {
        let line = "Environments made with links may have the same damage: \
                    `tilsit pip install --reinstall` makes their packages anew.";
        context.terminal.say(line);
    }
    let entries = |damages: &[Damage]| -> Vec<serde_json::Value> {
        let entry = |damage: &Damage| {
            json!({
                "sha256": damage.sha256,
                "release": damage.release,
                "reason": damage.reason,
                "environments": damage.environments,
            })
        };
        damages.iter().map(entry).collect()
    };
    let result = json!({
        "wheels": verified.wheels,
        "bytes": verified.bytes,
        "mended": entries(&verified.mended),
        "removed": entries(&verified.removed),
        "in_use": entries(&verified.in_use),
        "builds": builds,
        "removed_builds": damaged_builds
            .iter()
            .map(|damage| json!({ "wheel": damage.wheel, "reason": damage.reason }))
            .collect::<Vec<_>>(),
    });
    let found =
        !(verified.mended.is_empty() && verified.removed.is_empty() && damaged_builds.is_empty());
    let exit_code = u8::from(found || !verified.in_use.is_empty());
    Ok(Report::silent(result).with_exit_code(exit_code))
}

/// Says what was found.
fn tell(verified: &Verified, damaged_builds: &[DamagedBuild], context: &Context) {
    for (word, damages) in [
        ("mended", &verified.mended),
        ("removed", &verified.removed),
        ("damaged and in use", &verified.in_use),
    ] {
        for damage in damages {
            let name = damage.release.as_deref().unwrap_or(&damage.sha256);
            let reason = &damage.reason;
            context
                .terminal
                .say(format_args!("{WARNING}{word}{WARNING:#}: {name}: {reason}"));
            for environment in &damage.environments {
                let environment = environment.display();
                context
                    .terminal
                    .say(format_args!("  used by `{environment}`"));
            }
        }
    }
    for damage in damaged_builds {
        let name = damage.wheel.as_deref().unwrap_or("a build");
        let reason = &damage.reason;
        let line = format_args!("{WARNING}removed{WARNING:#}: {name}: {reason}");
        context.terminal.say(line);
    }
}
