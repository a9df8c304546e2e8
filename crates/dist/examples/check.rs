//! Opens each wheel or source distribution that is named, reads it to its end, and prints what is
//! wrong with it.
//!
//! ```text
//! cargo run --release -p tilsit-dist --example check -- FILE...
//! ```
#![allow(clippy::print_stdout, reason = "the findings are what it is for")]

use std::path::Path;

use tilsit_archive::Limits;
use tilsit_dist::Finding;
use tilsit_dist::sdist::Sdist;
use tilsit_dist::wheel::Wheel;

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let mut sound = 0;
    for file in &files {
        match check(Path::new(file)) {
            Ok(findings) => {
                sound += 1;
                for finding in findings {
                    println!("{file}: {finding}");
                }
            }
            Err(error) => println!("refused: {error}"),
        }
    }
    println!("{sound} of {} are sound", files.len());
}

fn check(path: &Path) -> Result<Vec<Finding>, Box<dyn std::error::Error>> {
    let limits = Limits::default();
    if path.extension().is_some_and(|end| end == "whl") {
        let wheel = Wheel::open(path, &limits)?;
        wheel.verify()?;
        return Ok(wheel.findings().to_vec());
    }
    let sdist = Sdist::open(path, &limits)?;
    Ok(sdist.findings().to_vec())
}
