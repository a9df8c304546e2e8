-- Administrators, sessions, invitations, who may read, and names that stay taken.

-- Truth values are 0 and 1: the two databases share no type for them.
ALTER TABLE users ADD COLUMN is_admin BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN disabled_us BIGINT;

-- `read` for reading what is not public, `publish` for that and uploads.
ALTER TABLE tokens ADD COLUMN permission TEXT NOT NULL DEFAULT 'publish';

-- NULL: as the index as a whole.
ALTER TABLE projects ADD COLUMN reading TEXT;

-- What a signed-in browser holds; only the hash of it is kept.
CREATE TABLE sessions (
    secret_sha256 TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    created_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_us);

-- A link by which one person makes an account.
CREATE TABLE invitations (
    secret_sha256 TEXT PRIMARY KEY,
    is_admin BIGINT NOT NULL,
    invited_by TEXT,
    created_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL,
    used_us BIGINT
);

-- Names of files that were deleted: other bytes never get them.
CREATE TABLE reserved_files (
    file_name TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    deleted_us BIGINT NOT NULL
);
CREATE INDEX reserved_files_project ON reserved_files (project);

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
