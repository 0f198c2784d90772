"""What is known of some of Microsoft's own connectors by their template's name, and of no other way."""

from provisioning.model import Job

# Microsoft's page on on-demand provisioning: these work with somebody's consent instead of a token, and their job has
# to be stopped first. Templates are called slackOutDelta, BoxOutDelta …; DropboxSCIMOutDelta is none of them.
_BY_CONSENT = {
    "slack": "Slack",
    "box": "Box",
    "gsuite": "Google Workspace",
    "google": "Google Workspace",
    "workplace": "Workplace",
    "facebook": "Workplace",
}


def by_consent(job: Job) -> str | None:
    """The connector's name, if it is one of those whose job has to be stopped for a run on demand."""
    template = (job.template or job.id.partition(".")[0]).casefold()
    return next((name for start, name in _BY_CONSENT.items() if template.startswith(start)), None)


_NEED_A_ROLE = ("salesforce", "sfsandbox", "sfout")  # default access entitles nobody there, says their tutorial


def needs_a_role(job: Job) -> bool:
    """Whether the connector provisions only people who are assigned with a real role of the app."""
    return any(name.casefold().startswith(_NEED_A_ROLE) for name in (job.template or "", job.id))
