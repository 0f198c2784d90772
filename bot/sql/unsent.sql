-- name: list
SELECT o.seq AS id, o.state, o.method, o.conversation, c.kind, c.retired IS NOT NULL AS closed, o.about, o.created,
       o.called, o.attempts, o.why, o.body,
       coalesce((SELECT max(person) FROM chats WHERE conversation = o.conversation), o.asked_by) AS person
FROM outbox o JOIN conversations c ON c.id = o.conversation
WHERE o.state IN ('ambiguous', 'failed')
ORDER BY o.seq

-- name: one
SELECT o.seq AS id, o.state, o.method, o.conversation, c.kind, c.retired IS NOT NULL AS closed, o.about, o.created,
       o.called, o.attempts, o.why, o.body,
       coalesce((SELECT max(person) FROM chats WHERE conversation = o.conversation), o.asked_by) AS person
FROM outbox o JOIN conversations c ON c.id = o.conversation
WHERE o.seq = %(id)s AND o.state IN ('ambiguous', 'failed')
FOR UPDATE OF o

-- name: resend
UPDATE outbox SET state = 'pending', due = clock_timestamp(), attempts = 0, why = 'sent again by an operator'
WHERE seq = %(id)s

-- name: drop
UPDATE outbox SET state = 'dropped' WHERE seq = %(id)s
