-- name: newest_wording
-- What a message says now, as far as we were told, and how many edits of it came. No row: never heard of, or forgotten.
SELECT (array_agg(said ORDER BY seq DESC))[1], count(*) FILTER (WHERE kind = 'edit')
FROM inbox
WHERE tenant = %(tenant)s AND conversation = %(id)s
  AND (activity = %(activity)s OR kind = 'edit' AND starts_with(activity, %(activity)s || '#edit'))
HAVING count(*) > 0

-- name: reword
-- Nobody has begun on it: it is answered as it reads now, once.
UPDATE inbox SET raw = %(raw)s, said = %(said)s
WHERE seq = (SELECT seq FROM inbox
             WHERE tenant = %(tenant)s AND conversation = %(id)s
               AND (activity = %(activity)s OR kind = 'edit' AND starts_with(activity, %(activity)s || '#edit'))
             ORDER BY seq DESC LIMIT 1)
  AND state = 'waiting' AND attempts = 0

-- name: keep_edit
INSERT INTO inbox (tenant, conversation, activity, kind, raw, said)
VALUES (%(tenant)s, %(id)s, %(activity)s || '#edit' || %(number)s::text, 'edit', %(raw)s, %(said)s)

-- name: withdraw
-- What nobody has begun on is not answered.
UPDATE inbox SET state = 'done', why = 'withdrawn', raw = NULL
WHERE tenant = %(tenant)s AND conversation = %(id)s AND kind IN ('message', 'edit')
  AND (activity = %(activity)s OR starts_with(activity, %(activity)s || '#edit'))
  AND state = 'waiting' AND attempts = 0

-- name: bring_back
-- The newest wording of what was withdrawn unanswered waits again.
UPDATE inbox SET state = 'waiting', why = NULL, raw = %(raw)s, said = %(said)s
WHERE seq = (SELECT seq FROM inbox
             WHERE tenant = %(tenant)s AND conversation = %(id)s
               AND (activity = %(activity)s OR kind = 'edit' AND starts_with(activity, %(activity)s || '#edit'))
             ORDER BY seq DESC LIMIT 1)
  AND state = 'done' AND why = 'withdrawn'
