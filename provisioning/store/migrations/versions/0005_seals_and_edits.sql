-- What seals the buttons that change something: made once, so that all replicas have it and it survives restarts.
-- Who deletes the row and restarts the desk makes every button that is out there invalid.

CREATE TABLE seal (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    key       bytea NOT NULL,
    since     timestamptz NOT NULL DEFAULT clock_timestamp()
);  -- the row is written by the first process that needs it

-- A message that its writer changed is worked on again, once for each wording.
ALTER TABLE inbox ADD COLUMN said text;  -- a fingerprint of the words of a message or an edit
ALTER TABLE inbox DROP CONSTRAINT inbox_kind_check;
ALTER TABLE inbox ADD CONSTRAINT inbox_kind_check CHECK (kind IN ('message', 'edit', 'welcome', 'click'));
