//! The writer, the lexers' laws, and time on hostile code.

use super::*;
