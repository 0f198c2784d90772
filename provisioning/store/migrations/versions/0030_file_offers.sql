-- A file that somebody was asked about, in a chat of their own: whether it may go into their OneDrive.
-- offered → declined | failed (too late, or without an address) | accepted → given | failed
CREATE TABLE file_offers (
    once text PRIMARY KEY,  -- the button's that it was asked for with
    crowd bigint NOT NULL,
    person text NOT NULL,  -- Entra object id in lower case: nobody else may answer
    conversation text NOT NULL,
    state text NOT NULL DEFAULT 'offered' CHECK (state IN ('offered', 'declined', 'accepted', 'given', 'failed')),
    upload json,  -- where Teams wants it, as long as it is not there: the address itself lets anybody in
    locale text,
    created timestamptz NOT NULL DEFAULT clock_timestamp()
);
