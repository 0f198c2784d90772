-- known
SELECT app_id, version, document::text FROM watched_apps WHERE app_id = ANY (%(app_ids)s);

-- save_known
INSERT INTO watched_apps (app_id, version, document)
SELECT %(app_id)s, 1, %(document)s WHERE %(version)s = 0
ON CONFLICT (app_id) DO NOTHING
RETURNING version;

-- save_known_again
UPDATE watched_apps SET version = version + 1, updated = now(), document = %(document)s
WHERE app_id = %(app_id)s AND version = %(version)s
RETURNING version;

-- add_news
INSERT INTO news (app_id, topic, phase, episode, variant, document)
VALUES (%(app_id)s, %(topic)s, %(phase)s, %(episode)s, %(variant)s, %(document)s)
ON CONFLICT (app_id, topic, episode, phase, variant) DO NOTHING
RETURNING number;

-- owe
-- To every place that wants to hear of the app and is not hushed for good.
INSERT INTO news_owed (news, place)
SELECT DISTINCT %(number)s::bigint, s.place FROM news_subscriptions s
WHERE s.app_id IN (%(app_id)s, '') AND NOT EXISTS (
    SELECT FROM news_hushes h WHERE h.place = s.place AND h.app_id IN (%(app_id)s, '') AND h.until IS NULL)
RETURNING place;

-- owe_the_end
-- The same, of those who were told of the beginning or are still to be.
INSERT INTO news_owed (news, place)
SELECT DISTINCT %(number)s::bigint, s.place FROM news_subscriptions s
WHERE s.app_id IN (%(app_id)s, '') AND NOT EXISTS (
    SELECT FROM news_hushes h WHERE h.place = s.place AND h.app_id IN (%(app_id)s, '') AND h.until IS NULL)
  AND EXISTS (
    SELECT FROM news_owed o JOIN news n ON n.number = o.news
    WHERE o.place = s.place AND o.state <> 'dropped' AND n.app_id = %(app_id)s AND n.topic = %(topic)s
      AND n.episode = %(episode)s AND n.phase = 'begun')
RETURNING place;

-- begun
SELECT number FROM news
WHERE app_id = %(app_id)s AND topic = %(topic)s AND episode = %(episode)s AND phase = 'begun';

-- subscribe
INSERT INTO news_subscriptions (place, app_id, document) VALUES (%(place)s, %(app_id)s, %(document)s)
ON CONFLICT (place, app_id) DO UPDATE SET document = excluded.document
RETURNING xmax = 0;

-- unsubscribe
DELETE FROM news_subscriptions WHERE place = %(place)s AND app_id = %(app_id)s RETURNING app_id;

-- drop_unwanted
-- What a place is owed of apps that no subscription of it covers any more.
UPDATE news_owed o SET state = 'dropped', settled = now() FROM news n
WHERE n.number = o.news AND o.place = %(place)s AND o.state = 'waiting' AND NOT EXISTS (
    SELECT FROM news_subscriptions s WHERE s.place = o.place AND s.app_id IN (n.app_id, ''));

-- told_of_standing
INSERT INTO news_owed (news, place, state, settled)
SELECT n.number, %(place)s, 'told', now() FROM news n
WHERE n.phase = 'begun' AND (%(app_id)s = '' OR n.app_id = %(app_id)s) AND n.topic || ' ' || n.episode IN (
    SELECT one ->> 'topic' || ' ' || (one ->> 'episode')
    FROM watched_apps w, json_array_elements(w.document -> 'standing') one WHERE w.app_id = n.app_id)
ON CONFLICT (news, place) DO UPDATE SET state = 'told', settled = now() WHERE news_owed.batch = '';

-- standing
SELECT DISTINCT ON (n.app_id, n.topic) n.document::text, n.number
FROM watched_apps w, json_array_elements(w.document -> 'standing') one, news n
WHERE (%(app_id)s = '' OR w.app_id = %(app_id)s) AND n.app_id = w.app_id AND n.phase = 'begun'
  AND n.topic = one ->> 'topic' AND n.episode = one ->> 'episode'
ORDER BY n.app_id, n.topic, n.number DESC;

-- hush
INSERT INTO news_hushes (place, app_id, until) VALUES (%(place)s, %(app_id)s, %(until)s)
ON CONFLICT (place, app_id) DO UPDATE SET until = excluded.until;

-- drop_hushed
UPDATE news_owed o SET state = 'dropped', settled = now() FROM news n
WHERE n.number = o.news AND o.place = %(place)s AND o.state = 'waiting' AND (%(app_id)s = '' OR n.app_id = %(app_id)s);

-- wake
DELETE FROM news_hushes WHERE place = %(place)s AND (%(app_id)s::text IS NULL OR app_id = %(app_id)s);

-- set_pace
INSERT INTO news_places (place, pace, digested) VALUES (%(place)s, %(pace)s, %(since)s)
ON CONFLICT (place) DO UPDATE SET pace = excluded.pace, digested = excluded.digested;

-- batch
UPDATE news_owed SET batch = %(batch)s
WHERE place = %(place)s AND news = ANY (%(numbers)s) AND state = 'waiting' AND batch = '';

-- digested
UPDATE news_places SET digested = greatest(digested, %(until)s) WHERE place = %(place)s;

-- settle
UPDATE news_owed SET state = %(state)s, settled = now()
WHERE place = %(place)s AND news = ANY (%(numbers)s) AND state = 'waiting';

-- watched
SELECT DISTINCT a FROM unnest(%(app_ids)s::text[]) a JOIN news_subscriptions s ON s.app_id IN (a, '');

-- subscriptions
SELECT document::text FROM news_subscriptions WHERE place = %(place)s ORDER BY app_id;

-- place
SELECT pace, digested FROM news_places WHERE place = %(place)s;

-- hushes
SELECT app_id, until FROM news_hushes WHERE place = %(place)s ORDER BY app_id;

-- owing
SELECT DISTINCT place FROM news_owed WHERE state = 'waiting' ORDER BY place;

-- owed
SELECT n.document::text, n.number, o.batch, n.phase = 'over' AND EXISTS (
    SELECT FROM news_owed p JOIN news b ON b.number = p.news
    WHERE p.place = o.place AND p.state = 'told' AND b.app_id = n.app_id AND b.topic = n.topic
      AND b.episode = n.episode AND b.phase = 'begun')
FROM news_owed o JOIN news n ON n.number = o.news
WHERE o.place = %(place)s AND o.state = 'waiting' ORDER BY n.number LIMIT 200;

-- news
SELECT document::text, number FROM news WHERE number = %(number)s;

-- over
SELECT o.document::text, o.number FROM news n
JOIN news o ON o.app_id = n.app_id AND o.topic = n.topic AND o.episode = n.episode AND o.phase = 'over'
WHERE n.number = %(number)s AND n.phase = 'begun';

-- forget
-- What was told stays known for longer than a trouble of which it is news can stand.
DELETE FROM news WHERE created < now() - make_interval(days => %(days)s) AND NOT EXISTS (
    SELECT FROM watched_apps w, json_array_elements(w.document -> 'standing') one
    WHERE w.app_id = news.app_id AND one ->> 'topic' = news.topic AND one ->> 'episode' = news.episode);
