//! Find Python interpreters, create virtual environments, read what is installed in them.
