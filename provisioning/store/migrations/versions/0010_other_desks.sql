-- Tickets in other desks: what is owed to which, which record there stands for which ticket, and what they said to us.

CREATE TABLE desk_deliveries (
    id        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    desk      text NOT NULL,
    ticket    bigint NOT NULL REFERENCES tickets (number),
    step      integer NOT NULL CHECK (step >= 0),  -- its place in the ticket's history
    state     text NOT NULL DEFAULT 'waiting' CHECK (state IN (
                  'waiting',    -- to be told when it is due
                  'calling',    -- somebody is telling it; long after ``called`` they are dead, and the next one looks first
                  'delivered',  -- it stands there
                  'dead',       -- an operator has to look; the ticket's later steps wait behind it
                  'dropped')),  -- an operator let it be
    queued    timestamptz NOT NULL DEFAULT now(),
    due       timestamptz NOT NULL DEFAULT now(),
    tried     timestamptz,  -- first
    called    timestamptz,  -- last
    attempts  integer NOT NULL DEFAULT 0,
    again     boolean NOT NULL DEFAULT false,  -- an attempt may have got through
    why       text,
    UNIQUE (desk, ticket, step)
);

CREATE INDEX desk_deliveries_owed ON desk_deliveries (desk, ticket, step) WHERE state IN ('waiting', 'calling', 'dead');

CREATE TABLE desk_links (
    desk    text NOT NULL,
    ticket  bigint NOT NULL REFERENCES tickets (number),
    id      text NOT NULL,    -- as the other desk's API wants it
    name    text NOT NULL,    -- as people write it
    url     text NOT NULL,
    PRIMARY KEY (desk, ticket)
);

CREATE INDEX desk_links_id ON desk_links (desk, id);
CREATE INDEX desk_links_name ON desk_links (desk, name);

-- A desk that does not answer is left alone for a while, by all replicas.
CREATE TABLE desk_rests (
    desk      text PRIMARY KEY,
    until     timestamptz NOT NULL,
    failures  integer NOT NULL,  -- one after the other
    why       text NOT NULL
);

-- Keys that were used: what another desk calls with works once.
CREATE TABLE used_keys (
    key  text PRIMARY KEY,
    at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX used_keys_at ON used_keys (at);
