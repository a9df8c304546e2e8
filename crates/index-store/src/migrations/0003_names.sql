-- Names that new projects may not have. A pattern is a normalised name; with `*` at its end it is for
-- all names that begin so.
CREATE TABLE prohibited_names (
    pattern TEXT PRIMARY KEY,
    user_name TEXT,
    created_us BIGINT NOT NULL
);

-- Names that look alike are found by this; the same expression stands in `names.rs`.
CREATE INDEX projects_lookalike ON projects
    (REPLACE(REPLACE(REPLACE(REPLACE(name, '-', ''), 'l', '1'), 'i', '1'), 'o', '0'));
