-- reserve
-- The next free turn, if it begins early enough; concurrent askers wait for each other on the row.
INSERT INTO pace AS known (what, free)
VALUES (%(what)s, clock_timestamp() + %(spacing)s)
ON CONFLICT (what) DO UPDATE SET free = greatest(known.free, clock_timestamp()) + %(spacing)s
    WHERE known.free < clock_timestamp() + %(ahead)s::interval OR %(ahead)s::interval IS NULL
RETURNING free - %(spacing)s AS at, clock_timestamp() AS now;

-- next
-- When a turn will be near enough to be reserved.
SELECT free - %(ahead)s::interval AS at, clock_timestamp() AS now FROM pace WHERE what = %(what)s;

-- hold
INSERT INTO pace AS known (what, free)
VALUES (%(what)s, clock_timestamp() + %(wait)s)
ON CONFLICT (what) DO UPDATE SET free = greatest(known.free, excluded.free);

-- until
SELECT extract(epoch FROM %(at)s - clock_timestamp())::float8;
