-- add_case
INSERT INTO cases (id, version, state, person_id, app_id, actor_id, waiting, ticket, document)
VALUES (%(id)s, 1, %(state)s, %(person_id)s, %(app_id)s, %(actor_id)s, %(waiting)s, %(ticket)s, %(document)s)
RETURNING version, created, updated;

-- read_case
SELECT document::text, version, created, updated FROM cases WHERE id = %(id)s;

-- lock_case
SELECT document::text, version, created, updated FROM cases WHERE id = %(id)s FOR UPDATE;

-- save_case
UPDATE cases
SET version = version + 1, state = %(state)s, waiting = %(waiting)s, ticket = %(ticket)s, updated = now(),
    document = %(document)s
WHERE id = %(id)s AND version = %(version)s
RETURNING version, created, updated;

-- lock_pair
SELECT pg_advisory_xact_lock(hashtextextended(%(person_id)s || ' ' || %(app_id)s, 0));

-- waiting_case
SELECT document::text, version, created, updated
FROM cases WHERE person_id = %(person_id)s AND app_id = %(app_id)s AND waiting;

-- add_ticket
INSERT INTO tickets (version, state, requester_id, case_id, key, document)
VALUES (1, %(state)s, %(requester_id)s, %(case_id)s, %(key)s, %(document)s)
ON CONFLICT (requester_id, key) WHERE key IS NOT NULL DO NOTHING
RETURNING number, version, opened, updated;

-- ticket_of
SELECT document::text, number, version, opened, updated FROM tickets
WHERE requester_id = %(requester_id)s AND key = %(key)s;

-- read_ticket
SELECT document::text, number, version, opened, updated FROM tickets WHERE number = %(number)s;

-- lock_ticket
SELECT document::text, number, version, opened, updated FROM tickets WHERE number = %(number)s FOR UPDATE;

-- save_ticket
UPDATE tickets SET version = version + 1, state = %(state)s, updated = now(), document = %(document)s
WHERE number = %(number)s AND version = %(version)s
RETURNING number, version, opened, updated;

-- tickets
SELECT document::text, number, version, opened, updated FROM tickets
WHERE (%(requester_id)s::text IS NULL OR requester_id = %(requester_id)s)
  AND (NOT %(open_only)s OR state <> 'closed')
ORDER BY number LIMIT %(limit)s;

-- audit
INSERT INTO audit (what, by_id, by_upn, about, facts)
VALUES (%(what)s, %(by_id)s, %(by_upn)s, %(about)s, %(facts)s);
