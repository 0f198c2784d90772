-- Many people, one app, one call after the other. A document is a Crowd of provisioning/crowds.py as JSON.

CREATE SEQUENCE crowd_numbers START WITH 1;
CREATE SEQUENCE crowd_turns;

CREATE TABLE crowds (
    number    bigint PRIMARY KEY DEFAULT nextval('crowd_numbers'),  -- shown as C-<number>
    version   integer NOT NULL CHECK (version > 0),  -- grows by one with every change of the crowd itself
    state     text NOT NULL CHECK (state IN
                  ('nameless', 'gathering', 'ready', 'running', 'paused', 'stopped', 'finished')),
    actor_id  text NOT NULL,
    key       text,  -- of the message that brought the list: what it opens, it opens once
    app_id    text,
    served    bigint NOT NULL DEFAULT 0,  -- when it had its last turn; the longest ago comes next
    created   timestamptz NOT NULL DEFAULT now(),
    document  json NOT NULL,
    CHECK (app_id IS NOT NULL OR state = 'nameless')
);

ALTER SEQUENCE crowd_numbers OWNED BY crowds.number;
ALTER SEQUENCE crowd_turns OWNED BY crowds.served;
CREATE UNIQUE INDEX crowds_once ON crowds (actor_id, key) WHERE key IS NOT NULL;
CREATE INDEX crowds_running ON crowds (served) WHERE state = 'running';

CREATE TABLE crowd_members (
    crowd      bigint NOT NULL REFERENCES crowds (number) ON DELETE CASCADE,
    place      integer NOT NULL,  -- in the order of the list
    app_id     text NOT NULL,
    person_id  text NOT NULL,
    name       text NOT NULL,
    upn        text NOT NULL,
    state      text NOT NULL CHECK (state IN ('left_out', 'waiting', 'calling', 'checking', 'done', 'failed',
                                              'skipped', 'uncertain', 'stopped')),
    why        text NOT NULL DEFAULT '',
    fact       text NOT NULL DEFAULT '',
    told       text NOT NULL DEFAULT '',
    tries      integer NOT NULL DEFAULT 0,
    called_at  timestamptz,  -- Graph's clock
    change_id  text NOT NULL DEFAULT '',
    proof      text NOT NULL DEFAULT '',
    PRIMARY KEY (crowd, place),
    UNIQUE (crowd, person_id)
);

CREATE INDEX crowd_members_waiting ON crowd_members (crowd, place) WHERE state = 'waiting';
CREATE INDEX crowd_members_under_way ON crowd_members (crowd, place) WHERE state IN ('calling', 'checking');
-- Whoever is on several lists is called for one of them at a time.
CREATE UNIQUE INDEX crowd_members_one_call ON crowd_members (person_id, app_id) WHERE state = 'calling';
