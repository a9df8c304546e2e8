//! Preflight and upload of a set of distribution files.
