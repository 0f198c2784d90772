-- What the desk itself remembers. A document is a Case or Ticket of provisioning/cases.py as JSON, read only as a whole;
-- what stands in columns beside it is needed by a query, a lock or a constraint. Documents are json, not jsonb: foreign
-- error texts may hold a NUL character, which jsonb refuses. Instants come from the database's clock.

CREATE TABLE cases (
    id          uuid PRIMARY KEY,
    version     integer NOT NULL CHECK (version > 0),  -- grows by one with every write
    state       text NOT NULL CHECK (state IN
                    ('looked', 'promised', 'calling', 'checking', 'done', 'not_done', 'refused', 'uncertain')),
    person_id   text NOT NULL,
    app_id      text NOT NULL,  -- the service principal's object id
    actor_id    text NOT NULL,
    waiting     boolean NOT NULL,  -- work is under way for it
    created     timestamptz NOT NULL DEFAULT now(),
    updated     timestamptz NOT NULL DEFAULT now(),
    ticket      bigint,
    document    json NOT NULL
);

-- The promise behind the buttons: at most one piece of work under way for a person in an app, whoever clicks.
CREATE UNIQUE INDEX cases_one_promise ON cases (person_id, app_id) WHERE waiting;
CREATE INDEX cases_created ON cases (created);

CREATE SEQUENCE ticket_numbers START WITH 1001;

CREATE TABLE tickets (
    number        bigint PRIMARY KEY DEFAULT nextval('ticket_numbers'),  -- shown as SD-<number>
    version       integer NOT NULL CHECK (version > 0),
    state         text NOT NULL CHECK (state IN ('open', 'taken', 'closed')),
    requester_id  text NOT NULL,
    case_id       uuid REFERENCES cases (id),
    opened        timestamptz NOT NULL DEFAULT now(),
    updated       timestamptz NOT NULL DEFAULT now(),
    document      json NOT NULL
);

-- A case is handed over once; a closed ticket makes room for another.
CREATE UNIQUE INDEX tickets_one_per_case ON tickets (case_id) WHERE state <> 'closed';
CREATE INDEX tickets_requester ON tickets (requester_id, number);
CREATE INDEX tickets_waiting ON tickets (number) WHERE state <> 'closed';

ALTER SEQUENCE ticket_numbers OWNED BY tickets.number;
ALTER TABLE cases ADD CONSTRAINT cases_ticket FOREIGN KEY (ticket) REFERENCES tickets (number);

CREATE TABLE audit (
    id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),  -- the database's clock
    what    text NOT NULL,
    by_id   text NOT NULL,
    by_upn  text NOT NULL,
    about   text NOT NULL,  -- case:<id> or ticket:<number>
    facts   json NOT NULL
);

CREATE INDEX audit_about ON audit (about, id);

-- Audit lines are written once. The trigger also stops the owner of the table, whom a REVOKE would not.
CREATE FUNCTION audit_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit lines are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END;
$$;

CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_written_once();
CREATE TRIGGER audit_stays BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_written_once();
REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM PUBLIC;

-- A job that waited for another with the same lock starts when that one ends, not at the worker's next look.
CREATE FUNCTION desk_wake_the_next_of_a_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = OLD.lock AND status = 'todo' AND id <> OLD.id) THEN
        PERFORM pg_notify('procrastinate_any_queue_v1', json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text);
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER desk_lock_is_free AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.lock IS NOT NULL AND OLD.status = 'doing' AND NEW.status <> 'doing')
    EXECUTE FUNCTION desk_wake_the_next_of_a_lock();
CREATE TRIGGER desk_lock_is_gone AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.lock IS NOT NULL AND OLD.status = 'doing')
    EXECUTE FUNCTION desk_wake_the_next_of_a_lock();

-- Whose memory this database is.
CREATE TABLE desk (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    tenant    text NOT NULL,
    sandbox   boolean NOT NULL,
    since     timestamptz NOT NULL DEFAULT clock_timestamp()
);
