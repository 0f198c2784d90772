-- Whose personal chat a conversation is, or whose team's channel: noted with the first message from there that a process
-- stores, and not by a statement of its own that the answer has to wait for. A person has one personal chat and a
-- channel one team, so these rows are locked in the order of their conversations.
CREATE FUNCTION desk_met(in_conversation text, room text, of_person text, of_team text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF of_person IS NOT NULL THEN
        INSERT INTO chats (person, conversation) VALUES (of_person, in_conversation)
        ON CONFLICT (person) DO UPDATE SET conversation = excluded.conversation, seen = clock_timestamp();
    END IF;
    IF of_team IS NOT NULL THEN
        INSERT INTO team_rooms (conversation, team) VALUES (coalesce(room, in_conversation), of_team)
        ON CONFLICT (conversation) DO UPDATE SET team = excluded.team;
    END IF;
    RETURN true;
END;
$$;
