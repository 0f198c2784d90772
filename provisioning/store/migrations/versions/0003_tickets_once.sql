-- One wish, one ticket: a message whose turn runs again, and a form that is sent twice, find the ticket that they opened.

ALTER TABLE tickets ADD COLUMN key text;  -- of the message or form that opened it; NULL: opened without one

-- Somebody's key is theirs: a form in a shared conversation gives everybody who fills it in a ticket of their own.
CREATE UNIQUE INDEX tickets_once ON tickets (requester_id, key) WHERE key IS NOT NULL;
