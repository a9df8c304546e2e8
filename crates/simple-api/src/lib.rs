//! The Simple API of package indexes, and the legacy upload form, as data.
