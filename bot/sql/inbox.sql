-- name: meet
SELECT ours FROM desk_meet(%(tenant)s, %(id)s, %(channel)s, %(kind)s, %(service_url)s, %(bot)s::json, %(locale)s,
                           %(me)s, %(lease)s, %(take)s)

-- name: keep
SELECT v.n, CASE WHEN v.person IS NOT NULL OR v.team IS NOT NULL THEN desk_met(v.id, v.room, v.person, v.team) END, k.*
FROM json_to_recordset(%s::json) AS v (
    n integer, tenant text, id text, channel text, kind text, service_url text, bot text, locale text,
    me uuid, lease interval, take boolean, start boolean, room text,
    activity text, what text, raw text, said text, taken interval, once boolean, person text, team text
), desk_keep(v.tenant, v.id, v.channel, v.kind, v.service_url, v.bot::json, v.locale,
             v.me, v.lease, v.take, v.start, v.room,
             v.activity, v.what, v.raw, v.said, v.taken, v.once) AS k

-- name: unheard
UPDATE inbox SET unheard = true
WHERE tenant = %(tenant)s AND conversation = %(id)s AND activity = %(activity)s AND kind = 'message'

-- name: take
SELECT * FROM desk_take(%(id)s, %(me)s, %(lease)s, %(alone)s)

-- name: end_turn
SELECT v.n, e.*
FROM json_to_recordset(%s::json) AS v (
    n integer, id text, me uuid, lease interval, version bigint, memory text, welcomed boolean,
    seq bigint, state text, why text, more boolean,
    body text, about text, voice text, drawn bigint, key text, asked_by text,
    send boolean, sender uuid, send_lease interval, a_second integer, half_minute integer
), desk_end_turn(v.id, v.me, v.lease, v.version, v.memory::json, v.welcomed,
                 v.seq, v.state, v.why, v.more,
                 v.body::json, v.about, v.voice, v.drawn, v.key, v.asked_by,
                 v.send, v.sender, v.send_lease, v.a_second, v.half_minute) AS e

-- name: drop_mail
UPDATE outbox SET state = 'failed', why = %(why)s WHERE conversation = %(id)s AND state = 'pending'

-- name: let_go_of_all
WITH mine AS (SELECT id FROM conversations WHERE turn_by = %(me)s
              ORDER BY split_part(id, ';messageid=', 1) COLLATE "C", id COLLATE "C" FOR NO KEY UPDATE)
UPDATE conversations c SET turn_by = NULL, turn_until = NULL FROM mine WHERE c.id = mine.id

-- name: renew
-- In the order in which everybody locks conversations.
WITH mine AS (SELECT id FROM conversations WHERE turn_by = %(me)s
              ORDER BY split_part(id, ';messageid=', 1) COLLATE "C", id COLLATE "C" FOR NO KEY UPDATE)
UPDATE conversations c SET turn_until = clock_timestamp() + %(lease)s FROM mine WHERE c.id = mine.id

-- name: remember
UPDATE conversations SET memory = %(memory)s::json, version = version + 1,
       welcomed = CASE WHEN %(welcomed)s THEN coalesce(welcomed, clock_timestamp()) ELSE welcomed END
WHERE id = %(id)s AND version = %(version)s AND turn_by = %(me)s

-- name: recall
SELECT version, memory FROM conversations WHERE id = %(id)s

-- name: remember_aside
-- What a click adds to the memory; not while a turn is thought about, which began from the older one.
UPDATE conversations SET memory = %(memory)s, version = version + 1
WHERE id = %(id)s AND version = %(version)s AND coalesce(turn_until <= clock_timestamp(), true)

-- name: finish
UPDATE inbox SET state = %(state)s, why = %(why)s, raw = NULL
WHERE seq = %(seq)s AND state = 'waiting'

-- name: left_behind
-- Conversations with waiting messages and nobody (or only this process) on them; whether the first of these is to be
-- tried alone, and whether that is a click. What was tried most comes first.
SELECT conversation, attempts >= 2, kind = 'click'
FROM (SELECT DISTINCT ON (i.conversation, i.kind = 'click') i.conversation, i.attempts, i.kind, i.seq
      FROM inbox i JOIN conversations c ON c.id = i.conversation
      WHERE i.state = 'waiting'
        AND CASE WHEN i.kind = 'click' THEN i.attempts >= 2 AND i.answer IS NOT NULL AND i.taken_until <= clock_timestamp()
                 ELSE c.turn_by = %(me)s OR coalesce(c.turn_until <= clock_timestamp(), true) END
      ORDER BY i.conversation, i.kind = 'click', i.seq) AS first
ORDER BY attempts DESC, seq

-- name: no_deaths
-- Processes gave these up without dying over them.
UPDATE inbox SET attempts = attempts - 1 WHERE seq = ANY (%(seqs)s) AND state = 'waiting' AND attempts > 0

-- name: retire
UPDATE conversations SET retired = clock_timestamp(), retired_why = %(why)s, welcomed = NULL, memory = NULL,
       version = version + 1
WHERE id = %(id)s

-- name: repeated_click
SELECT seq, answer FROM inbox
WHERE tenant = %(tenant)s AND conversation = %(id)s AND activity = %(activity)s

-- name: take_over_click
-- The same click again, and nobody at it: its process died, or it was given up without an answer.
UPDATE inbox SET state = 'waiting', raw = %(raw)s, taken_until = clock_timestamp() + %(taken)s, attempts = attempts + 1
WHERE seq = %(seq)s AND answer IS NULL
  AND (state = 'failed' OR state = 'waiting' AND taken_until <= clock_timestamp())

-- name: promise_click
-- Whoever delivered the click again was told to wait: from now on the card is owed, also by a successor.
UPDATE inbox SET answer = %(answer)s WHERE seq = %(seq)s AND state = 'waiting' AND answer IS NULL

-- name: is_click_promised
SELECT answer IS NOT NULL FROM inbox WHERE seq = %(seq)s FOR UPDATE

-- name: answer_click
UPDATE inbox SET answer = %(answer)s, state = %(state)s, why = %(why)s,
       raw = CASE WHEN %(state)s = 'waiting' THEN raw END
WHERE seq = %(seq)s AND state = 'waiting'

-- name: end_click
UPDATE inbox SET state = %(state)s, why = %(why)s, raw = NULL WHERE seq = %(seq)s AND state = 'waiting'

-- name: abandoned_clicks
-- Clicks whose process died. Whoever was told to wait is owed the card; whoever saw an error clicks again. ``alone``: the
-- conversation of the one that is tried alone now.
UPDATE inbox SET taken_until = clock_timestamp() + %(taken)s, attempts = attempts + 1,
       state = CASE WHEN answer IS NULL THEN 'failed' ELSE state END,
       raw = CASE WHEN answer IS NULL THEN NULL ELSE raw END,
       why = CASE WHEN answer IS NULL THEN 'the process that worked on it is gone' END
WHERE kind = 'click' AND state = 'waiting' AND taken_until <= clock_timestamp()
  AND CASE WHEN %(alone)s::text IS NULL THEN attempts < 2 OR answer IS NULL
           ELSE seq = (SELECT min(s.seq) FROM inbox s WHERE s.conversation = %(alone)s AND s.kind = 'click'
                       AND s.state = 'waiting' AND s.answer IS NOT NULL) END
RETURNING seq, raw, attempts

-- name: tidy
DELETE FROM inbox WHERE state <> 'waiting' AND received < clock_timestamp() - interval '2 days'

-- name: put_aside
SELECT count(*) FROM inbox
WHERE state = 'failed' AND why = 'processes died over it' AND received > clock_timestamp() - interval '1 day'

-- name: shape
SELECT 1 FROM conversations, inbox, outbox, places, desk_room LIMIT 1
