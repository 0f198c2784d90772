-- name: standing
-- What a message says: its last words, NULL while newer ones are on their way; and what of ours it shows. In a channel, the
-- letter that began a thread was sent to the room.
SELECT CASE WHEN o.state = 'sent' THEN o.body END, o.voice,
       (SELECT p.about FROM places p WHERE p.conversation = %(id)s AND p.activity = %(activity)s)
FROM outbox o
WHERE o.state IN ('pending', 'sending', 'sent')
  AND (o.conversation = %(id)s AND o.target = %(activity)s AND o.method = 'put'
       OR o.conversation IN (%(id)s, %(room)s) AND o.sent_id = %(activity)s AND o.method = 'post')
ORDER BY o.seq DESC LIMIT 1
