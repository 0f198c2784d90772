"""Where else a ticket can go: ServiceNow, Jira, Roundup, a signed webhook, mail. One file speaks one desk's protocol.

Nothing here remembers anything or tries twice: what is owed to whom, and when it is tried again, is the casework's.
"""
