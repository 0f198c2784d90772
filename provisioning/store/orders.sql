-- add
INSERT INTO orders (id, version, kind, app_id, state, under_way, document)
VALUES (%(id)s, 1, %(kind)s, %(app_id)s, %(state)s, %(under_way)s, %(document)s)
RETURNING version, created, updated;

-- read
SELECT document::text, version, created, updated FROM orders WHERE id = %(id)s;

-- lock
SELECT document::text, version, created, updated FROM orders WHERE id = %(id)s FOR UPDATE;

-- save
UPDATE orders
SET version = version + 1, state = %(state)s, under_way = %(under_way)s, updated = now(), document = %(document)s
WHERE id = %(id)s AND version = %(version)s
RETURNING version, created, updated;

-- lock_app
SELECT pg_advisory_xact_lock(hashtextextended('order ' || %(app_id)s, 0));

-- under_way
SELECT document::text, version, created, updated FROM orders WHERE app_id = %(app_id)s AND under_way;

-- of_an_app
SELECT document::text, version, created, updated FROM orders
WHERE app_id = %(app_id)s ORDER BY created DESC LIMIT %(most)s;

-- keep
INSERT INTO schemas_kept (order_id, which, body, kept_until)
VALUES (%(id)s, %(which)s, %(body)s, now() + make_interval(days => %(days)s))
ON CONFLICT (order_id, which) DO UPDATE SET body = EXCLUDED.body, kept_until = EXCLUDED.kept_until;

-- kept
SELECT body FROM schemas_kept WHERE order_id = %(id)s AND which = %(which)s AND kept_until > now();

-- forget_schemas
DELETE FROM schemas_kept WHERE kept_until < now();

-- forget_orders
DELETE FROM orders WHERE NOT under_way AND updated < now() - make_interval(days => %(days)s);
