-- Where the helpdesk and people are reached, who is on call when, and how much was said to whom lately.

CREATE TABLE desk_routes (
    kind          text NOT NULL CHECK (kind IN ('severity', 'app', 'cause')),
    value         text NOT NULL,         -- a severity, a service principal's object id, a cause
    words         text NOT NULL,         -- as people call it
    conversation  text NOT NULL,         -- may have been closed to us since: then the usual channel is told
    since         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (kind, value)
);

ALTER TABLE desk_room ADD COLUMN named_by text;  -- Entra object id: who is told when we cannot speak there any more

-- The personal chat of everybody who has written to us: only there can somebody be told something alone.
CREATE TABLE chats (
    person        text PRIMARY KEY,      -- Entra object id
    conversation  text NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seen          timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Which team a channel belongs to: who removes the bot from a team removes it from all its channels.
CREATE TABLE team_rooms (
    conversation  text PRIMARY KEY,
    team          text NOT NULL
);

-- What was said of our own accord: to a personal chat or to somebody who was mentioned. Kept for minutes.
CREATE TABLE notices (
    whom  text NOT NULL,
    at    timestamptz NOT NULL
);
CREATE INDEX notices_whom ON notices (whom, at DESC);

-- Who is on call, by the week; the times are those of the desk's own zone.
CREATE TABLE roster (
    id       bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    person   text NOT NULL,              -- Entra object id
    name     text NOT NULL,
    upn      text NOT NULL,
    days     integer[] NOT NULL,         -- 0 is Monday
    begins   time NOT NULL,
    ends     time NOT NULL,              -- not after begins: it ends on the next day
    UNIQUE (person, days, begins, ends)
);
