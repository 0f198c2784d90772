-- How far the provisioning log was read, page by page. scope: an app's id in lower case, or '*' for all apps together.
CREATE TABLE log_sweeps (
    scope text PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    since timestamptz NOT NULL, -- Graph's clock, as all of these
    read_to timestamptz NOT NULL, -- of a page under way: its newest row
    until timestamptz NOT NULL, -- what read_to becomes when the last page is in
    link text, -- the next page; NULL: nothing is under way
    rows bigint NOT NULL DEFAULT 0,
    updated timestamptz NOT NULL DEFAULT now()
);

-- Who fails now, boiled down: an id and why, no name and no row.
CREATE TABLE failing (
    scope text NOT NULL,
    app_id text NOT NULL,
    object_id text NOT NULL,
    person boolean NOT NULL,
    cluster text NOT NULL,
    cause text NOT NULL,
    owner text[] NOT NULL,
    retry text NOT NULL,
    code text,
    attributes text[] NOT NULL,
    words text NOT NULL,
    since timestamptz NOT NULL,
    last timestamptz NOT NULL,
    times integer NOT NULL,
    next_retry timestamptz,
    PRIMARY KEY (scope, app_id, object_id)
);
CREATE INDEX failing_by_cluster ON failing (scope, cluster, object_id);

-- Rows that are no failures, by day.
CREATE TABLE log_noise (
    scope text NOT NULL,
    day date NOT NULL,
    outcome text NOT NULL,
    rows bigint NOT NULL,
    PRIMARY KEY (scope, day, outcome)
);

-- The last minutes' rows: they are read once more, because rows come late, and counted once.
CREATE TABLE log_rows_counted (
    scope text NOT NULL,
    row_id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (scope, row_id)
);
