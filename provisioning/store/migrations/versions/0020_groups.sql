-- Runs of whole groups: a document of provisioning/groups.py as JSON, read only as a whole.

CREATE TABLE group_runs (
    id        uuid PRIMARY KEY,
    version   integer NOT NULL CHECK (version > 0),  -- grows by one with every write
    created   timestamptz NOT NULL DEFAULT now(),
    updated   timestamptz NOT NULL DEFAULT now(),
    document  json NOT NULL
);
