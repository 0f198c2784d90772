-- tickets
SELECT now() AS as_of,
       count(*) FILTER (WHERE state <> 'closed') AS open,
       count(*) FILTER (WHERE state = 'open') AS waiting,
       min(opened) FILTER (WHERE state <> 'closed') AS oldest,
       count(*) FILTER (WHERE state <> 'closed' AND opened > now() - interval '1 day') AS young,
       count(*) FILTER (WHERE state <> 'closed' AND opened <= now() - interval '7 days') AS old,
       count(*) FILTER (WHERE opened > now() - %(period)s::interval) AS opened,
       count(*) FILTER (WHERE ended > now() - %(period)s::interval) AS closed,
       count(*) FILTER (WHERE answered > now() - %(period)s::interval) AS answered,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY answered - opened)
           FILTER (WHERE answered > now() - %(period)s::interval) AS first_answer,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY answered - opened)
           FILTER (WHERE answered > now() - %(period)s::interval) AS first_answer_slow,
       count(*) FILTER (WHERE ended > now() - %(period)s::interval AND reason = 'by_itself' AND taker_id IS NULL)
           AS by_itself
FROM tickets
WHERE state <> 'closed' OR opened > now() - %(period)s::interval OR ended > now() - %(period)s::interval;

-- cases
SELECT count(*) AS by_click FROM cases
WHERE state = 'done' AND ticket IS NULL AND updated > now() - %(period)s::interval;

-- causes
-- Of what was asked, each person and app once, by the finding that led the last answer.
SELECT cause, count(*) AS people
FROM (
    SELECT DISTINCT ON (person_id, app_id) cause FROM cases WHERE created > now() - %(period)s::interval
    ORDER BY person_id, app_id, created DESC
) AS last_asked
WHERE cause <> ALL (%(fine)s)
GROUP BY cause ORDER BY people DESC, cause LIMIT %(most)s;

-- by_state
SELECT state, severity, count(*) FROM tickets WHERE state <> 'closed' GROUP BY state, severity;

-- queue
-- Background work by name and state, and messages and deliveries that an operator should look at.
SELECT 'work' AS kind, task_name AS name, status::text AS state, count(*) FROM procrastinate_jobs
WHERE status IN ('todo', 'doing', 'failed') GROUP BY task_name, status
UNION ALL SELECT 'message', method, state, count(*) FROM outbox
WHERE state IN ('pending', 'sending', 'ambiguous', 'failed') GROUP BY method, state
UNION ALL SELECT 'delivery', desk, state, count(*) FROM desk_deliveries
WHERE state IN ('waiting', 'calling', 'dead') GROUP BY desk, state;
