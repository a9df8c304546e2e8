//! What is said when tilsit itself is at fault: a panic ends the program with exit code 3 and
//! says how to report it. A panic in another thread is said too, but leaves the decision to the
//! thread that waits for it (the index server answers one request with 500 and goes on).

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;

use crate::error::{CommandError, Kind};
use crate::explain::Code;
use crate::{json, terminal};

/// Installs the panic hook. `json` says that standard output carries an envelope.
pub(crate) fn report_panics(json: bool) {
    std::panic::set_hook(Box::new(move |panic| {
        let in_main = std::thread::current().name() == Some("main");
        let error = describe(panic);
        if json && in_main {
            terminal::write_data(&json::failure(&error));
        }
        terminal::write_talk(&error.render());
        terminal::write_talk(&format!("{}\n", Backtrace::capture()));
        if in_main {
            leave();
        }
    }));
}

fn describe(panic: &PanicHookInfo<'_>) -> CommandError {
    let message = panic
        .payload_as_str()
        .unwrap_or("a panic without a message");
    let place = panic
        .location()
        .map_or_else(String::new, |place| format!(" at {place}"));
    let version = env!("CARGO_PKG_VERSION");
    CommandError::new(
        Code::Bug,
        format!("tilsit {version} failed in a way it must not"),
    )
    .caused_by(format!("{message}{place}"))
    .hint("this is a bug in tilsit: please report it with this text and the command you ran")
    .hint("`RUST_BACKTRACE=1` in front of the command adds where it happened")
}

#[expect(
    clippy::exit,
    reason = "a panic may abort instead of unwind, so the hook itself ends the program"
)]
fn leave() -> ! {
    std::process::exit(i32::from(Kind::Bug.exit_code()))
}
