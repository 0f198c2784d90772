-- A message that two processes have begun on and none has ended is a suspect: the next one begins on it only when asked to
-- (``alone``), with nothing else under way, so that what lies beside a message that kills is not taken for it.
DO $$
DECLARE
    one regprocedure;
    body text;
    head constant text := 'AND n.kind <> ''click'' ORDER BY n.seq LIMIT 1)';
BEGIN
    FOREACH one IN ARRAY ARRAY['desk_keep'::regproc, 'desk_end_turn'::regproc, 'desk_take'::regproc]::regprocedure[] LOOP
        body := pg_get_functiondef(one);
        IF position(head IN body) = 0 THEN
            RAISE EXCEPTION '% begins on nothing', one;
        END IF;
        body := replace(body, head, head || CASE WHEN one = 'desk_take'::regproc::regprocedure
                                                 THEN ' AND (alone OR i.attempts < 2)' ELSE ' AND i.attempts < 2' END);
        IF one = 'desk_take'::regproc::regprocedure THEN
            body := replace(body, 'lease interval, OUT', 'lease interval, alone boolean, OUT');
        END IF;
        EXECUTE body;
    END LOOP;
    DROP FUNCTION desk_take(text, uuid, interval);
END;
$$;
