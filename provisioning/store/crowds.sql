-- add
INSERT INTO crowds (version, state, actor_id, key, app_id, document)
VALUES (1, %(state)s, %(actor_id)s, %(key)s, %(app_id)s, %(document)s)
ON CONFLICT (actor_id, key) WHERE key IS NOT NULL DO NOTHING
RETURNING document::text, number, version, created;

-- of_key
SELECT document::text, number, version, created FROM crowds WHERE actor_id = %(actor_id)s AND key = %(key)s;

-- read
SELECT document::text, number, version, created FROM crowds WHERE number = %(number)s;

-- lock
SELECT document::text, number, version, created FROM crowds WHERE number = %(number)s FOR UPDATE;

-- save
UPDATE crowds SET version = version + 1, state = %(state)s, app_id = %(app_id)s, document = %(document)s
WHERE number = %(number)s AND version = %(version)s
RETURNING document::text, number, version, created;

-- newest
SELECT document::text, number, version, created FROM crowds
WHERE %(actor_id)s::text IS NULL OR actor_id = %(actor_id)s ORDER BY number DESC LIMIT %(limit)s;

-- now
SELECT clock_timestamp();

-- forget_members
DELETE FROM crowd_members WHERE crowd = %(crowd)s;

-- add_member
INSERT INTO crowd_members (crowd, place, app_id, person_id, name, upn, state, why, fact, told)
VALUES (%(crowd)s, %(place)s, %(app_id)s, %(person_id)s, %(name)s, %(upn)s, %(state)s, %(why)s, %(fact)s, %(told)s)
ON CONFLICT DO NOTHING;

-- take_in
-- Who was left out and could come to no harm waits like the others.
UPDATE crowd_members SET state = 'waiting', why = '', fact = '', told = ''
WHERE crowd = %(crowd)s AND state = 'left_out' AND why = ANY(%(reasons)s);

-- stop
UPDATE crowd_members SET state = 'stopped', why = 'stopped' WHERE crowd = %(crowd)s AND state = 'waiting';

-- move
UPDATE crowd_members SET state = %(state)s, why = %(why)s, fact = %(fact)s, told = %(told)s, tries = %(tries)s,
    called_at = %(called_at)s, change_id = %(change_id)s, proof = %(proof)s
WHERE crowd = %(crowd)s AND place = %(place)s AND state = %(was)s AND tries = %(tried)s;

-- anybody_left
SELECT EXISTS (SELECT FROM crowd_members WHERE crowd = %(crowd)s AND state IN ('waiting', 'calling', 'checking'));

-- next
-- Crowds take turns: of the one that had its last turn longest ago, whoever has waited longest.
WITH turn AS (
    SELECT c.number, m.place
    FROM crowds c
    CROSS JOIN LATERAL (SELECT place FROM crowd_members
                        WHERE crowd = c.number AND state = 'waiting' ORDER BY tries, place LIMIT 1) AS m
    WHERE c.state = 'running'
    ORDER BY c.served, c.number LIMIT 1
), served AS (
    UPDATE crowds SET served = nextval('crowd_turns') FROM turn WHERE crowds.number = turn.number
)
SELECT m.crowd, m.place, m.person_id, m.name, m.upn, m.state, m.why, m.fact, m.told, m.tries, m.called_at, m.change_id,
       m.proof
FROM crowd_members m JOIN turn ON m.crowd = turn.number AND m.place = turn.place;

-- anything_to_do
-- In one look: whoever moves from one state to the other meanwhile is seen in one of them.
SELECT EXISTS (SELECT FROM crowd_members m JOIN crowds c ON c.number = m.crowd
               WHERE m.state IN ('calling', 'checking') OR m.state = 'waiting' AND c.state = 'running');

-- anybody_waits
SELECT EXISTS (SELECT FROM crowds c JOIN crowd_members m ON m.crowd = c.number
               WHERE c.state = 'running' AND m.state = 'waiting');

-- under_way
SELECT crowd, place, person_id, name, upn, state, why, fact, told, tries, called_at, change_id, proof
FROM crowd_members WHERE state IN ('calling', 'checking') ORDER BY called_at, crowd, place;

-- members
SELECT crowd, place, person_id, name, upn, state, why, fact, told, tries, called_at, change_id, proof
FROM crowd_members WHERE crowd = %(crowd)s ORDER BY place LIMIT %(limit)s OFFSET %(skip)s;

-- of_group
SELECT crowd, place, person_id, name, upn, state, why, fact, told, tries, called_at, change_id, proof
FROM crowd_members WHERE crowd = %(crowd)s AND why = %(why)s AND fact = %(fact)s
  AND state IN ('left_out', 'failed', 'skipped', 'uncertain', 'stopped')
ORDER BY place;

-- counts
SELECT state, count(*) FROM crowd_members WHERE crowd = %(crowd)s GROUP BY state;

-- leftovers
SELECT state, why, fact, count(*), (array_agg(name ORDER BY place))[1:6], max(told)
FROM crowd_members
WHERE crowd = %(crowd)s AND state IN ('left_out', 'failed', 'skipped', 'uncertain', 'stopped')
GROUP BY state, why, fact ORDER BY count(*) DESC, state, why, fact;

-- next_ones
SELECT name FROM crowd_members WHERE crowd = %(crowd)s AND state = 'waiting' ORDER BY tries, place LIMIT 6;

-- others
SELECT count(*) FROM crowds c JOIN crowd_members m ON m.crowd = c.number AND m.state = 'waiting'
WHERE c.state = 'running' AND c.number <> %(crowd)s GROUP BY c.number;
