//! Wheels: opened and checked as a whole before the first file is used.
//!
//! Follows "Binary distribution format" and "Recording installed projects", strictly where an
//! installer could be led astray (a file that RECORD does not list, a second `.dist-info`, a path
//! that replaces the interpreter) and with a [`Finding`](crate::Finding) where it could not (a
//! `Tag` line that the file name lacks). What the archive itself must be like is decided by
//! [`tilsit_archive::zip`].

pub mod change;
mod contents;
mod error;
mod hash;
mod interpreter;
mod layout;
mod record;
mod wheel_file;
mod writer;

pub use contents::{Wheel, WheelReader};
pub use error::{WheelError, WheelFault};
pub use interpreter::replaces_interpreter;
pub use layout::{Scheme, WheelEntry};
pub use wheel_file::{WheelFile, WheelFileError};
pub use writer::{CopyError, PackedFile, WheelWriteError, WheelWriter, WheelWriterOptions};
