//! The first process's work while the program runs: it takes leave of orphans, and counts.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, WaitOptions, WaitStatus, pidfd_open, wait};

use super::{Refusal, Trying as _};
use crate::limits::Limits;
use crate::outcome::{Limit, Outcome};

/// How often is counted. What a program can do in this time is what it can exceed a limit by.
const LOOK_EVERY: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// How many of the dead are taken leave of before it is counted again: a program may make them
/// faster than they go.
const DEAD_MAX: usize = 1000;

/// The exit code for a program that did not end by itself.
const ENDED: u8 = 124;

/// Waits until the program ends or a limit is reached. When this process then ends, so does all that
/// is left inside.
pub(crate) fn until_end(child: &Child, limits: &Limits) -> Result<(Outcome, u8), Refusal> {
    let began = Instant::now();
    let watching = || "watching the program".to_owned();
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let Some(pid) = pid else {
        return Ok((Outcome::Lost, ENDED));
    };
    let program = pidfd_open(pid, PidfdFlags::empty()).trying(watching)?;
    loop {
        match poll(
            &mut [PollFd::new(&program, PollFlags::IN)],
            Some(&LOOK_EVERY),
        ) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).trying(watching),
        }
        if let Some(status) = take_leave_of_the_dead(pid).trying(watching)? {
            return Ok(outcome(status));
        }
        if let Some(limit) = exceeded(limits, began.elapsed()) {
            return Ok((Outcome::Exceeded(limit), ENDED));
        }
    }
}

/// Waits for everything that has ended: the program's status, if it is among them.
fn take_leave_of_the_dead(program: Pid) -> rustix::io::Result<Option<WaitStatus>> {
    for _ in 0..DEAD_MAX {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if pid == program => return Ok(Some(status)),
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Ok(None) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn outcome(status: WaitStatus) -> (Outcome, u8) {
    if let Some(signal) = status.terminating_signal() {
        return (Outcome::Signal(signal), ENDED);
    }
    let code = status.exit_status();
    let code = code.and_then(|code| u8::try_from(code).ok());
    (Outcome::Ended, code.unwrap_or(ENDED))
}

fn exceeded(limits: &Limits, elapsed: Duration) -> Option<Limit> {
    if elapsed > limits.time {
        return Some(Limit::Time);
    }
    let processes = processes();
    // One of them is this process. Where the kernel enforces the limit, it is reached, not exceeded.
    if processes.len() > usize::try_from(limits.processes).unwrap_or(usize::MAX) {
        return Some(Limit::Processes);
    }
    let sum = |of: fn(u32) -> Option<u64>| processes.iter().filter_map(|pid| of(*pid)).sum::<u64>();
    // The exact sum takes a walk over every page, so it is made when the rough one is too large.
    let is_full = sum(resident) > limits.memory_bytes && sum(proportional) > limits.memory_bytes;
    is_full.then_some(Limit::Memory)
}

fn processes() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    names.collect()
}

/// The bytes that a process has in memory; what it shares with others is counted for each.
fn resident(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

/// The same, with what is shared divided among those that share it. Where the kernel does not tell,
/// the rough number counts.
fn proportional(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"));
    let Ok(text) = rollup else {
        return resident(pid);
    };
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}
