-- What the newest release of each project requires, by the normalised name of what is required, so that
-- a project's page can say by whom it is used. `extras` is empty when it is required without an extra,
-- else the extras that bring it, with `, ` between. Filled from the releases by `dependents.rs`.
CREATE TABLE requirements (
    required TEXT NOT NULL,
    project TEXT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    extras TEXT NOT NULL,
    PRIMARY KEY (required, project)
);
CREATE INDEX requirements_project ON requirements (project_id);
