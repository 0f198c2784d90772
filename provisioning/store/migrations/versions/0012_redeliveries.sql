-- Where the channel does not hear that a message was taken, it delivers it again after some 15 seconds, and may give it
-- another id then. ``unheard``: whoever took it was slow, or died, so that this may have happened.
ALTER TABLE inbox ADD COLUMN unheard boolean NOT NULL DEFAULT false;
CREATE INDEX inbox_unheard ON inbox (conversation) WHERE unheard;

-- Whether these words of this sender are here under another id: unheard, or waiting for longer than anybody repeats
-- himself without an answer. Once is then enough, whether the channel or an impatient person says it again.
CREATE FUNCTION desk_said_before(of_id text, of_said text, of_activity text) RETURNS boolean
LANGUAGE sql AS $$
    SELECT EXISTS (SELECT 1 FROM inbox WHERE conversation = of_id AND unheard AND kind = 'message'
                   AND said = of_said AND activity <> of_activity
                   AND received > clock_timestamp() - interval '60 seconds')
        OR EXISTS (SELECT 1 FROM inbox WHERE conversation = of_id AND state = 'waiting' AND kind = 'message'
                   AND said = of_said AND activity <> of_activity
                   AND received < clock_timestamp() - interval '10 seconds')
$$;

-- As in 0007, but for words that are here already (``once``).
DROP FUNCTION desk_keep;
CREATE FUNCTION desk_keep(
    of_tenant text, of_id text, of_channel text, of_kind text, of_service_url text, of_bot json, of_locale text,
    me uuid, lease interval, take boolean, start boolean, room text,
    of_activity text, what text, body text, of_said text, busy interval, once boolean,
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
    IF NOT once OR NOT desk_said_before(of_id, of_said, of_activity) THEN
        INSERT INTO inbox AS i (tenant, conversation, activity, kind, raw, said, taken_until, attempts)
        VALUES (of_tenant, of_id, of_activity, what, body, of_said, clock_timestamp() + busy,
                (took AND NOT others)::int)
        ON CONFLICT DO NOTHING
        RETURNING i.seq INTO kept;
    END IF;
    IF took AND others THEN  -- somebody left them: whether the channel knows that they are here, nobody knows
        UPDATE inbox AS i SET unheard = true
        WHERE i.conversation = of_id AND i.state = 'waiting' AND i.kind = 'message' AND i.seq IS DISTINCT FROM kept;
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

-- As in 0007, but for what a dead process left.
CREATE OR REPLACE FUNCTION desk_take(
    of_id text, me uuid, lease interval,
    OUT version bigint, OUT memory json, OUT welcomed boolean,
    OUT seq bigint, OUT kind text, OUT raw text, OUT attempts integer
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    free boolean;
    owner uuid;
BEGIN
    SELECT c.version, c.memory, c.welcomed IS NOT NULL,
           c.turn_by = me OR coalesce(c.turn_until <= clock_timestamp(), true), c.turn_by
    INTO version, memory, welcomed, free, owner
    FROM conversations c WHERE c.id = of_id FOR UPDATE;
    IF free IS NOT TRUE THEN
        RETURN;
    END IF;
    IF owner <> me THEN  -- it died; perhaps before the channel heard that these are here
        UPDATE inbox AS i SET unheard = true
        WHERE i.conversation = of_id AND i.state = 'waiting' AND i.kind = 'message';
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

-- As in 0007, but that everybody locks in the same order: the conversation, then what is in it.
CREATE OR REPLACE FUNCTION desk_sent(
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
    PERFORM 1 FROM conversations c WHERE c.id = of_id FOR UPDATE;  -- first, as whoever claims does
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

-- Seconds to wait until one more call in the conversation stays within all of the channel's limits; no more than 8 in
-- two seconds is the one that does not follow from the others.
CREATE OR REPLACE FUNCTION desk_pace(of_id text, a_second integer, half_minute integer) RETURNS double precision
LANGUAGE sql AS $$
    SELECT greatest(0, CASE WHEN count(*) >= a_second THEN 1 - (array_agg(age ORDER BY age))[a_second] END,
                    CASE WHEN count(*) >= a_second + 1 THEN 2 - (array_agg(age ORDER BY age))[a_second + 1] END,
                    CASE WHEN count(*) >= half_minute THEN 30 - (array_agg(age ORDER BY age))[half_minute] END)
    FROM (SELECT extract(epoch FROM clock_timestamp() - called)::float AS age FROM outbox
          WHERE conversation = of_id AND called > clock_timestamp() - interval '30 seconds'
          ORDER BY called DESC LIMIT half_minute) AS calls
$$;
