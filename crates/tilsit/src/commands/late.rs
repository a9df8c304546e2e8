//! Arguments that are told to clap only when their command is typed.
//!
//! The tree of all commands with all options takes a millisecond, which is more than many commands
//! do; so a line is read with the options of its own command only. Help, completions and messages
//! about a wrong line want the whole tree: [`whole_tree`].

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{ArgMatches, Args, Command, CommandFactory, Error, FromArgMatches};

/// Whether trees are made whole from now on.
static WHOLE: AtomicBool = AtomicBool::new(false);

/// The arguments `T` of a command.
#[derive(Debug)]
pub(crate) struct Late<T>(Box<T>);

impl<T> Deref for Late<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Args> Args for Late<T> {
    fn augment_args(command: Command) -> Command {
        if WHOLE.load(Ordering::Relaxed) {
            T::augment_args(command)
        } else {
            command.defer(T::augment_args)
        }
    }

    fn augment_args_for_update(command: Command) -> Command {
        T::augment_args_for_update(command)
    }
}

impl<T: FromArgMatches> FromArgMatches for Late<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(|arguments| Self(Box::new(arguments)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// The tree of all commands with all their options.
pub(crate) fn whole_tree<P: CommandFactory>() -> Command {
    WHOLE.store(true, Ordering::Relaxed);
    P::command()
}
