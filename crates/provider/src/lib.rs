//! Answers the resolver's questions from an index, the cache and the installed set.
