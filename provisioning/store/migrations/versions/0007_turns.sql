-- A turn asks the database three times: what came in is stored and begun, what it comes to is stored and claimed for
-- sending, what was sent is noted and the next claimed. Each is one function, because each step must see what others
-- committed before it got its lock: the statements of a function do, the parts of one statement do not.

-- The conversation as it is now; takes its turn lease when that is free and wanted. A conversation that comes under
-- another tenant than before is a stranger: nothing of the old one is kept. ``took``: the lease was free until now.
CREATE FUNCTION desk_meet(
    of_tenant text, of_id text, of_channel text, of_kind text, of_service_url text, of_bot json, of_locale text,
    me uuid, lease interval, take boolean,
    OUT ours boolean, OUT took boolean, OUT version bigint, OUT memory json, OUT welcomed boolean
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    until timestamptz := clock_timestamp() + lease;
    stranger boolean;
BEGIN
    INSERT INTO conversations AS c (id, tenant, channel, kind, service_url, bot, locale, turn_by, turn_until)
    VALUES (of_id, of_tenant, of_channel, of_kind, of_service_url, of_bot, of_locale,
            CASE WHEN take THEN me END, CASE WHEN take THEN until END)
    ON CONFLICT (id) DO UPDATE SET
        tenant = excluded.tenant, channel = excluded.channel, kind = excluded.kind,
        service_url = excluded.service_url, bot = excluded.bot, locale = coalesce(excluded.locale, c.locale),
        seen = clock_timestamp(), retired = NULL, retired_why = NULL,
        memory = CASE WHEN c.tenant = excluded.tenant THEN c.memory END,
        welcomed = CASE WHEN c.tenant = excluded.tenant THEN c.welcomed END,
        version = c.version + (c.tenant <> excluded.tenant)::int,
        turn_by = CASE WHEN take AND coalesce(c.turn_until <= clock_timestamp(), true) THEN me ELSE c.turn_by END,
        turn_until = CASE WHEN take AND coalesce(c.turn_until <= clock_timestamp(), true) THEN until
                          ELSE c.turn_until END
    RETURNING coalesce(c.turn_by = me, false), coalesce(c.turn_by = me AND c.turn_until = until, false),
              c.version, c.memory, c.welcomed IS NOT NULL,
              (SELECT old.tenant <> of_tenant FROM conversations old WHERE old.id = of_id)
    INTO ours, took, version, memory, welcomed, stranger;
    IF stranger THEN
        DELETE FROM places WHERE conversation = of_id;
        UPDATE outbox SET state = 'failed', why = 'moved to another tenant'
        WHERE conversation = of_id AND state = 'pending';
    END IF;
END;
$$;

-- What came in, and where. ``kept`` is its number, NULL when it was here before. With ``start``, a process that did not
-- have the conversation begins at once on the message that is next, mostly this one (``raw`` is NULL then).
CREATE FUNCTION desk_keep(
    of_tenant text, of_id text, of_channel text, of_kind text, of_service_url text, of_bot json, of_locale text,
    me uuid, lease interval, take boolean, start boolean, room text,
    of_activity text, what text, body text, of_said text, busy interval,
    OUT kept bigint, OUT ours boolean, OUT version bigint, OUT memory json, OUT welcomed boolean,
    OUT seq bigint, OUT kind text, OUT raw text, OUT attempts integer
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    took boolean;
    others boolean := false;
BEGIN
    IF room IS NOT NULL THEN  -- new threads are opened in the room itself
        PERFORM desk_meet(of_tenant, room, of_channel, of_kind, of_service_url, of_bot, of_locale, me, lease, false);
    END IF;
    SELECT m.ours, m.took AND start, m.version, m.memory, m.welcomed
    INTO ours, took, version, memory, welcomed
    FROM desk_meet(of_tenant, of_id, of_channel, of_kind, of_service_url, of_bot, of_locale, me, lease, take) AS m;
    IF took THEN
        others := EXISTS (SELECT 1 FROM inbox i WHERE i.conversation = of_id AND i.state = 'waiting'
                          AND i.kind <> 'click');
    END IF;
    INSERT INTO inbox AS i (tenant, conversation, activity, kind, raw, said, taken_until, attempts)
    VALUES (of_tenant, of_id, of_activity, what, body, of_said, clock_timestamp() + busy,
            (took AND NOT others)::int)
    ON CONFLICT DO NOTHING
    RETURNING i.seq INTO kept;
    IF took AND others THEN
        UPDATE inbox AS i SET attempts = i.attempts + 1
        WHERE i.seq = (SELECT n.seq FROM inbox n WHERE n.conversation = of_id AND n.state = 'waiting'
                       AND n.kind <> 'click' ORDER BY n.seq LIMIT 1)
        RETURNING i.seq, i.kind, i.raw, i.attempts INTO seq, kind, raw, attempts;
    ELSIF took THEN
        seq := kept;
        kind := what;
        attempts := 1;
    END IF;
END;
$$;

-- The next message of a conversation, begun; ``seq`` is NULL when another process has the conversation or nothing
-- waits, and then the lease is given back.
CREATE FUNCTION desk_take(
    of_id text, me uuid, lease interval,
    OUT version bigint, OUT memory json, OUT welcomed boolean,
    OUT seq bigint, OUT kind text, OUT raw text, OUT attempts integer
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    free boolean;
BEGIN
    SELECT c.version, c.memory, c.welcomed IS NOT NULL,
           c.turn_by = me OR coalesce(c.turn_until <= clock_timestamp(), true)
    INTO version, memory, welcomed, free
    FROM conversations c WHERE c.id = of_id FOR UPDATE;
    IF free IS NOT TRUE THEN
        RETURN;
    END IF;
    UPDATE inbox AS i SET attempts = i.attempts + 1
    WHERE i.seq = (SELECT n.seq FROM inbox n WHERE n.conversation = of_id AND n.state = 'waiting'
                   AND n.kind <> 'click' ORDER BY n.seq LIMIT 1)
    RETURNING i.seq, i.kind, i.raw, i.attempts INTO seq, kind, raw, attempts;
    UPDATE conversations SET turn_by = CASE WHEN seq IS NOT NULL THEN me END,
                             turn_until = CASE WHEN seq IS NOT NULL THEN clock_timestamp() + lease END
    WHERE id = of_id AND (seq IS NOT NULL OR turn_by = me);
END;
$$;

-- The end of a turn that says at most one thing: memory, that letter and "this message is done", or nothing at all
-- (``ended`` is false then: the turn is no longer this process's). With ``more`` the next message is begun, as by
-- desk_take. With ``send`` the letter (number ``mail``) is the caller's to send at once (``sending``), if nothing is in
-- its way: other letters, another process, a pause, the channel's limits of ``a_second`` and ``half_minute`` calls.
CREATE FUNCTION desk_end_turn(
    of_id text, me uuid, lease interval, from_version bigint, new_memory json, greeted boolean,
    of_seq bigint, new_state text, of_why text, more boolean,
    body json, of_about text, of_voice text, of_drawn bigint, of_key text, of_asked_by text,
    send boolean, sender uuid, send_lease interval, a_second integer, half_minute integer,
    OUT ended boolean, OUT version bigint, OUT memory json, OUT welcomed boolean,
    OUT seq bigint, OUT kind text, OUT raw text, OUT attempts integer,
    OUT mail bigint, OUT sending boolean,
    OUT tenant text, OUT channel text, OUT room_kind text, OUT service_url text, OUT bot json
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    SELECT c.version = from_version AND c.turn_by = me, c.welcomed IS NOT NULL OR greeted,
           send AND coalesce(c.send_until <= clock_timestamp(), true) AND c.retired IS NULL
               AND coalesce(c.send_after <= clock_timestamp(), true),
           c.tenant, c.channel, c.kind, c.service_url, c.bot
    INTO ended, welcomed, sending, tenant, channel, room_kind, service_url, bot
    FROM conversations c WHERE c.id = of_id FOR UPDATE;
    IF ended THEN
        UPDATE inbox AS i SET state = new_state, why = of_why, raw = NULL WHERE i.seq = of_seq AND i.state = 'waiting';
        ended := FOUND;
    END IF;
    IF ended IS NOT TRUE THEN
        ended := false;
        RETURN;
    END IF;
    version := from_version + 1;
    memory := new_memory;
    IF more THEN
        UPDATE inbox AS i SET attempts = i.attempts + 1
        WHERE i.seq = (SELECT n.seq FROM inbox n WHERE n.conversation = of_id AND n.state = 'waiting'
                       AND n.kind <> 'click' ORDER BY n.seq LIMIT 1)
        RETURNING i.seq, i.kind, i.raw, i.attempts INTO seq, kind, raw, attempts;
    END IF;
    IF body IS NOT NULL THEN
        IF sending THEN
            sending := NOT EXISTS (SELECT 1 FROM outbox o WHERE o.conversation = of_id
                                   AND o.state IN ('pending', 'sending'));
        END IF;
        IF sending THEN
            sending := desk_pace(of_id, a_second, half_minute) <= 0;
        END IF;
        INSERT INTO outbox AS o (conversation, method, body, about, voice, drawn, key, asked_by, state, called, attempts)
        VALUES (of_id, 'post', body, of_about, of_voice, of_drawn, of_key, of_asked_by,
                CASE WHEN sending THEN 'sending' ELSE 'pending' END,
                CASE WHEN sending THEN clock_timestamp() END, sending::int)
        ON CONFLICT (key) DO NOTHING
        RETURNING o.seq INTO mail;
    END IF;
    sending := sending AND mail IS NOT NULL;
    UPDATE conversations AS c SET
        memory = new_memory, version = c.version + 1,
        welcomed = CASE WHEN greeted THEN coalesce(c.welcomed, clock_timestamp()) ELSE c.welcomed END,
        turn_by = CASE WHEN seq IS NOT NULL OR NOT more THEN me END,
        turn_until = CASE WHEN seq IS NOT NULL OR NOT more THEN clock_timestamp() + lease END,
        send_by = CASE WHEN sending THEN sender ELSE c.send_by END,
        send_until = CASE WHEN sending THEN clock_timestamp() + send_lease ELSE c.send_until END
    WHERE c.id = of_id;
END;
$$;

-- Seconds to wait until one more call in the conversation stays within both of the channel's limits.
CREATE FUNCTION desk_pace(of_id text, a_second integer, half_minute integer) RETURNS double precision
LANGUAGE sql AS $$
    SELECT greatest(0, CASE WHEN count(*) >= a_second THEN 1 - (array_agg(age ORDER BY age))[a_second] END,
                    CASE WHEN count(*) >= half_minute THEN 30 - (array_agg(age ORDER BY age))[half_minute] END)
    FROM (SELECT extract(epoch FROM clock_timestamp() - called)::float AS age FROM outbox
          WHERE conversation = of_id AND called > clock_timestamp() - interval '30 seconds'
          ORDER BY called DESC LIMIT half_minute) AS calls
$$;

-- The next letter of a conversation, claimed; ``seq`` is NULL when another process sends there or nothing is due, and
-- then the lease is given back. With ``fresh`` the caller has nothing under way there, so what is 'sending' was left
-- behind: by a process that died, or by the caller itself, who then knows which of them it ``touched``: called the channel with.
-- A post that was touched may have been shown and is not repeated; an edit is, unless a newer one waits.
CREATE FUNCTION desk_claim(
    of_id text, me uuid, lease interval, fresh boolean, touched bigint[], a_second integer, half_minute integer,
    OUT tenant text, OUT channel text, OUT room_kind text, OUT service_url text, OUT bot json,
    OUT seq bigint, OUT method text, OUT target text, OUT body json, OUT about text, OUT voice text,
    OUT drawn bigint, OUT attempts integer
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    free boolean;
    mine boolean;
    closed text;
    paused boolean;
    wait double precision;
BEGIN
    SELECT c.send_by = me OR coalesce(c.send_until <= clock_timestamp(), true), coalesce(c.send_by = me, false),
           c.retired_why, coalesce(c.send_after > clock_timestamp(), false),
           c.tenant, c.channel, c.kind, c.service_url, c.bot
    INTO free, mine, closed, paused, tenant, channel, room_kind, service_url, bot
    FROM conversations c WHERE c.id = of_id FOR UPDATE;
    IF free IS NOT TRUE THEN
        RETURN;
    END IF;
    IF fresh THEN
        UPDATE outbox AS o SET
            state = CASE WHEN mine AND o.seq <> ALL (touched) THEN 'pending'
                         WHEN o.method = 'post' THEN 'ambiguous'
                         ELSE 'pending' END,
            why = CASE WHEN NOT mine THEN 'the process that sent it is gone'
                       WHEN o.seq = ANY (touched) THEN 'what became of it could not be written down'
                       ELSE o.why END
        WHERE o.conversation = of_id AND o.state = 'sending'
          AND (o.method <> 'put' OR NOT EXISTS (
              SELECT 1 FROM outbox n WHERE n.conversation = of_id AND n.target = o.target
              AND n.method = 'put' AND n.state = 'pending'));
        UPDATE outbox AS o SET state = 'replaced', why = 'the process that sent it is gone'
        WHERE o.conversation = of_id AND o.state = 'sending';
    END IF;
    IF closed IS NOT NULL THEN
        UPDATE outbox AS o SET state = 'failed', why = 'closed: ' || closed
        WHERE o.conversation = of_id AND o.state = 'pending';
    ELSIF NOT paused THEN
        SELECT o.seq INTO seq
        FROM outbox o
        LEFT JOIN places p ON o.method = 'put' AND p.conversation = o.conversation AND p.activity = o.target
        WHERE o.conversation = of_id AND o.state = 'pending'
          AND o.due <= clock_timestamp() AND coalesce(p.quiet_until <= clock_timestamp(), true)
        ORDER BY o.seq LIMIT 1;
    END IF;
    IF seq IS NOT NULL THEN
        wait := desk_pace(of_id, a_second, half_minute);
        IF wait > 0 THEN  -- one more call now would pass the channel's limits
            seq := NULL;
            UPDATE conversations SET send_after = clock_timestamp() + make_interval(secs => wait) WHERE id = of_id;
        END IF;
    END IF;
    IF seq IS NOT NULL THEN
        UPDATE outbox AS o SET state = 'sending', attempts = o.attempts + 1, called = clock_timestamp()
        WHERE o.seq = desk_claim.seq
        RETURNING o.method, o.target, o.body, o.about, o.voice, o.drawn, o.attempts
        INTO method, target, body, about, voice, drawn, attempts;
    END IF;
    UPDATE conversations SET send_by = CASE WHEN seq IS NOT NULL THEN me END,
                             send_until = CASE WHEN seq IS NOT NULL THEN clock_timestamp() + lease END
    WHERE id = of_id AND (seq IS NOT NULL OR mine);
END;
$$;

-- A letter went out: where it stands now (``stands_in``, ``stands_as``), and what follows at once if it was drawn anew
-- meanwhile. Then the next one, as by desk_claim; with ``again`` the caller does not know whether it said this before.
CREATE FUNCTION desk_sent(
    of_id text, me uuid, lease interval, again boolean, a_second integer, half_minute integer,
    of_seq bigint, of_method text, of_target text, of_about text, of_voice text, of_drawn bigint, of_digest text,
    stands_in text, stands_as text, more boolean,
    OUT tenant text, OUT channel text, OUT room_kind text, OUT service_url text, OUT bot json,
    OUT seq bigint, OUT method text, OUT target text, OUT body json, OUT about text, OUT voice text,
    OUT drawn bigint, OUT attempts integer
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    newer json;
    newest bigint;
BEGIN
    UPDATE outbox AS o SET state = 'sent', sent_id = stands_as, why = NULL WHERE o.seq = of_seq
    RETURNING CASE WHEN ROW(o.redrawn ->> 'text', o.redrawn #>> '{attachments,0,content}')
                        IS DISTINCT FROM ROW(o.body ->> 'text', o.body #>> '{attachments,0,content}')
                   THEN o.redrawn END, o.drawn INTO newer, newest;  -- what readers see; the envelope does not count
    IF stands_in <> of_id THEN
        INSERT INTO conversations (id, tenant, channel, kind, service_url, bot, locale)
        SELECT stands_in, c.tenant, c.channel, c.kind, c.service_url, c.bot, c.locale
        FROM conversations c WHERE c.id = of_id
        ON CONFLICT DO NOTHING;
    END IF;
    IF of_method = 'post' AND stands_as IS NOT NULL AND of_about IS NOT NULL THEN
        PERFORM desk_place(stands_in, stands_as, of_about, of_voice, of_drawn, of_digest, NULL);
    ELSIF of_method = 'put' THEN
        UPDATE places SET digest = of_digest WHERE conversation = stands_in AND activity = of_target;
    ELSIF of_method = 'delete' THEN
        DELETE FROM places WHERE conversation = stands_in AND activity = of_target;
    END IF;
    IF newer IS NOT NULL AND stands_as IS NOT NULL THEN
        PERFORM desk_edit(stands_in, stands_as, newer, of_about, of_voice, newest, interval '0');
    END IF;
    IF more THEN
        SELECT c.tenant, c.channel, c.room_kind, c.service_url, c.bot,
               c.seq, c.method, c.target, c.body, c.about, c.voice, c.drawn, c.attempts
        INTO tenant, channel, room_kind, service_url, bot,
             seq, method, target, body, about, voice, drawn, attempts
        FROM desk_claim(of_id, me, lease, again, ARRAY[]::bigint[], a_second, half_minute) AS c;
    END IF;
END;
$$;

-- Where something is shown; ``of_digest`` NULL keeps what everybody else there sees (a click's answer is one
-- person's). Returns the newest drawing of it that is shown there or on its way.
CREATE FUNCTION desk_place(
    in_conversation text, of_activity text, of_about text, of_voice text, of_drawn bigint, of_digest text,
    quiet interval
) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO places AS p (conversation, activity, about, voice, drawn, digest, quiet_until)
    VALUES (in_conversation, of_activity, of_about, of_voice, of_drawn, of_digest, clock_timestamp() + quiet)
    ON CONFLICT (conversation, activity) DO UPDATE SET
        about = excluded.about, voice = excluded.voice,
        drawn = CASE WHEN p.about = excluded.about THEN greatest(p.drawn, excluded.drawn) ELSE excluded.drawn END,
        digest = coalesce(excluded.digest, p.digest), quiet_until = coalesce(excluded.quiet_until, p.quiet_until)
    RETURNING drawn
$$;

-- An edit; it takes the place of one that was not sent yet, unless that is a newer drawing of the same.
CREATE FUNCTION desk_edit(
    in_conversation text, of_target text, of_body json, of_about text, of_voice text, of_drawn bigint, quiet interval
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO outbox (conversation, method, target, body, about, voice, drawn, due)
    VALUES (in_conversation, 'put', of_target, of_body, of_about, of_voice, of_drawn, clock_timestamp() + quiet)
    ON CONFLICT (conversation, target) WHERE state = 'pending' AND method = 'put'
    DO UPDATE SET body = excluded.body, about = excluded.about, voice = excluded.voice, drawn = excluded.drawn,
                  due = excluded.due, attempts = 0
    WHERE outbox.drawn <= excluded.drawn OR outbox.about IS DISTINCT FROM excluded.about
$$;
