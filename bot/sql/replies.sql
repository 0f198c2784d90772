-- name: write
UPDATE inbox SET answer = %(answer)s WHERE seq = %(seq)s

-- name: read
SELECT answer, state = 'waiting' FROM inbox
WHERE tenant = %(tenant)s AND conversation = %(id)s AND activity = %(activity)s
