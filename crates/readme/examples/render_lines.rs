//! Reads lines of JSON `[kind, text]`, where `kind` is a content type or a language of code, and
//! writes each as HTML in a line of JSON, then on standard error the seconds that rendering took.
//! The other side of `benches/compare.py`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "an example is a program"
)]

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

fn main() {
    let mut seconds = Duration::ZERO;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("standard input is text");
        let (kind, text): (String, String) =
            serde_json::from_str(&line).expect("a line is `[kind, text]`");
        let begin = Instant::now();
        let html = if kind.contains('/') {
            Some(tilsit_readme::render(&text, Some(&kind)).html)
        } else {
            tilsit_readme::highlight::highlight(&kind, &text)
        };
        seconds += begin.elapsed();
        let html = serde_json::to_string(&html).expect("text is JSON");
        writeln!(out, "{html}").expect("standard output is open");
    }
    eprintln!("{:.4}", seconds.as_secs_f64());
}
