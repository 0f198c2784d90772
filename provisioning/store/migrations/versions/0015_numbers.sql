-- When the askers of a ticket first heard from somebody, when it ended and why: what the helpdesk's numbers are made of.

ALTER TABLE tickets
    ADD COLUMN answered  timestamptz,  -- by this database's clock, like the two below
    ADD COLUMN ended     timestamptz,  -- NULL: not closed (any more)
    ADD COLUMN reason    text;         -- why it was closed

ALTER TABLE cases ADD COLUMN cause text;  -- of the finding that leads; NULL: asked before there was this column

UPDATE tickets SET ended = updated WHERE state = 'closed';

CREATE INDEX tickets_opened ON tickets (opened);
CREATE INDEX tickets_ended ON tickets (ended) WHERE ended IS NOT NULL;
