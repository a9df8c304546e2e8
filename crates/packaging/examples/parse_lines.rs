//! Times the parsing of a file of versions or requirements, one a line; beside it stands
//! `benches/compare.py`, which does the same with pypa/packaging.
//!
//! `cargo run --release -p tilsit-packaging --example parse_lines -- versions FILE`

use std::hint::black_box;
use std::time::Instant;

use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(kind), Some(file)) = (arguments.next(), arguments.next()) else {
        panic!("two arguments are wanted: `versions` or `requirements`, and a file");
    };
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let lines: Vec<&str> = text.lines().collect();
    let parses = |line: &&&str| match kind.as_str() {
        "versions" => black_box(line.parse::<Version>()).is_ok(),
        _ => black_box(line.parse::<Requirement>()).is_ok(),
    };
    // The best of five rounds; the first one also interns the markers.
    let rounds: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            black_box(lines.iter().filter(parses).count());
            start.elapsed().as_secs_f64()
        })
        .collect();
    let good = lines.iter().filter(parses).count();
    let best = rounds.iter().copied().fold(f64::INFINITY, f64::min);
    #[expect(
        clippy::print_stdout,
        reason = "the figures are what the example is for"
    )]
    {
        println!(
            "{good} of {} {kind}: first round {:.4} s, best {best:.4} s",
            lines.len(),
            rounds[0]
        );
    }
}
