//! Times an installation: `link_set ENVIRONMENT CACHE WHEEL…` unpacks the wheels into the store,
//! then plans and applies, and prints how long each took.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use tilsit_environment::{Environment, Interpreter};
use tilsit_installer::{LockedEnvironment, PlanOptions, WheelStore, WheelToInstall};

#[expect(clippy::print_stdout, reason = "an example prints its figures")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = std::env::args_os()
        .skip(1)
        .map(std::path::absolute)
        .collect::<Result<Vec<PathBuf>, _>>()?;
    let [environment, cache, files @ ..] = &arguments[..] else {
        return Err("usage: link_set ENVIRONMENT CACHE WHEEL…".into());
    };
    let start = Instant::now();
    let interpreters = cache.join("interpreters");
    let environment = Environment::of(Interpreter::at(environment, Some(&interpreters))?);
    println!("interpreter {:?}", start.elapsed());
    let store = WheelStore::in_cache(cache);
    let keys = files
        .iter()
        .map(|file| tilsit_installer::store::sha256_of(file))
        .collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    let mut wheels = Vec::new();
    for (file, key) in files.iter().zip(&keys) {
        wheels.push(WheelToInstall {
            stored: store.add(file, key)?,
            is_requested: false,
            direct_url: None,
            compiled: None,
        });
    }
    println!("store       {:?}", start.elapsed());
    let start = Instant::now();
    let locked = LockedEnvironment::lock(&environment, || ())?;
    let installed = environment.installed()?.distributions;
    let options = PlanOptions::default();
    let plan = tilsit_installer::plan(&environment, &wheels, &installed, &options)?;
    println!("plan        {:?}", start.elapsed());
    let start = Instant::now();
    let applied = tilsit_installer::apply(&plan, &locked, &mut |_| ControlFlow::Continue(()))?;
    println!("apply       {:?} {applied:?}", start.elapsed());
    for conflict in &plan.conflicts {
        println!("{conflict:?}");
    }
    Ok(())
}
