-- Somebody wants to be told later. A document is a Watch of provisioning/watches.py as JSON.

CREATE SEQUENCE watch_numbers START WITH 1;

CREATE TABLE watches (
    number     bigint PRIMARY KEY DEFAULT nextval('watch_numbers'),  -- shown as W-<number>
    version    integer NOT NULL CHECK (version > 0),
    state      text NOT NULL CHECK (state IN ('open', 'met', 'expired', 'cancelled')),
    kind       text NOT NULL,
    actor_id   text NOT NULL,
    origin     text NOT NULL,
    app_id     text NOT NULL,
    person_id  text NOT NULL DEFAULT '',
    expires    timestamptz NOT NULL,
    looked     timestamptz NOT NULL DEFAULT '-infinity',
    created    timestamptz NOT NULL DEFAULT now(),
    document   json NOT NULL
);

ALTER SEQUENCE watch_numbers OWNED BY watches.number;
-- Who wishes for the same twice in one place is told once.
CREATE UNIQUE INDEX watches_once ON watches (actor_id, origin, kind, app_id, person_id) WHERE state = 'open';
CREATE INDEX watches_open ON watches (looked) WHERE state = 'open';
