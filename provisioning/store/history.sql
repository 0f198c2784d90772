-- observe
INSERT INTO cycles (job_id, cycle_id, app_id, state, began, ended, imported, exported, escrowed, entitled, everybody)
VALUES (%(job_id)s, %(cycle_id)s, %(app_id)s, %(state)s, %(began)s, %(ended)s, %(imported)s, %(exported)s,
        %(escrowed)s, %(entitled)s, %(everybody)s)
ON CONFLICT (job_id, cycle_id) DO UPDATE
SET state = EXCLUDED.state, ended = EXCLUDED.ended, imported = EXCLUDED.imported, exported = EXCLUDED.exported,
    escrowed = EXCLUDED.escrowed, entitled = EXCLUDED.entitled, everybody = cycles.everybody OR EXCLUDED.everybody
WHERE cycles.ended IS NULL OR (EXCLUDED.everybody AND NOT cycles.everybody);

-- cycles
SELECT cycle_id, state, began, ended, imported, exported, escrowed, entitled FROM cycles
WHERE app_id = %(app_id)s ORDER BY began DESC LIMIT %(most)s;

-- full_cycles
SELECT cycle_id, state, began, ended, imported, exported, escrowed, entitled FROM cycles
WHERE app_id = %(app_id)s AND everybody ORDER BY began DESC LIMIT %(most)s;

-- windows
-- Graph tells its time in whole seconds, so a cycle may seem to have begun a moment from now.
SELECT greatest(floor(extract(epoch FROM %(until)s - began) / %(seconds)s)::int, 0) AS number, count(*),
       sum(escrowed)::bigint
FROM cycles
WHERE app_id = %(app_id)s AND job_id = %(job_id)s
  AND began > %(until)s - make_interval(secs => %(seconds)s * %(most)s)
GROUP BY number;

-- forget_cycles
DELETE FROM cycles WHERE observed < now() - make_interval(days => %(days)s);

-- newest_schema
SELECT fingerprint FROM schemas_seen WHERE job_id = %(job_id)s ORDER BY first_seen DESC LIMIT 1 FOR UPDATE;

-- schema_again
UPDATE schemas_seen SET last_seen = greatest(last_seen, %(at)s)
WHERE job_id = %(job_id)s
  AND first_seen = (SELECT max(first_seen) FROM schemas_seen WHERE job_id = %(job_id)s);

-- schema_new
INSERT INTO schemas_seen (job_id, app_id, fingerprint, first_seen, last_seen)
VALUES (%(job_id)s, %(app_id)s, %(fingerprint)s, %(at)s, %(at)s)
ON CONFLICT (job_id, first_seen) DO NOTHING;

-- schema_changes
SELECT before, first_seen FROM (
    SELECT first_seen, lag(last_seen) OVER (PARTITION BY job_id ORDER BY first_seen) AS before
    FROM schemas_seen WHERE app_id = %(app_id)s
) seen WHERE before IS NOT NULL AND first_seen > %(since)s ORDER BY first_seen;
