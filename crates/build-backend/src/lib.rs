//! A build backend: pyproject.toml and a source tree to an sdist and a wheel.
