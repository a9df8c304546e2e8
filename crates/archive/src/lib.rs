//! Strict, bounded reading and deterministic writing of zip and tar archives.
