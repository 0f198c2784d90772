-- name: offer
INSERT INTO file_offers (once, crowd, person, conversation)
VALUES (%(once)s, %(crowd)s, %(person)s, %(conversation)s)
ON CONFLICT (once) DO NOTHING

-- name: forget
DELETE FROM file_offers WHERE created < clock_timestamp() - interval '30 days'

-- name: answer
-- The first answer of whom it was offered to counts.
UPDATE file_offers SET state = %(state)s, upload = %(upload)s, locale = %(locale)s
WHERE once = %(once)s AND person = %(person)s AND conversation = %(conversation)s AND state = 'offered'
RETURNING crowd

-- name: theirs
SELECT 1 FROM file_offers WHERE once = %(once)s AND person = %(person)s AND conversation = %(conversation)s

-- name: accepted
SELECT crowd, person, conversation, upload, locale FROM file_offers WHERE once = %(once)s AND state = 'accepted'

-- name: end
UPDATE file_offers SET state = %(state)s, upload = NULL WHERE once = %(once)s AND state = 'accepted'
