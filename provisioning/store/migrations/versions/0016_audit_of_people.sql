-- What the desk did for somebody is looked up by the cases about them.
CREATE INDEX cases_person ON cases (person_id, created);
