-- An operator may end the doubt about a message that perhaps did not arrive: by sending it again, or by letting it be.

ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check CHECK (state IN
    ('pending', 'sending', 'sent', 'ambiguous', 'failed', 'replaced', 'dropped'));
