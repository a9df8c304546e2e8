//! The packaging specifications as values: versions, specifiers, markers, requirements, tags, metadata, lock files.
