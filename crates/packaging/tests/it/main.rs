//! The vocabulary over real strings, and the laws that it must keep.

mod laws;
mod real_strings;
