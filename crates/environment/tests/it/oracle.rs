//! Markers and tags are those of `packaging`.
