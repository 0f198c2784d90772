-- What the desk has seen of jobs: figures and fingerprints, no people.
CREATE TABLE cycles (
    job_id text NOT NULL,
    cycle_id text NOT NULL,
    app_id text NOT NULL,
    state text NOT NULL,
    began timestamptz NOT NULL, -- Graph's clock
    ended timestamptz,
    imported bigint NOT NULL,
    exported bigint NOT NULL,
    escrowed bigint NOT NULL,
    entitled bigint NOT NULL,
    observed timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, cycle_id)
);
CREATE INDEX cycles_of_an_app ON cycles (app_id, began DESC);

CREATE TABLE schemas_seen (
    job_id text NOT NULL,
    app_id text NOT NULL,
    fingerprint text NOT NULL,
    first_seen timestamptz NOT NULL, -- Graph's clock
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (job_id, first_seen)
);
CREATE INDEX schemas_of_an_app ON schemas_seen (app_id, first_seen);

-- What administrators want done to jobs.
CREATE TABLE orders (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    kind text NOT NULL,
    app_id text NOT NULL,
    state text NOT NULL,
    under_way boolean NOT NULL,
    document jsonb NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    updated timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX orders_one_at_a_time ON orders (app_id) WHERE under_way;
CREATE INDEX orders_of_an_app ON orders (app_id, created DESC);

-- Schemas as they were right before and after the desk saved one: what undo puts back.
CREATE TABLE schemas_kept (
    order_id uuid NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    which text NOT NULL CHECK (which IN ('before', 'after')),
    body text NOT NULL,
    kept_until timestamptz NOT NULL,
    PRIMARY KEY (order_id, which)
);
