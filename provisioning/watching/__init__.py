"""Watching apps without end: what is news about a job, given what was known and what is seen now.

Pure. One kind of news, one file; ``looking`` holds their list. What could not be read is no news and no recovery, and
what is seen for the first time is where watching begins, not news.
"""
