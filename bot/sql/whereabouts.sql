-- name: routes
SELECT r.kind, r.value, r.words, r.conversation, c.retired IS NULL AND c.id IS NOT NULL AS live
FROM desk_routes r LEFT JOIN conversations c ON c.id = r.conversation
ORDER BY r.kind, r.words

-- name: add_route
INSERT INTO desk_routes (kind, value, words, conversation)
VALUES (%(kind)s, %(value)s, %(words)s, %(conversation)s)
ON CONFLICT (kind, value) DO UPDATE SET
    words = excluded.words, conversation = excluded.conversation, since = clock_timestamp()

-- name: drop_route
DELETE FROM desk_routes WHERE kind = %(kind)s AND value = %(value)s RETURNING words

-- name: who_chose
SELECT named_by FROM desk_room

-- name: leave
-- We cannot speak in these channels and their threads any more, nor in any channel of this team.
-- Locked in the order in which everybody locks conversations.
WITH rooms AS (
    SELECT unnest(%(rooms)s::text[]) AS id
    UNION SELECT conversation FROM team_rooms WHERE team = %(team)s
), left_now AS (
    SELECT c.id FROM conversations c JOIN rooms ON c.id = rooms.id OR starts_with(c.id, rooms.id || ';messageid=')
    WHERE c.retired IS NULL
    ORDER BY split_part(c.id, ';messageid=', 1) COLLATE "C", c.id COLLATE "C" FOR NO KEY UPDATE OF c
)
UPDATE conversations c SET retired = clock_timestamp(), retired_why = %(why)s, welcomed = NULL
FROM left_now WHERE c.id = left_now.id

-- name: chat_of
SELECT h.conversation FROM chats h JOIN conversations c ON c.id = h.conversation
WHERE h.person = %(person)s AND c.retired IS NULL

-- name: owner
SELECT person FROM chats WHERE conversation = %(chat)s

-- name: thread_of
-- The thread that begins with a ticket's card in the helpdesk's channel; of a group chat, the chat itself.
SELECT p.conversation FROM places p JOIN conversations c ON c.id = p.conversation
WHERE p.about = %(about)s AND p.voice = 'agent' AND c.retired IS NULL
  AND (p.conversation = %(room)s OR starts_with(p.conversation, %(room)s || ';messageid='))
ORDER BY p.since LIMIT 1

-- name: shown_in
-- The ticket whose card a message answers: the first of its thread, or the one that it names.
SELECT about FROM places
WHERE conversation = %(conversation)s AND activity = ANY (%(activities)s) AND starts_with(about, 'ticket:')
LIMIT 1

-- name: lost_rooms
-- Conversations that open tickets were told in and where we cannot speak any more.
SELECT DISTINCT t.room FROM tickets t LEFT JOIN conversations c ON c.id = t.room
WHERE t.state <> 'closed' AND t.room IS NOT NULL AND (c.id IS NULL OR c.retired IS NOT NULL)

-- name: one_notice_at_a_time
SELECT pg_advisory_xact_lock(hashtextextended('notice ' || %(whom)s, 0))

-- name: next_notice
-- When the next thing may be said to somebody: at most ``most`` within a minute.
WITH old AS (DELETE FROM notices WHERE whom = %(whom)s AND at < clock_timestamp() - interval '5 minutes'),
     free AS (
         SELECT greatest(clock_timestamp(), (
             SELECT at + interval '1 minute' FROM notices WHERE whom = %(whom)s
             ORDER BY at DESC OFFSET %(most)s - 1 LIMIT 1)) AS at)
INSERT INTO notices (whom, at) SELECT %(whom)s, at FROM free RETURNING at

-- name: not_before
UPDATE outbox SET due = greatest(due, %(at)s) WHERE key = %(key)s AND state = 'pending'
