"""Why somebody is not in an app: one rule a file, each a pure question to the evidence.

Law: a rule that lacks what it needs stays silent; it never takes the unread for the absent.
"""
