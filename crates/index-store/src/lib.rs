//! The index server's database and file blobs, on SQLite or PostgreSQL.
