//! `tilsit pip hash`: the digests of files, as requirements files take them.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;

/// Print the hashes of files, as `--hash` options of requirements
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which hash
    #[arg(short, long, default_value = "sha256")]
    algorithm: Algorithm,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Serialize)]
struct Entry {
    path: PathBuf,
    hash: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let mut entries = Vec::new();
    let mut text = String::new();
    for file in &arguments.files {
        let bytes = tilsit_files::read(context.resolve(file))?;
        let hash = match arguments.algorithm {
            Algorithm::Sha256 => format!("sha256:{}", hexadecimal(&Sha256::digest(&bytes))),
            Algorithm::Sha384 => format!("sha384:{}", hexadecimal(&Sha384::digest(&bytes))),
            Algorithm::Sha512 => format!("sha512:{}", hexadecimal(&Sha512::digest(&bytes))),
        };
        let _ = writeln!(text, "{}:\n--hash={hash}", file.display());
        entries.push(Entry {
            path: file.clone(),
            hash,
        });
    }
    Ok(Report::new(text, &entries))
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
