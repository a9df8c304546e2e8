//! `add` and `remove`.
