//! The file system with the path in every error: atomic writes, lock files, confined joins, links, temporary folders.
