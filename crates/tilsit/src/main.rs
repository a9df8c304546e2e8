//! tilsit, the Python packaging system: the command line.

fn main() {}
