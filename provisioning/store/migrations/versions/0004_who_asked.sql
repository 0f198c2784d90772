-- In a shared conversation, what was said to one person is replaced by that person's clicks alone.

ALTER TABLE outbox ADD COLUMN asked_by text;  -- Entra object id of whose message or click brought it; NULL: nobody's

CREATE INDEX outbox_sent ON outbox (conversation, sent_id) WHERE sent_id IS NOT NULL;
