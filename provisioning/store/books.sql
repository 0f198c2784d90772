-- add_case
INSERT INTO cases (id, version, state, person_id, app_id, actor_id, waiting, ticket, cause, document)
VALUES (%(id)s, 1, %(state)s, %(person_id)s, %(app_id)s, %(actor_id)s, %(waiting)s, %(ticket)s, %(cause)s, %(document)s)
RETURNING version, created, updated;

-- read_case
SELECT document::text, version, created, updated FROM cases WHERE id = %(id)s;

-- lock_case
SELECT document::text, version, created, updated FROM cases WHERE id = %(id)s FOR UPDATE;

-- save_case
UPDATE cases
SET version = version + 1, state = %(state)s, waiting = %(waiting)s, ticket = %(ticket)s, updated = now(),
    cause = %(cause)s, document = %(document)s
WHERE id = %(id)s AND version = %(version)s
RETURNING version, created, updated;

-- lock_pair
SELECT pg_advisory_xact_lock(hashtextextended(%(person_id)s || ' ' || %(app_id)s, 0));

-- held_by
-- Who has a person in an app in hand at this moment: one promise, one crowd or one group, never two of them.
SELECT coalesce(document #>> '{promised_by,name}', document #>> '{actor,name}', '')
FROM cases WHERE person_id = %(person_id)s AND app_id = %(app_id)s AND waiting
UNION ALL
SELECT coalesce(c.document #>> '{started_by,name}', c.document #>> '{actor,name}', '')
FROM crowd_members m JOIN crowds c ON c.number = m.crowd
WHERE m.person_id = %(person_id)s AND m.app_id = %(app_id)s AND m.state = 'calling'
UNION ALL
SELECT coalesce(g.document #>> '{promised_by,name}', g.document #>> '{actor,name}', '')
FROM group_runs g CROSS JOIN LATERAL json_array_elements(g.document -> 'seats') AS seat
WHERE g.document ->> 'state' = 'running' AND g.document #>> '{seen,app,id}' = %(app_id)s
  AND seat ->> 'person_id' = %(person_id)s AND seat ->> 'state' = 'calling'
LIMIT 1;

-- add_ticket
INSERT INTO tickets (version, state, requester_id, case_id, key, document, severity, person_id, app_id, cause, kin,
                     parent, taker_id, askers, mended, notified, room, subjects, awaits, remind_at)
VALUES (1, %(state)s, %(requester_id)s, %(case_id)s, %(key)s, %(document)s, %(severity)s, %(person_id)s, %(app_id)s,
        %(cause)s, %(kin)s, %(parent)s, %(taker_id)s, %(askers)s, %(mended)s, %(notified)s, %(room)s,
        %(subjects)s, %(awaits)s, now() + %(patience)s::interval)
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
UPDATE tickets SET version = version + 1, state = %(state)s, updated = now(), document = %(document)s,
    severity = %(severity)s, person_id = %(person_id)s, app_id = %(app_id)s, cause = %(cause)s, kin = %(kin)s,
    parent = %(parent)s, taker_id = %(taker_id)s, askers = %(askers)s, mended = %(mended)s, notified = %(notified)s,
    room = %(room)s, answered = coalesce(answered, CASE WHEN %(answered)s THEN now() END), reason = %(reason)s,
    ended = CASE WHEN %(state)s = 'closed' THEN coalesce(ended, now()) END,
    subjects = %(subjects)s, awaits = %(awaits)s, remind_at = now() + %(patience)s::interval, reminded = 0
WHERE number = %(number)s AND version = %(version)s
RETURNING number, version, opened, updated;

-- tickets
SELECT document::text, number, version, opened, updated FROM tickets
WHERE (%(requester_id)s::text IS NULL OR askers @> ARRAY[%(requester_id)s::text])
  AND (NOT %(open_only)s OR state <> 'closed')
ORDER BY number LIMIT %(limit)s;

-- waiting
SELECT count(*) FROM tickets WHERE state <> 'closed';

-- unannounced
-- Open tickets that the helpdesk heard of where we cannot speak any more; with ``unheard`` also those it knows nothing of.
SELECT number FROM tickets
WHERE state <> 'closed' AND ((%(unheard)s AND NOT notified) OR room = ANY (%(lost)s)) ORDER BY number;

-- to_look_at
-- Open tickets about somebody in some app whose cause may have gone away, the longest not looked at first.
UPDATE tickets SET looked = clock_timestamp()
WHERE number IN (
    SELECT number FROM tickets
    WHERE state <> 'closed' AND NOT mended AND awaits
      AND coalesce(looked < clock_timestamp() - %(rest)s::interval, true)
    ORDER BY looked NULLS FIRST, number LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
RETURNING document::text, number, version, opened, updated;

-- to_remind
SELECT document::text, number, version, opened, updated, reminded FROM tickets
WHERE remind_at <= clock_timestamp() AND (NOT %(urgent_only)s OR severity = 'urgent')
ORDER BY remind_at LIMIT %(limit)s;

-- reminded
-- Once more; when that was the last time, never again until something happens to it.
UPDATE tickets SET reminded = reminded + 1,
    remind_at = CASE WHEN reminded + 1 < %(most)s THEN clock_timestamp() + %(patience)s::interval END
WHERE number = %(number)s AND version = %(version)s AND reminded = %(reminded)s;

-- mended
SELECT document::text, number, version, opened, updated FROM tickets
WHERE state <> 'closed' AND mended ORDER BY number LIMIT %(limit)s;

-- lock_subject
SELECT pg_advisory_xact_lock(hashtextextended('ticket ' || %(app_id)s || ' ' || %(cause)s, 0));

-- tickets_about
SELECT document::text, number, version, opened, updated FROM tickets
WHERE state <> 'closed' AND app_id = %(app_id)s AND person_id = %(person_id)s ORDER BY number FOR UPDATE;

-- tickets_on
SELECT document::text, number, version, opened, updated FROM tickets
WHERE state <> 'closed' AND subjects && %(subjects)s ORDER BY number FOR UPDATE;

-- head_of
SELECT document::text, number, version, opened, updated FROM tickets
WHERE state <> 'closed' AND kin = %(kin)s AND parent IS NULL ORDER BY number LIMIT 1 FOR UPDATE;

-- children
SELECT document::text, number, version, opened, updated FROM tickets
WHERE parent = %(number)s ORDER BY number FOR UPDATE;

-- trail
SELECT at, what, by_id, by_upn, about, facts::text FROM audit WHERE about = ANY (%(abouts)s) ORDER BY id;

-- about_person
WITH theirs AS (SELECT id FROM cases WHERE person_id = %(person)s ORDER BY created DESC LIMIT 500)
SELECT at, what, by_id, by_upn, about, facts::text FROM audit WHERE about IN (
    SELECT 'case:' || id FROM theirs
    UNION ALL SELECT 'ticket:' || number FROM tickets JOIN theirs ON theirs.id = case_id)
ORDER BY id DESC LIMIT %(limit)s;

-- audit
INSERT INTO audit (what, by_id, by_upn, about, facts)
VALUES (%(what)s, %(by_id)s, %(by_upn)s, %(about)s, %(facts)s);
