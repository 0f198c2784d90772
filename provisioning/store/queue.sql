-- revive
-- Jobs of processes that show no life any more are queued again; one that keeps killing its process is given up.
WITH stalled AS (
    SELECT job.id, job.task_name, job.attempts + 1 < %(attempts)s AS again
    FROM procrastinate_jobs AS job
    WHERE job.status = 'doing'
      AND job.worker_id IS DISTINCT FROM %(mine)s::bigint
      AND NOT EXISTS (
          SELECT 1 FROM procrastinate_workers AS worker
          WHERE worker.id = job.worker_id AND worker.last_heartbeat >= now() - make_interval(secs => %(patience)s)
      )
    FOR UPDATE OF job SKIP LOCKED
)
SELECT id, task_name, again,
       CASE WHEN again THEN procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)::text
            ELSE procrastinate_finish_job_v1(id, 'failed', false)::text END
FROM stalled;

-- one_at_a_time
SELECT pg_advisory_xact_lock(hashtext('round ' || %(name)s));

-- waiting
-- Whether a job of this name waits for its time.
SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = %(name)s AND status = 'todo');
