-- name: add
INSERT INTO outbox (conversation, method, target, body, about, voice, drawn, key, asked_by)
VALUES (%(conversation)s, %(method)s, %(target)s, %(body)s::json, %(about)s, %(voice)s, %(drawn)s, %(key)s, %(asked_by)s)
ON CONFLICT (key) DO NOTHING

-- name: edit
-- An edit; it takes the place of one that was not sent yet, unless that is a newer drawing of the same.
SELECT desk_edit(%(conversation)s, %(target)s, %(body)s::json, %(about)s, %(voice)s, %(drawn)s, %(quiet)s)

-- name: room
SELECT kind, retired IS NOT NULL AS retired, locale FROM conversations WHERE id = %(id)s

-- name: due
-- Seconds until each conversation has something to send (0 or less: now), where nobody else is at it.
SELECT o.conversation,
       extract(epoch FROM min(CASE WHEN o.state = 'sending' THEN clock_timestamp()
                                   ELSE greatest(o.due, c.send_after, p.quiet_until) END) - clock_timestamp())::float
FROM outbox o
JOIN conversations c ON c.id = o.conversation
LEFT JOIN places p ON o.method = 'put' AND p.conversation = o.conversation AND p.activity = o.target
WHERE o.state IN ('pending', 'sending')
  AND (c.send_by = %(me)s OR coalesce(c.send_until <= clock_timestamp(), true))
GROUP BY o.conversation

-- name: others
SELECT count(DISTINCT c.send_by) FROM outbox o JOIN conversations c ON c.id = o.conversation
WHERE o.state = 'sending' AND c.send_by <> %(me)s AND c.send_until > clock_timestamp()

-- name: lock
SELECT FROM conversations WHERE id = %(id)s FOR NO KEY UPDATE

-- name: claim
SELECT * FROM desk_claim(%(id)s, %(me)s, %(lease)s, %(fresh)s, %(touched)s, %(a_second)s, %(half_minute)s)

-- name: let_go_of_all
WITH mine AS (SELECT id FROM conversations WHERE send_by = %(me)s
              ORDER BY split_part(id, ';messageid=', 1) COLLATE "C", id COLLATE "C" FOR NO KEY UPDATE)
UPDATE conversations c SET send_by = NULL, send_until = NULL FROM mine WHERE c.id = mine.id

-- name: renew
-- In the order in which everybody locks conversations.
WITH mine AS (SELECT id FROM conversations WHERE send_by = %(me)s
              ORDER BY split_part(id, ';messageid=', 1) COLLATE "C", id COLLATE "C" FOR NO KEY UPDATE)
UPDATE conversations c SET send_until = clock_timestamp() + %(lease)s FROM mine WHERE c.id = mine.id

-- name: pause
UPDATE conversations SET send_after = clock_timestamp() + %(wait)s::interval WHERE id = %(id)s

-- name: sent
SELECT v.n, s.*
FROM json_to_recordset(%s::json) AS v (
    n integer, id text, me uuid, lease interval, retold boolean, a_second integer, half_minute integer,
    seq bigint, method text, target text, about text, voice text, drawn bigint, digest text,
    stands_in text, stands_as text, more boolean
), desk_sent(v.id, v.me, v.lease, v.retold, v.a_second, v.half_minute,
             v.seq, v.method, v.target, v.about, v.voice, v.drawn, v.digest,
             v.stands_in, v.stands_as, v.more) AS s

-- name: again
-- Unless somebody else has dealt with it since: an operator, and whoever sends for him.
UPDATE outbox o SET why = %(why)s,
    state = CASE WHEN EXISTS (SELECT 1 FROM outbox n WHERE n.conversation = o.conversation AND n.target = o.target
                              AND n.method = 'put' AND n.state = 'pending') THEN 'replaced' ELSE 'pending' END
WHERE seq = %(seq)s AND (state = 'ambiguous' OR state = 'sending' AND EXISTS (
    SELECT 1 FROM conversations c WHERE c.id = o.conversation AND c.send_by = %(me)s))

-- name: ended
-- Unless somebody else has dealt with it since.
UPDATE outbox o SET state = %(state)s, why = %(why)s
WHERE seq = %(seq)s AND (state = 'ambiguous' OR state = 'sending' AND EXISTS (
    SELECT 1 FROM conversations c WHERE c.id = o.conversation AND c.send_by = %(me)s))

-- name: place
-- Where something is shown; without a ``digest``, everybody else there goes on seeing what they saw.
SELECT desk_place(%(conversation)s, %(activity)s, %(about)s, %(voice)s, %(drawn)s, %(digest)s, %(quiet)s)

-- name: seen_differently
-- One person sees something else there than everybody: the next drawing is sent even if it changes nothing for most.
UPDATE places SET digest = NULL WHERE conversation = %(id)s AND activity = %(activity)s

-- name: clicked
-- No edit of the message for a while; a number for the drawing that begins now, what the message shows, who asked.
WITH place AS (UPDATE places SET quiet_until = clock_timestamp() + %(quiet)s
               WHERE conversation = %(id)s AND activity = %(activity)s RETURNING about, voice)
SELECT nextval('drawings'), (SELECT about FROM place), (SELECT voice FROM place),
       (SELECT max(asked_by) FROM outbox WHERE conversation = %(id)s AND sent_id = %(activity)s)

-- name: forget_place
DELETE FROM places WHERE conversation = %(id)s AND activity = %(activity)s

-- name: retire
UPDATE conversations SET retired = clock_timestamp(), retired_why = %(why)s, welcomed = NULL WHERE id = %(id)s

-- name: drop_mail
UPDATE outbox SET state = 'failed', why = %(why)s WHERE conversation = %(id)s AND state = 'pending'

-- name: drawing
SELECT nextval('drawings')

-- name: views
-- In which voices and languages something is shown, or about to be.
SELECT DISTINCT shown.voice, c.locale
FROM (SELECT conversation, voice FROM places WHERE about = %(about)s
      UNION SELECT conversation, voice FROM outbox
      WHERE about = %(about)s AND method = 'post' AND state IN ('pending', 'sending')) AS shown
JOIN conversations c ON c.id = shown.conversation
WHERE c.retired IS NULL

-- name: redraw_posts
-- A post that has not gone out is drawn again where it stands; one that is on its way is followed by an edit.
UPDATE outbox o SET
    body = CASE WHEN o.state = 'pending' THEN %(body)s ELSE o.body END,
    redrawn = CASE WHEN o.state = 'sending' THEN %(body)s END,
    drawn = %(drawn)s
FROM conversations c
WHERE c.id = o.conversation AND o.about = %(about)s AND o.voice = %(voice)s
  AND c.locale IS NOT DISTINCT FROM %(locale)s
  AND o.method = 'post' AND o.state IN ('pending', 'sending') AND o.drawn < %(drawn)s

-- name: one_redraw_at_a_time
SELECT pg_advisory_xact_lock(hashtext('redraw ' || %(about)s))

-- name: lock_all_that_show
-- Before anything in them is locked, as everybody does, and always in the same order.
SELECT FROM conversations
WHERE id IN (SELECT conversation FROM places WHERE about = %(about)s
             UNION SELECT conversation FROM outbox
             WHERE about = %(about)s AND method = 'post' AND state IN ('pending', 'sending'))
ORDER BY split_part(id, ';messageid=', 1) COLLATE "C", id COLLATE "C" FOR NO KEY UPDATE

-- name: claim_places
-- Places that show an older drawing; with whether anything is on its way there.
UPDATE places p SET drawn = %(drawn)s
FROM conversations c
WHERE c.id = p.conversation AND p.about = %(about)s AND p.voice = %(voice)s
  AND c.locale IS NOT DISTINCT FROM %(locale)s AND c.retired IS NULL AND p.drawn < %(drawn)s
RETURNING p.conversation, p.activity, p.digest,
          EXISTS (SELECT 1 FROM outbox o WHERE o.conversation = p.conversation AND o.target = p.activity
                  AND o.state IN ('pending', 'sending')) AS busy

-- name: never_left
-- A dead process had claimed these, and they never left it: back in line, and its lease with them.
WITH its AS (SELECT id FROM conversations WHERE send_by = %(dead)s
             ORDER BY split_part(id, ';messageid=', 1) COLLATE "C", id COLLATE "C" FOR NO KEY UPDATE),
back AS (UPDATE outbox o SET state = 'pending', attempts = greatest(o.attempts - 1, 0), called = NULL FROM its
         WHERE o.conversation = its.id AND o.state = 'sending' AND o.method = 'post' AND o.seq <> ALL (%(left)s)
         RETURNING o.conversation),
free AS (UPDATE conversations c SET send_by = NULL, send_until = NULL FROM back WHERE c.id = back.conversation)
SELECT conversation FROM back

-- name: fate
SELECT state FROM outbox WHERE key = %(key)s

-- name: use_as_desk_room
INSERT INTO desk_room (conversation, named_by) VALUES (%(id)s, %(by)s)
ON CONFLICT (only_one) DO UPDATE SET
    conversation = excluded.conversation, named_by = excluded.named_by, since = clock_timestamp()

-- name: desk_room
SELECT d.conversation FROM desk_room d JOIN conversations c ON c.id = d.conversation WHERE c.retired IS NULL

-- name: troubles
SELECT state, count(*) FROM outbox
WHERE state IN ('ambiguous', 'failed') AND created > clock_timestamp() - interval '1 day'
GROUP BY state

-- name: tidy
DELETE FROM outbox
WHERE state NOT IN ('pending', 'sending') AND key IS NULL AND created < clock_timestamp() - interval '7 days'

-- name: empty
-- What was said under a key is never said again, so the key stays; the words need not.
UPDATE outbox SET body = '{}', redrawn = NULL
WHERE state NOT IN ('pending', 'sending') AND key IS NOT NULL AND created < clock_timestamp() - interval '7 days'
  AND body::text <> '{}'
