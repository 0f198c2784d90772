-- add
INSERT INTO watches (version, state, kind, actor_id, origin, app_id, person_id, expires, document)
VALUES (1, %(state)s, %(kind)s, %(actor_id)s, %(origin)s, %(app_id)s, %(person_id)s, %(expires)s, %(document)s)
ON CONFLICT (actor_id, origin, kind, app_id, person_id) WHERE state = 'open' DO NOTHING
RETURNING document::text, number, version, created;

-- same
SELECT document::text, number, version, created FROM watches
WHERE actor_id = %(actor_id)s AND origin = %(origin)s AND kind = %(kind)s AND app_id = %(app_id)s
  AND person_id = %(person_id)s AND state = 'open' FOR UPDATE;

-- read
SELECT document::text, number, version, created FROM watches WHERE number = %(number)s;

-- lock
SELECT document::text, number, version, created FROM watches WHERE number = %(number)s FOR UPDATE;

-- save
UPDATE watches SET version = version + 1, state = %(state)s, expires = %(expires)s, document = %(document)s
WHERE number = %(number)s AND version = %(version)s
RETURNING document::text, number, version, created;

-- now
SELECT clock_timestamp();

-- mine
SELECT document::text, number, version, created FROM watches
WHERE actor_id = %(actor_id)s AND state = 'open' ORDER BY number LIMIT 100;

-- due
WITH chosen AS (SELECT number FROM watches WHERE state = 'open' ORDER BY looked, number LIMIT %(most)s)
UPDATE watches w SET looked = clock_timestamp() FROM chosen WHERE w.number = chosen.number
RETURNING w.document::text, w.number, w.version, w.created;

-- overdue
SELECT document::text, number, version, created FROM watches
WHERE state = 'open' AND expires <= clock_timestamp() ORDER BY number LIMIT 200;
