"""Graph's answers: the fields that we read, and how they become the desk's values. Nulls and new words are expected."""
