-- What is searched for among tickets: who asks, what it is about, who has it, what repeats what.

ALTER TABLE tickets
    ADD COLUMN severity   text NOT NULL DEFAULT 'normal' CHECK (severity IN ('low', 'normal', 'high', 'urgent')),
    ADD COLUMN person_id  text,         -- whose access it is about; NULL: about a text, or about many
    ADD COLUMN app_id     text,
    ADD COLUMN cause      text,
    ADD COLUMN kin        text,         -- tickets with the same one fail for the same reason
    ADD COLUMN parent     bigint REFERENCES tickets (number),
    ADD COLUMN taker_id   text,
    ADD COLUMN askers     text[] NOT NULL DEFAULT '{}',  -- object ids of everybody who asked
    ADD COLUMN mended     boolean NOT NULL DEFAULT false,
    ADD COLUMN looked     timestamptz,  -- when the log was last looked at for it
    ADD COLUMN notified   boolean NOT NULL DEFAULT false,
    ADD COLUMN room       text;         -- where the helpdesk was told

-- Foreign error texts may hold a NUL, and PostgreSQL finds nothing in a document with one in it: read it without.
UPDATE tickets SET
    person_id = seen -> 'diagnosis' -> 'person' ->> 'id',
    app_id = seen -> 'diagnosis' -> 'app' ->> 'id',
    cause = seen -> 'diagnosis' -> 'findings' -> 0 ->> 'cause',
    taker_id = seen -> 'taker' ->> 'id',
    notified = coalesce((seen ->> 'notified')::boolean, false),
    askers = ARRAY[requester_id]
FROM (SELECT number AS n, regexp_replace(document::text, '(?<!\\)((\\\\)*)\\u0000', '\1', 'g')::json AS seen
      FROM tickets) AS old
WHERE number = n;

CREATE INDEX tickets_subject ON tickets (app_id, cause, person_id) WHERE state <> 'closed';
CREATE INDEX tickets_kin ON tickets (kin) WHERE state <> 'closed' AND parent IS NULL;
CREATE INDEX tickets_parent ON tickets (parent) WHERE parent IS NOT NULL;
CREATE INDEX tickets_askers ON tickets USING gin (askers);
CREATE INDEX tickets_to_look_at ON tickets (looked NULLS FIRST, number)
    WHERE state <> 'closed' AND NOT mended AND person_id IS NOT NULL AND app_id IS NOT NULL;
DROP INDEX tickets_requester;
