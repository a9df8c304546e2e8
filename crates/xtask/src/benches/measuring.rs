//! Runs two commands in turn and compares them pair by pair: wall time, processor time, memory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use wait4::Wait4;

/// A command line with its whole environment.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) variables: Vec<(OsString, OsString)>,
    pub(crate) folder: PathBuf,
}

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    /// User and system time, of the process and those it waited for.
    pub(crate) cpu: Duration,
    /// The largest resident set.
    pub(crate) memory_bytes: u64,
}

impl Run {
    /// Runs it once, its output thrown away.
    ///
    /// # Errors
    /// When it cannot be started or ends with a failure.
    pub(crate) fn once(&self) -> Result<Sample> {
        self.with_output(Stdio::null())
    }

    /// Runs it once, its output in a file.
    ///
    /// # Errors
    /// When it cannot be started or ends with a failure.
    pub(crate) fn with_output_in(&self, output: &Path) -> Result<Sample> {
        self.with_output(std::fs::File::create(output)?.into())
    }

    fn with_output(&self, output: Stdio) -> Result<Sample> {
        let log = self.folder.join("stderr");
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.variables.iter().cloned())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(std::fs::File::create(&log)?);
        let start = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let ended = child.wait4()?;
        let wall = start.elapsed();
        ensure!(
            ended.status.success(),
            "`{}` failed:\n{}",
            self.show(),
            std::fs::read_to_string(&log)?
        );
        Ok(Sample {
            wall,
            cpu: ended.rusage.utime + ended.rusage.stime,
            memory_bytes: ended.rusage.maxrss,
        })
    }

    /// The command line, for messages.
    pub(crate) fn show(&self) -> String {
        let words = self.arguments.iter().map(|word| word.to_string_lossy());
        let name = self.program.file_name().unwrap_or_default();
        std::iter::once(name.to_string_lossy())
            .chain(words)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The samples of two commands, pair by pair.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    pub(crate) ours: Vec<Sample>,
    pub(crate) theirs: Vec<Sample>,
}

impl Pairs {
    /// Runs both `rounds` times, each time in another order, `prepare` before each run; one round
    /// more comes first and is thrown away.
    ///
    /// # Errors
    /// When a run or its preparation fails.
    pub(crate) fn take(
        rounds: usize,
        sides: [&Run; 2],
        prepare: &mut dyn FnMut(usize) -> Result<()>,
    ) -> Result<Self> {
        let mut pairs = Self::default();
        for round in 0..=rounds {
            let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
            for side in order {
                prepare(side)?;
                let sample = sides[side].once()?;
                if round > 0 {
                    let samples = if side == 0 {
                        &mut pairs.ours
                    } else {
                        &mut pairs.theirs
                    };
                    samples.push(sample);
                }
            }
        }
        Ok(pairs)
    }

    /// The median of what `figure` says of ours over theirs, pair by pair.
    pub(crate) fn ratio(&self, figure: impl Fn(&Sample) -> f64) -> f64 {
        let ratios = self.ours.iter().zip(&self.theirs);
        median(
            ratios
                .map(|(ours, theirs)| figure(ours) / figure(theirs))
                .collect(),
        )
    }
}

/// The median of a figure over samples.
pub(crate) fn median_of(samples: &[Sample], figure: impl Fn(&Sample) -> f64) -> f64 {
    median(samples.iter().map(figure).collect())
}

/// The median; 0 of nothing.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// Removes a file or folder that may not be there, also one whose folders are read-only.
///
/// # Errors
/// When it cannot be removed.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let status = Command::new("rm").arg("-rf").arg(path).status()?;
    ensure!(status.success(), "cannot remove {}", path.display());
    Ok(())
}
