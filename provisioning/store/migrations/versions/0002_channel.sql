-- What passes between Teams and the desk. What a channel sent is kept as json, not jsonb: jsonb refuses some texts
-- that are valid JSON (a NUL, half a surrogate pair), and nothing here is ever searched by what is inside.
-- A lease (…_by, …_until) belongs to one process, is renewed while it works, and ends by itself when it died.

CREATE TABLE conversations (
    id           text PRIMARY KEY,      -- the channel's word; a thread of a Teams channel has ;messageid= behind it
    tenant       text NOT NULL,
    channel      text NOT NULL,         -- msteams, emulator …
    kind         text NOT NULL CHECK (kind IN ('personal', 'groupChat', 'channel')),
    service_url  text NOT NULL,         -- only ever one that the door let in
    bot          json NOT NULL,         -- our own account there
    locale       text,
    seen         timestamptz NOT NULL DEFAULT clock_timestamp(),
    welcomed     timestamptz,
    retired      timestamptz,           -- we were removed or blocked: nothing is sent until somebody speaks to us again
    retired_why  text,
    memory       json,                  -- what the dialogs remember
    version      bigint NOT NULL DEFAULT 0,  -- of memory: written by compare-and-swap
    turn_by      uuid,
    turn_until   timestamptz,
    send_by      uuid,
    send_until   timestamptz,
    send_after   timestamptz            -- the channel asked us to wait until then
);

CREATE TABLE inbox (
    seq           bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    tenant        text NOT NULL,
    conversation  text NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    activity      text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('message', 'welcome', 'click')),
    raw           text,                 -- the activity as it came; gone once it is done
    received      timestamptz NOT NULL DEFAULT clock_timestamp(),
    state         text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    attempts      integer NOT NULL DEFAULT 0,  -- times that a process began on it
    why           text,
    answer        json,                 -- what a click was answered, for when it comes again
    taken_until   timestamptz,          -- a click is being worked on, by a process that lives until then at least
    UNIQUE (tenant, conversation, activity)
);

CREATE INDEX inbox_waiting ON inbox (conversation, seq) WHERE state = 'waiting';
CREATE INDEX inbox_received ON inbox (received);

CREATE TABLE outbox (
    seq           bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    conversation  text NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    method        text NOT NULL CHECK (method IN ('post', 'put', 'delete')),
    target        text CHECK ((target IS NULL) = (method = 'post')),  -- the activity that is changed
    body          json NOT NULL,
    about         text,                 -- case:<id> or ticket:<number>, when it shows one
    voice         text NOT NULL DEFAULT 'person',
    drawn         bigint NOT NULL DEFAULT 0,  -- from the sequence drawings: the higher, the newer the drawing
    key           text UNIQUE,          -- said once, however often it is asked for
    state         text NOT NULL DEFAULT 'pending' CHECK (state IN
                      ('pending', 'sending', 'sent', 'ambiguous', 'failed', 'replaced')),
    due           timestamptz NOT NULL DEFAULT clock_timestamp(),
    called        timestamptz,          -- when the connector was last asked
    attempts      integer NOT NULL DEFAULT 0,
    why           text,
    sent_id       text,
    redrawn       json,                 -- drawn again while the post was on its way: follows as an update
    created       timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX outbox_open ON outbox (conversation, seq) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_called ON outbox (conversation, called);
CREATE INDEX outbox_created ON outbox (created);
CREATE INDEX outbox_about ON outbox (about) WHERE state IN ('pending', 'sending');

-- Edits of one message do not queue up: the newest drawing takes the place of one that was not sent yet.
CREATE UNIQUE INDEX outbox_one_edit ON outbox (conversation, target) WHERE state = 'pending' AND method = 'put';

CREATE TABLE places (
    conversation  text NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    activity      text NOT NULL,
    about         text NOT NULL,
    voice         text NOT NULL,
    drawn         bigint NOT NULL DEFAULT 0,
    digest        text,                 -- of what everybody in the conversation sees there now
    quiet_until   timestamptz,          -- a click on it is being answered: no edit before then
    since         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (conversation, activity)
);

CREATE INDEX places_about ON places (about);

CREATE SEQUENCE drawings;

CREATE TABLE desk_room (
    only_one      boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    conversation  text NOT NULL,        -- may not have been heard of yet
    since         timestamptz NOT NULL DEFAULT clock_timestamp()
);
