"""Why an order is not carried out, in words, and what comes first."""

from cards.words import _
from provisioning.orders import Hindrance


def hindrance_words(hindrance: Hindrance) -> str:
    """One or two whole sentences."""
    return _WORDS[hindrance]()


_WORDS = {
    Hindrance.NOT_AN_ADMIN: lambda: _("Whoever agreed is no identity administrator any more."),
    Hindrance.NO_JOB: lambda: _("Provisioning is not set up for this app."),
    Hindrance.RUNS_ALREADY: lambda: _("The job runs already: starting it again would change nothing."),
    Hindrance.PAUSED_ALREADY: lambda: _("The job is paused already."),
    Hindrance.DELETIONS_HELD: lambda: _(
        "Removals are held back. I never let them through: look at them in Entra and allow them there, or restore the "
        "people first and restart the job there."
    ),
    Hindrance.CREDENTIALS: lambda: _(
        "The app still rejects the saved credentials. Renew them in Entra first: a restart would only bring the "
        "quarantine back."
    ),
    Hindrance.DUPLICATE_ROLES: lambda: _(
        "Two roles of the app have the same name. An identity administrator renames or removes one in the app "
        "registration first: a restart would only bring the quarantine back."
    ),
    Hindrance.NOT_MENDED: lambda: _(
        "The job has come into quarantine over something else since somebody agreed. Mend that first, then decide anew."
    ),
    Hindrance.OTHER_ORDER: lambda: _("Another order for this app is under way. Wait for its end and decide anew."),
    Hindrance.SCHEMA_CHANGED: lambda: _(
        "Somebody has changed the mappings or filters since I looked. I overwrite nobody's work: look again."
    ),
    Hindrance.NOTHING_TO_CHANGE: lambda: _("Every filter asks for mail, first and last name already."),
    Hindrance.NOT_ALL_READ: lambda: _(
        "I could not read everybody who is assigned, so I cannot say who would fall out. Without that I change nothing."
    ),
    Hindrance.TOO_OLD: lambda: _("I looked more than an hour ago, and people may have come and gone. Look again."),
    Hindrance.NOT_KEPT: lambda: _("The schema of before is not kept any more, or was put back already."),
    Hindrance.BUSY: lambda: _("Microsoft Graph was too busy for too long. Nothing was done."),
}
