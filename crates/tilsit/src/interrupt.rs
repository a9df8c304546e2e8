//! Ctrl-C (or SIGTERM): the first asks the running operation to stop through its callback, the second ends
//! the program at once. A child process gets the signal itself; then this program only waits.
//!
//! Listening takes a thread, so it begins with the first operation that can be asked to stop; until
//! then the system ends the program.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, Once, PoisonError};

use crate::error::Kind;

/// Whether the user asked to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    listening: Once,
    asked: Mutex<bool>,
    changed: Condvar,
    child_decides: AtomicBool,
    child: AtomicU32,
}

impl Interrupt {
    /// Listens for Ctrl-C (and `SIGTERM` where it exists) from now on.
    fn listen(&self) {
        self.state.listening.call_once(|| {
            let seen = self.clone();
            let handler = move || {
                let again = seen.ask();
                if seen.state.child_decides.load(Ordering::SeqCst) {
                    crate::child::stop(seen.state.child.load(Ordering::SeqCst));
                } else if again {
                    leave();
                }
            };
            // Where the system does not let the handler be set, it ends the program itself.
            let _ = ctrlc::set_handler(handler);
        });
    }

    /// From now on only the child process acts on Ctrl-C; this program waits for it.
    pub(crate) fn leave_to_child(&self) {
        self.listen();
        self.state.child_decides.store(true, Ordering::SeqCst);
    }

    /// The child that is to hear of it where no terminal tells it; 0 for none any more.
    pub(crate) fn pass_on_to(&self, child: u32) {
        self.state.child.store(child, Ordering::SeqCst);
    }

    /// Whether the user asked to stop.
    pub(crate) fn asked(&self) -> bool {
        self.listen();
        *self.lock()
    }

    /// Waits until the user asks to stop.
    pub(crate) fn wait(&self) {
        self.listen();
        let mut asked = self.lock();
        while !*asked {
            let woken = self.state.changed.wait(asked);
            asked = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Notes the wish to stop; says whether it was there before.
    fn ask(&self) -> bool {
        let before = std::mem::replace(&mut *self.lock(), true);
        self.state.changed.notify_all();
        before
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, bool> {
        let lock = self.state.asked.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }

    /// What a long operation's callback answers.
    pub(crate) fn flow(&self) -> ControlFlow<()> {
        if self.asked() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            listening: Once::new(),
            asked: Mutex::default(),
            changed: Condvar::default(),
            child_decides: AtomicBool::default(),
            child: AtomicU32::default(),
        }
    }
}

#[expect(
    clippy::exit,
    reason = "the second Ctrl-C ends the program although an operation does not answer"
)]
fn leave() -> ! {
    std::process::exit(i32::from(Kind::Interrupted.exit_code()))
}

#[cfg(test)]
mod tests;
