-- The first schema. Times are microseconds since 1970-01-01 UTC.

-- Counters of the whole index; `serial` is the number of the last change.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('serial', 0);

CREATE TABLE users (
    id {identity},
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_us BIGINT NOT NULL
);

-- `projects` is NULL for a token of the user's whole account, else a JSON array of names.
CREATE TABLE tokens (
    id {identity},
    user_id BIGINT NOT NULL REFERENCES users (id),
    prefix TEXT NOT NULL UNIQUE,
    secret_sha256 TEXT NOT NULL,
    description TEXT NOT NULL,
    projects TEXT,
    created_us BIGINT NOT NULL,
    expires_us BIGINT,
    revoked_us BIGINT
);
CREATE INDEX tokens_user ON tokens (user_id);

CREATE TABLE projects (
    id {identity},
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    status TEXT NOT NULL,
    status_reason TEXT,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL
);
CREATE INDEX projects_updated ON projects (updated_us);

CREATE TABLE roles (
    project_id BIGINT NOT NULL REFERENCES projects (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    granted_us BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX roles_user ON roles (user_id);

-- `core_metadata` is the text of METADATA or PKG-INFO of the release's first file.
CREATE TABLE releases (
    id {identity},
    project_id BIGINT NOT NULL REFERENCES projects (id),
    version TEXT NOT NULL,
    core_metadata TEXT NOT NULL,
    summary TEXT,
    created_us BIGINT NOT NULL,
    UNIQUE (project_id, version)
);

-- `yanked` is NULL, or the reason, which may be empty.
CREATE TABLE files (
    id {identity},
    release_id BIGINT NOT NULL REFERENCES releases (id),
    file_name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    blake2b_256 TEXT NOT NULL,
    metadata_sha256 TEXT,
    requires_python TEXT,
    yanked TEXT,
    user_id BIGINT NOT NULL REFERENCES users (id),
    uploaded_us BIGINT NOT NULL
);
CREATE INDEX files_release ON files (release_id);
CREATE INDEX files_sha256 ON files (sha256);

-- Kept for ever: names, not references, so that an event outlives what it tells of.
CREATE TABLE events (
    serial BIGINT PRIMARY KEY,
    at_us BIGINT NOT NULL,
    user_name TEXT,
    action TEXT NOT NULL,
    project TEXT,
    subject TEXT NOT NULL
);
CREATE INDEX events_project ON events (project, serial);

-- The canonical JSON page of each project, as of `serial`.
CREATE TABLE pages (
    project TEXT PRIMARY KEY,
    serial BIGINT NOT NULL,
    body TEXT NOT NULL
);
