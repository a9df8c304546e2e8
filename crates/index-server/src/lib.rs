//! The index server: routes, handlers, pages.
