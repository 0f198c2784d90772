-- What a ticket is open about, as person|app|cause in lower case: whoever asks about one of these joins it.

ALTER TABLE tickets ADD COLUMN subjects text[] NOT NULL DEFAULT '{}';

UPDATE tickets SET subjects = ARRAY[lower(person_id || '|' || app_id || '|' || cause)]
WHERE person_id IS NOT NULL AND app_id IS NOT NULL AND cause IS NOT NULL;

CREATE INDEX tickets_subjects ON tickets USING gin (subjects) WHERE state <> 'closed';
