-- shifts
SELECT person, upn, name, days, begins, ends FROM roster ORDER BY days, begins, name;

-- add_shift
INSERT INTO roster (person, upn, name, days, begins, ends)
VALUES (%(person)s, %(upn)s, %(name)s, %(days)s, %(begins)s, %(ends)s)
ON CONFLICT DO NOTHING;

-- drop_shifts
DELETE FROM roster WHERE person = %(person)s RETURNING id;
