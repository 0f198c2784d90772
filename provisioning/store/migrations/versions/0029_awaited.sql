-- Which tickets a newer success would mend: those about several people, too.

ALTER TABLE tickets ADD COLUMN awaits boolean NOT NULL DEFAULT false;

-- Of what is open already, which of the others wait for somebody is found out when they are looked at.
UPDATE tickets SET awaits = true WHERE state <> 'closed';

DROP INDEX tickets_to_look_at;
CREATE INDEX tickets_to_look_at ON tickets (looked NULLS FIRST, number) WHERE state <> 'closed' AND NOT mended AND awaits;
