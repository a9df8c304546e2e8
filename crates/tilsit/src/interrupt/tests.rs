//! The wish to stop reaches those who ask and those who wait.

use std::ops::ControlFlow;

use super::Interrupt;

#[test]
fn those_who_wait_are_woken() {
    let interrupt = Interrupt::default();
    assert_eq!(interrupt.flow(), ControlFlow::Continue(()));
    let waiting = interrupt.clone();
    let thread = std::thread::spawn(move || waiting.wait());
    assert!(!interrupt.ask());
    thread.join().unwrap();
    assert!(interrupt.asked());
    assert_eq!(interrupt.flow(), ControlFlow::Break(()));
    assert!(interrupt.ask(), "the second time it was asked before");
}
