-- Apps that are watched without end: what is known of each, what was news, and to whom it is owed.
-- Documents are Known, News and Subscription of provisioning/watching/news.py as JSON.

CREATE TABLE watched_apps (
    app_id   text PRIMARY KEY,
    version  integer NOT NULL CHECK (version > 0),  -- grows by one with every write: of two rounds one wins
    updated  timestamptz NOT NULL DEFAULT now(),
    document json NOT NULL
);

CREATE TABLE news (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    app_id   text NOT NULL,
    topic    text NOT NULL,
    phase    text NOT NULL CHECK (phase IN ('begun', 'over')),
    episode  text NOT NULL,
    variant  text NOT NULL,
    created  timestamptz NOT NULL DEFAULT now(),
    document json NOT NULL,
    UNIQUE (app_id, topic, episode, phase, variant)  -- the same news is never told twice
);

CREATE TABLE news_subscriptions (
    place    text NOT NULL,
    app_id   text NOT NULL,  -- '': all apps
    created  timestamptz NOT NULL DEFAULT now(),
    document json NOT NULL,
    PRIMARY KEY (place, app_id)
);

CREATE TABLE news_places (
    place    text PRIMARY KEY,
    pace     text NOT NULL CHECK (pace IN ('at_once', 'daily', 'weekly')),
    digested timestamptz NOT NULL  -- Graph's clock: the boundary up to which digests were made
);

CREATE TABLE news_hushes (
    place    text NOT NULL,
    app_id   text NOT NULL,  -- '': all apps
    until    timestamptz,    -- Graph's clock; NULL: until somebody says otherwise
    PRIMARY KEY (place, app_id)
);

CREATE TABLE news_owed (
    news     bigint NOT NULL REFERENCES news ON DELETE CASCADE,
    place    text NOT NULL,
    state    text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'told', 'dropped')),
    batch    text NOT NULL DEFAULT '',  -- with what it is said; decided before it is said, and for good
    settled  timestamptz,
    PRIMARY KEY (news, place)
);
CREATE INDEX news_waiting ON news_owed (place, news) WHERE state = 'waiting';
