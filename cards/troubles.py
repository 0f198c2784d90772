"""What stood in the way, in words: the trouble that a promise met, and what an error of ours says."""

from collections.abc import Mapping

from cards._kit import safe
from cards.words import _
from provisioning.cases import Case, Trouble
from provisioning.errors import DeskError, NotAllowedError, RefusedError


def trouble_words(case: Case) -> str:
    """The trouble of a case for agents, with the other side's own words; "" without any.

    A trouble that has no words here is a sentence already: the first desks kept it so.
    """
    if not case.trouble:
        return ""
    if case.trouble == Trouble.HELD:
        return _("{name} has already started it.").format(name=safe(case.told or _("somebody")))
    said = _sentences().get(case.trouble) or safe(case.trouble)
    told = _("What was said: {words}").format(words=safe(spoken(case.told))) if case.told else ""
    return f"{said} {told}".strip()


def trouble_said(trouble: str) -> str:
    """What a trouble means; "" for one without words."""
    return _sentences().get(trouble, "")


def error_said(error: DeskError) -> str:
    """What an error says, in the language of the moment; "" for one that says nothing."""
    code = error.code if isinstance(error, NotAllowedError | RefusedError) else None
    if code:
        refused = isinstance(error, RefusedError)
        said = (
            _("Microsoft refused it ({code}).") if refused else _("Microsoft does not allow it to the desk ({code}).")
        )
        return said.format(code=code)
    return spoken(str(error.args[0])) if error.args else ""


def spoken(sentence: str) -> str:
    """A sentence of the domain in the language of the moment; as it is where no catalogue knows it."""
    return _(sentence) if sentence else ""


def _sentences() -> Mapping[str, str]:
    return {
        Trouble.BUSY: _("Microsoft was too busy or could not be reached."),
        Trouble.NOT_TAKEN: _("Microsoft did not accept the run."),
        Trouble.TOOK_AWAY: _(
            "The run took the account away instead of creating it: the person is out of the job's scope."
        ),
        Trouble.LOG_FAILED: _("No usable answer came, and the provisioning log shows that it did not succeed."),
        Trouble.LOG_DIFFERS: _("Microsoft answered success, but the provisioning log shows something else after it."),
        Trouble.NO_TRACE: _(
            "The call may have been made, but no answer came, and the provisioning log shows no trace of it."
        ),
        Trouble.NO_PROOF: _(
            "Microsoft answered success, but the provisioning log has not shown it within half an hour."
        ),
        Trouble.LOG_UNREADABLE: _("The provisioning log cannot be read."),
        Trouble.FAULT: _("The desk could not work on it."),
    }
