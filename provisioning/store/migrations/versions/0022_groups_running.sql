-- Whether a group's call is under way for somebody is asked before every call of anybody; few runs are under way.

CREATE INDEX group_runs_running ON group_runs ((document #>> '{seen,app,id}')) WHERE document ->> 'state' = 'running';
