//! Times the search and a new environment: `venv CACHE FOLDER PATH…` with the folders of the
//! search path.

use std::path::PathBuf;
use std::time::Instant;

use tilsit_environment::venv::{VenvOptions, create};
use tilsit_environment::{PythonRequest, Scope, Surroundings, discovery};

#[expect(clippy::print_stdout, reason = "an example prints its figures")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = std::env::args_os()
        .skip(1)
        .map(std::path::absolute)
        .collect::<Result<Vec<PathBuf>, _>>()?;
    let [cache, folder, path @ ..] = &arguments[..] else {
        return Err("usage: venv CACHE FOLDER PATH…".into());
    };
    let surroundings = Surroundings {
        working_folder: folder.clone(),
        path_folders: path.to_vec(),
        cache_folder: Some(cache.clone()),
        ..Surroundings::default()
    };
    let start = Instant::now();
    let found = discovery::find(&PythonRequest::Any, Scope::Base, &surroundings)?;
    let searched = start.elapsed();
    let start = Instant::now();
    create(&found.interpreter, folder, &VenvOptions::default())?;
    let executable = found.interpreter.executable().display();
    println!(
        "{executable} ({}): search {searched:?}, venv {:?}",
        found.source,
        start.elapsed()
    );
    Ok(())
}
