-- sweep
SELECT scope, since, read_to, until, link, rows, version FROM log_sweeps WHERE scope = %(scope)s;

-- begin
INSERT INTO log_sweeps (scope, since, read_to, until, link, rows)
VALUES (%(scope)s, %(since)s, %(read_to)s, %(until)s, %(link)s, %(rows)s)
ON CONFLICT (scope) DO NOTHING
RETURNING version;

-- go_on
UPDATE log_sweeps
SET version = version + 1, read_to = %(read_to)s, until = %(until)s, link = %(link)s, rows = %(rows)s, updated = now()
WHERE scope = %(scope)s AND version = %(version)s
RETURNING version;

-- count_once
INSERT INTO log_rows_counted (scope, row_id, at)
SELECT %(scope)s, * FROM unnest(%(ids)s::text[], %(ats)s::timestamptz[])
ON CONFLICT (scope, row_id) DO NOTHING
RETURNING row_id;

-- forget_counted
DELETE FROM log_rows_counted WHERE scope = %(scope)s AND at < %(before)s;

-- fails
INSERT INTO failing AS known (scope, app_id, object_id, person, cluster, cause, owner, retry, code, attributes, words,
                              since, last, times, next_retry)
VALUES (%(scope)s, %(app_id)s, %(object_id)s, %(person)s, %(cluster)s, %(cause)s, %(owner)s, %(retry)s, %(code)s,
        %(attributes)s, %(words)s, %(since)s, %(last)s, %(times)s, %(next_retry)s)
ON CONFLICT (scope, app_id, object_id) DO UPDATE
SET since = CASE WHEN %(anew)s OR known.cluster <> excluded.cluster THEN excluded.since ELSE known.since END,
    times = CASE WHEN %(anew)s OR known.cluster <> excluded.cluster THEN excluded.times
                 ELSE known.times + excluded.times END,
    cluster = excluded.cluster, cause = excluded.cause, owner = excluded.owner, retry = excluded.retry,
    code = excluded.code, attributes = excluded.attributes, words = excluded.words, last = excluded.last,
    next_retry = excluded.next_retry
WHERE excluded.last >= known.last;

-- are_well
DELETE FROM failing USING unnest(%(app_ids)s::text[], %(object_ids)s::text[], %(lasts)s::timestamptz[])
    AS well (app_id, object_id, last)
WHERE failing.scope = %(scope)s AND failing.app_id = well.app_id AND failing.object_id = well.object_id
  AND failing.last <= well.last;

-- noise
INSERT INTO log_noise (scope, day, outcome, rows) VALUES (%(scope)s, %(day)s, %(outcome)s, %(rows)s)
ON CONFLICT (scope, day, outcome) DO UPDATE SET rows = log_noise.rows + excluded.rows;

-- clusters
SELECT cluster, app_id, max(cause), max(owner), max(retry), max(code), max(attributes), max(words), count(*),
       min(since), max(last), sum(times), min(next_retry), count(*) OVER (),
       (sum(count(*)) OVER ())::bigint
FROM failing WHERE scope = %(scope)s
GROUP BY cluster, app_id ORDER BY count(*) DESC, min(since), cluster LIMIT %(most)s;

-- noise_since
SELECT outcome, sum(rows)::bigint FROM log_noise WHERE scope = %(scope)s AND day >= %(day)s GROUP BY outcome;

-- people
SELECT object_id FROM failing WHERE scope = %(scope)s AND cluster = %(cluster)s
ORDER BY since, object_id LIMIT %(size)s OFFSET %(skip)s;

-- forget_failing
DELETE FROM failing WHERE last < now() - make_interval(days => %(days)s);

-- forget_noise
DELETE FROM log_noise WHERE day < current_date - %(days)s::integer;

-- forget_sweeps
DELETE FROM log_sweeps WHERE updated < now() - make_interval(days => %(days)s);
