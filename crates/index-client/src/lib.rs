//! Pages, files and ranges from package indexes, with an HTTP cache, retries and credentials.
