-- When somebody is to be reminded of a ticket that nothing happens to, and how often that was done since its last change.

ALTER TABLE tickets
    ADD COLUMN remind_at  timestamptz,   -- NULL: nobody is reminded (any more)
    ADD COLUMN reminded   integer NOT NULL DEFAULT 0;

UPDATE tickets SET remind_at = now() + interval '4 hours' WHERE state <> 'closed';

CREATE INDEX tickets_to_remind ON tickets (remind_at) WHERE remind_at IS NOT NULL;
