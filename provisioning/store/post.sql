-- owe
-- Every step of the ticket's history that a desk is not told of yet; a desk that was connected later is told all of it.
INSERT INTO desk_deliveries (desk, ticket, step)
SELECT d.desk, %(ticket)s, s.step
FROM unnest(%(desks)s::text[]) AS d (desk)
CROSS JOIN LATERAL generate_series(
    (SELECT coalesce(max(e.step) + 1, 0) FROM desk_deliveries e WHERE e.desk = d.desk AND e.ticket = %(ticket)s),
    %(steps)s - 1) AS s (step)
ON CONFLICT (desk, ticket, step) DO NOTHING;

-- claim
-- What is due, the first open step of each ticket. Whoever claimed one and is silent for the ``lease`` is dead.
UPDATE desk_deliveries SET
    state = 'calling', attempts = attempts + 1, again = again OR state = 'calling', called = clock_timestamp(),
    tried = coalesce(tried, clock_timestamp())
WHERE id IN (
    SELECT d.id FROM desk_deliveries d
    WHERE d.desk = %(desk)s
      AND (d.state = 'waiting' AND d.due <= clock_timestamp()
           OR d.state = 'calling' AND d.called < clock_timestamp() - %(lease)s::interval)
      AND NOT EXISTS (
          SELECT FROM desk_deliveries e
          WHERE e.desk = d.desk AND e.ticket = d.ticket AND e.step < d.step AND e.state IN ('waiting', 'calling', 'dead'))
      AND NOT EXISTS (SELECT FROM desk_rests r WHERE r.desk = d.desk AND r.until > clock_timestamp())
    ORDER BY d.id LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)
RETURNING id, desk, ticket, step, attempts, again, tried, called;

-- link
SELECT id, name, url FROM desk_links WHERE desk = %(desk)s AND ticket = %(ticket)s;

-- keep_link
INSERT INTO desk_links (desk, ticket, id, name, url)
VALUES (%(desk)s, %(ticket)s, %(id)s, %(name)s, %(url)s)
ON CONFLICT (desk, ticket) DO UPDATE SET id = excluded.id, name = excluded.name, url = excluded.url;

-- linked
-- The ticket that a record of another desk stands for, by its id or its name.
SELECT ticket FROM desk_links WHERE desk = %(desk)s AND (id = %(record)s OR name = %(record)s) ORDER BY ticket LIMIT 1;

-- delivered
UPDATE desk_deliveries SET state = 'delivered', why = NULL
WHERE id = %(id)s AND state = 'calling' AND called = %(now)s;

-- awake
DELETE FROM desk_rests WHERE desk = %(desk)s;

-- put_off
-- An attempt that only met a closed door does not count.
UPDATE desk_deliveries SET state = 'waiting', due = clock_timestamp() + %(wait)s::interval, why = %(why)s, again = true,
    attempts = CASE WHEN %(counts)s THEN attempts ELSE attempts - 1 END
WHERE id = %(id)s AND state = 'calling' AND called = %(now)s;

-- rest
-- Twice as long each time, up to five minutes. Whoever meets a desk that rests already adds nothing.
INSERT INTO desk_rests AS r (desk, until, failures, why)
VALUES (%(desk)s, clock_timestamp() + make_interval(secs => greatest(%(wait)s, 5)), 1, %(why)s)
ON CONFLICT (desk) DO UPDATE SET
    failures = r.failures + 1, why = excluded.why,
    until = clock_timestamp() + make_interval(secs => greatest(%(wait)s, least(5 * 2 ^ least(r.failures, 10), 300)))
WHERE r.until <= clock_timestamp();

-- give_up
UPDATE desk_deliveries SET state = 'dead', why = %(why)s
WHERE id = %(id)s AND state = 'calling' AND called = %(now)s;

-- dead
SELECT d.id, d.desk, d.ticket, d.step, d.attempts, d.tried, d.called, d.why,
       (SELECT count(*) FROM desk_deliveries e
        WHERE e.desk = d.desk AND e.ticket = d.ticket AND e.step > d.step AND e.state = 'waiting') AS behind
FROM desk_deliveries d WHERE d.state = 'dead' AND (%(id)s::bigint IS NULL OR d.id = %(id)s)
ORDER BY d.id;

-- standing
-- How each desk stands that is owed anything.
SELECT d.desk, count(*) FILTER (WHERE d.state <> 'dead') AS waiting, count(*) FILTER (WHERE d.state = 'dead') AS dead,
       min(d.queued) AS since, max(r.until) FILTER (WHERE r.until > clock_timestamp()) AS rests_until, max(r.why) AS why
FROM desk_deliveries d LEFT JOIN desk_rests r ON r.desk = d.desk
WHERE d.state IN ('waiting', 'calling', 'dead')
GROUP BY d.desk ORDER BY d.desk;

-- retry
-- With a new span of time before it is given up again; whether an attempt may have got through stays known.
UPDATE desk_deliveries SET state = 'waiting', due = clock_timestamp(), attempts = 0, tried = NULL, again = true
WHERE id = %(id)s AND state = 'dead';

-- drop
UPDATE desk_deliveries SET state = 'dropped' WHERE id = %(id)s AND state = 'dead';

-- use
-- A key works once. Nobody can use one that is older than a day: no signature of that time is taken any more.
WITH old AS (DELETE FROM used_keys WHERE at < now() - interval '1 day')
INSERT INTO used_keys (key) VALUES (%(key)s) ON CONFLICT (key) DO NOTHING RETURNING key;

-- source
-- The name of this database among all desks that may write into another one: its tickets' numbers begin anew.
SELECT 'sd' || left(md5(tenant || ' ' || since::text), 8) FROM desk;

-- now
SELECT extract(epoch FROM clock_timestamp())::float;
