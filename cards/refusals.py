"""Why the desk does not run on-demand provisioning, in words for agents."""

from cards.words import _
from provisioning.cases import Refusal


def refusal_words(refusal: Refusal | str | None) -> str:
    """One sentence that explains the refusal; a general one for a reason that has no words yet."""
    words: dict[str, str] = {
        Refusal.NOT_AN_AGENT: _("Only the helpdesk may provision, and the role is checked again at every click."),
        Refusal.NO_LONGER_THERE: _("The person or the app does not exist any more."),
        Refusal.NOT_ASSIGNED: _(
            "The person is not assigned to the app. Running provisioning on demand now would not create the account: "
            "it would disable the account that the person may have there. Assign first."
        ),
        Refusal.NOT_ENTITLED: _(
            "The person is assigned with a role that entitles to nothing there. Running provisioning on demand now "
            "would not create the account: it would disable the account that the person may have there. Assign with "
            "another role first."
        ),
        Refusal.FILTERED_OUT: _(
            "The scoping filter keeps the person out. Running provisioning on demand now would not create the account: "
            "it would disable the account that the person may have there. Correct the value or the filter first."
        ),
        Refusal.ACCOUNT_DISABLED: _("The directory account is disabled or deleted, so nothing would be provisioned."),
        Refusal.JOB_QUARANTINED: _(
            "The job is in quarantine, and Microsoft refuses on-demand runs until it is out of it."
        ),
        Refusal.JOB_NOT_CONFIGURED: _("Provisioning is not set up for this app."),
        Refusal.JOB_PAUSED: _("Somebody stopped the job on purpose; it has to be started first."),
        Refusal.MUST_BE_STOPPED: _(
            "This connector works with somebody's consent, and of these Microsoft takes runs on demand only while the "
            "job is stopped. Stop the job first, and start it again afterwards."
        ),
        Refusal.NO_RULE: _("The job has no rule that supports provisioning on demand."),
        Refusal.NOT_READABLE: _("Something that has to be checked first could not be read, so I rather do not act."),
        Refusal.LEFT_THE_GROUP: _("The person is not a member of the group any more."),
        Refusal.ALREADY_RUNNING: _("Somebody already started it for this person and app, and it is still running."),
    }
    return words.get(refusal, _("A check before acting said no.")) if refusal else _("A check before acting said no.")
