-- Whoever works in a conversation locks its row, and not its name as well: whoever only adds a letter there (a foreign
-- key) need not wait for that, and cannot be waited for by somebody who waits for what it has locked elsewhere.
DO $$
DECLARE
    one regprocedure;
    body text;
BEGIN
    FOREACH one IN ARRAY ARRAY(
        SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
          AND proname IN ('desk_take', 'desk_end_turn', 'desk_claim', 'desk_sent')
    ) LOOP
        body := pg_get_functiondef(one);
        IF body NOT LIKE '%WHERE c.id = of_id FOR UPDATE;%' THEN
            RAISE EXCEPTION '% locks no conversation', one;
        END IF;
        EXECUTE replace(body, 'WHERE c.id = of_id FOR UPDATE;', 'WHERE c.id = of_id FOR NO KEY UPDATE;');
    END LOOP;
END;
$$;
