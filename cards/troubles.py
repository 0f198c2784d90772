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
        return held_words(case.told)
    if case.trouble == Trouble.CALLED_OFF:
        who = safe(case.told or _("somebody"))
        return _("{name} called it off.").format(name=who)
    said = _sentences().get(case.trouble) or safe(case.trouble)
    told = _("What was said: {words}").format(words=safe(spoken(case.told))) if case.told else ""
    return f"{said} {told}".strip()


def held_words(name: str | None) -> str:
    """Who was first."""
    return _("{name} has already started it.").format(name=safe(name or _("somebody")))


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
        Trouble.THROTTLED: _("Microsoft asked to wait: there were too many calls (429)."),
        Trouble.CONFLICT: _("Microsoft says that something else is changing the job or the person right now (409)."),
        Trouble.DOWN: _("Microsoft Graph is not available right now."),
        Trouble.NOT_TAKEN: _("Microsoft did not accept the run."),
        Trouble.UNKNOWN_CALLER: _(
            "Microsoft refused the run without saying why (401). Three reasons are known: the desk's service principal "
            "is not an owner of the application and the enterprise app, the desk's token is older than a right that it "
            "was given, or the job is in quarantine."
        ),
        Trouble.FORBIDDEN: _(
            "The desk is not allowed to run provisioning for this app (403). An identity admin has to consent to "
            "Synchronization.ReadWrite.All, or make the desk an owner of the app."
        ),
        Trouble.GONE: _("The provisioning job, the person or the app is not there any more (404)."),
        Trouble.NO_CREDENTIALS: _(
            "Nobody has saved credentials for the app, so provisioning cannot sign in there. An identity admin enters "
            "them on the app's provisioning page."
        ),
        Trouble.BAD_CREDENTIALS: _(
            "The app does not accept the credentials that are saved for it. The app's admin issues new ones, and an "
            "identity admin enters them on the app's provisioning page."
        ),
        Trouble.NOT_FITTING: _(
            "Microsoft found that the run does not fit the job. Either its mappings were changed a moment ago and the "
            "rule is another one now, or the connector works with consent and its job has to be stopped first."
        ),
        Trouble.NO_ANSWER: _(
            "The run was sent and no answer came back. I do not send it again; I look in the provisioning log whether "
            "it happened."
        ),
        Trouble.NOT_SHOWN_YET: _(
            "The directory does not show everywhere yet what was filled in. I look again, and provision only then."
        ),
        Trouble.NOT_SHOWN: _(
            "What was filled in was written, but the directory still showed the old value a quarter of an hour later, "
            "so I did not provision. Press Refresh; once the new value is shown, Provision now works as usual."
        ),
        Trouble.NOT_FILLED: _("The directory did not take what was to be filled in, so I did not provision."),
        Trouble.TOO_EARLY: _(
            "The run did not know the assignment yet: Microsoft may need some minutes to make it known everywhere."
        ),
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
