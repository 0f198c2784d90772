-- Microsoft takes so many calls of a kind in a while: whoever wants to make one takes the next free turn here.

CREATE TABLE pace (
    what  text PRIMARY KEY,  -- the kind of call
    free  timestamptz NOT NULL  -- from then on the next turn is free; the database's clock
);
