//! Load on a server by `wrk`, and what came of it.

use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Connections that are open at once.
const CONNECTIONS: &str = "8";

/// How many requests for a URL a server answers in a second, asked for some seconds.
///
/// # Errors
/// When `wrk` is missing, or an answer is no success.
pub(super) fn requests_per_second(url: &str, accept: &str, seconds: u32) -> Result<f64> {
    let output = Command::new("wrk")
        .args(["-t1", "-c", CONNECTIONS, "-d"])
        .arg(format!("{seconds}s"))
        .arg("-H")
        .arg(format!("Accept: {accept}"))
        .arg(url)
        .output()
        .context("`wrk` is needed; Debian's package has its name")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "wrk fails: {text}");
    ensure!(!text.contains("Non-2xx"), "{url} is refused: {text}");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"));
    Ok(line.context("wrk says no rate")?.trim().parse()?)
}
