-- add
INSERT INTO group_runs (id, version, document) VALUES (%(id)s, 1, %(document)s) RETURNING version;

-- read
SELECT document::text, version FROM group_runs WHERE id = %(id)s;

-- lock
SELECT document::text, version FROM group_runs WHERE id = %(id)s FOR UPDATE;

-- save
UPDATE group_runs SET version = version + 1, updated = now(), document = %(document)s
WHERE id = %(id)s AND version = %(version)s RETURNING version;
