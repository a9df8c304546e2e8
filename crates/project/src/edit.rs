//! Changes to pyproject.toml that keep comments, order and style.
