//! Running a program whose output is kept, within bounds, and that can be stopped.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use crate::system;

/// How much of the end of the output is kept.
const KEPT_MAX_BYTES: usize = 1 << 20;

/// How often a program that says nothing is looked at, and the user's wish to stop is asked for.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long the output may stay open once the program has ended: a process that it left behind
/// may hold it for ever.
const GRACE: Duration = Duration::from_millis(500);

/// A program that ran to its end.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    /// The end of what it wrote to either stream, in order.
    pub(crate) output: String,
}

/// Why a program did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It cannot be started.
    #[error("the program `{program}` cannot be started")]
    NotStarted {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// Its end cannot be waited for.
    #[error("the program `{program}` cannot be waited for")]
    Lost {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// It wrote without end.
    #[error("the program `{program}` was ended because it wrote more than {} MiB of output", limit_bytes >> 20)]
    TooMuchOutput {
        /// The program.
        program: String,
        /// The limit.
        limit_bytes: u64,
        /// The end of what it wrote.
        output: String,
    },
    /// The caller stopped it.
    #[error("stopped")]
    Stopped,
}

/// Runs a program without input. `on_output` hears each piece of what it writes, and an empty one
/// now and then; when it breaks, the program and all that it started are ended.
pub(crate) fn run(
    mut command: Command,
    output_max_bytes: u64,
    on_output: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<Finished, ProcessError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let not_started = |source| ProcessError::NotStarted {
        program: program.clone(),
        source,
    };
    let (reader, writer) = io::pipe().map_err(not_started)?;
    let second = writer.try_clone().map_err(not_started)?;
    command.stdin(Stdio::null()).stdout(writer).stderr(second);
    system::in_own_group(&mut command);
    let child = command.spawn().map_err(not_started)?;
    // It holds our ends of the pipe.
    drop(command);
    let mut running = Running {
        child,
        program,
        pieces: read_all(reader),
        kept: Kept::default(),
    };
    running.finish(output_max_bytes, on_output)
}

/// How many pieces may wait to be looked at; a program that writes faster waits.
const PIECES_WAITING_MAX: usize = 64;

/// Reads in a thread of its own, which ends when nobody holds the other end any more.
fn read_all(mut reader: io::PipeReader) -> Receiver<Vec<u8>> {
    let (sender, pieces) = sync_channel(PIECES_WAITING_MAX);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 14];
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    pieces
}

struct Running {
    child: Child,
    program: String,
    pieces: Receiver<Vec<u8>>,
    kept: Kept,
}

impl Running {
    fn finish(
        &mut self,
        output_max_bytes: u64,
        on_output: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Finished, ProcessError> {
        let mut ended: Option<(ExitStatus, Instant)> = None;
        loop {
            let piece = match self.pieces.recv_timeout(LOOK_EVERY) {
                Ok(piece) => piece,
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let is_silent = piece.is_empty();
            self.kept.add(&piece);
            if on_output(&String::from_utf8_lossy(&piece)).is_break() {
                self.end();
                return Err(ProcessError::Stopped);
            }
            if self.kept.total_bytes > output_max_bytes {
                self.end();
                return Err(ProcessError::TooMuchOutput {
                    program: self.program.clone(),
                    limit_bytes: output_max_bytes,
                    output: self.kept.text(),
                });
            }
            if !is_silent {
                continue;
            }
            match ended {
                Some((_, since)) if since.elapsed() > GRACE => break,
                Some(_) => {}
                None => {
                    let status = self.child.try_wait();
                    let status = status.map_err(|source| self.lost(source))?;
                    ended = status.map(|status| (status, Instant::now()));
                }
            }
        }
        let status = match ended {
            Some((status, _)) => status,
            None => self.wait(on_output)?,
        };
        Ok(Finished {
            status,
            output: self.kept.text(),
        })
    }

    /// Waits for a program that has closed its output.
    fn wait(
        &mut self,
        on_output: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ExitStatus, ProcessError> {
        let mut pause = Duration::from_micros(200);
        loop {
            let status = self.child.try_wait();
            if let Some(status) = status.map_err(|source| self.lost(source))? {
                return Ok(status);
            }
            if on_output("").is_break() {
                self.end();
                return Err(ProcessError::Stopped);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(LOOK_EVERY);
        }
    }

    fn lost(&self, source: io::Error) -> ProcessError {
        ProcessError::Lost {
            program: self.program.clone(),
            source,
        }
    }

    /// Ends the program with all that it started.
    fn end(&mut self) {
        system::kill_group(&mut self.child);
        // It is gone; there is nothing to learn from how.
        let _ = self.child.wait();
    }
}

/// The end of an output.
#[derive(Default)]
struct Kept {
    bytes: VecDeque<u8>,
    total_bytes: u64,
}

impl Kept {
    fn add(&mut self, piece: &[u8]) {
        self.total_bytes += piece.len() as u64;
        self.bytes.extend(piece);
        let surplus = self.bytes.len().saturating_sub(KEPT_MAX_BYTES);
        self.bytes.drain(..surplus);
    }

    fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes.make_contiguous()).into_owned()
    }
}
