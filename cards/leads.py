"""What leads a case's card in each state of the case: the answer in one sentence, and what follows from it.

Nothing is called mended before a log row or Graph's own word proves it.
"""

from collections.abc import Callable

from cards import causes
from cards._kit import Tone, safe
from cards._lead import NO_REASON, THERE, TONES, Lead, names, soon
from cards.events import action_words, error_words
from cards.kind_leads import kind_lead
from cards.refusals import refusal_words
from cards.times import instant
from cards.troubles import trouble_words
from cards.voice import Voice
from cards.words import _
from provisioning.attempts import Verdict
from provisioning.cases import Case, CaseState, Fill, Trouble
from provisioning.model import Retry
from provisioning.remedies import NO_FAULT


def lead(case: Case, voice: Voice) -> Lead:
    """The head of the card for the state that the case is in."""
    return _FOR_AGENTS[case.state](case) if voice is Voice.AGENT else kind_lead(case)


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _looked(case: Case) -> Lead:
    if case.wish:
        return _asked_for(case)
    root = case.diagnosis.root
    failed = case.diagnosis.last_event is not None and case.diagnosis.last_event.verdict is Verdict.FAILURE
    useless = failed and root.retry is Retry.AFTER_FIX and case.diagnosis.may_provision
    return Lead(
        TONES.get(root.cause, Tone.ATTENTION),
        causes.answer(case.diagnosis, Voice.AGENT),
        _lines(
            causes.who(case.diagnosis, Voice.AGENT),
            _("Until then, provisioning now would most likely fail again.") if useless else "",
            _trouble(case),
        ),
    )


def _asked_for(case: Case) -> Lead:
    """Whether what was wished for can be done, then why it would not work."""
    seen, who = case.diagnosis, names(case)
    why = (causes.answer(seen, Voice.AGENT), causes.who(seen, Voice.AGENT))
    if not seen.may_provision:
        said = _("I cannot provision {name} to {app} as it stands.").format(**who)
        return Lead(Tone.WARNING, said, _lines(refusal_words(seen.refusal), *why, _trouble(case)))
    if seen.root.cause in THERE:
        said = _("{name} is in {app} already; a run would most likely change nothing.").format(**who)
        return Lead(Tone.GOOD, said, _lines(_trouble(case)))
    if seen.root.retry is Retry.AFTER_FIX:
        said = _("{name} can be provisioned to {app}, but that would most likely fail now.").format(**who)
        return Lead(Tone.WARNING, said, _lines(*why, _trouble(case)))
    said = _("{name} can be provisioned to {app} now.").format(**who)
    return Lead(Tone.ACCENT, said, _lines(_trouble(case)))


def _filling(case: Case, fill: Fill) -> Lead:
    """Before the run the directory is written."""
    words = ", ".join(f"{causes.attribute(name)}: {safe(value)}" for name, value in fill.values.items())
    return Lead(
        Tone.ACCENT,
        _("Filling in what is empty for {name}, then provisioning to {app} …").format(**names(case)),
        _lines(_("To be filled in: {values}.").format(values=words), _started(case), trouble_words(case)),
    )


def _promised(case: Case) -> Lead:
    if case.fill is not None and case.fill.at is None:
        return _filling(case, case.fill)
    if case.trouble == Trouble.TOO_EARLY:
        return Lead(
            Tone.ACCENT,
            _("{name} is not in {app} yet; I try once more at {when}.").format(
                **names(case), when=instant(case.again_at)
            ),
            _lines(trouble_words(case), _error(case), _started(case)),
        )
    if case.trouble == Trouble.NOT_SHOWN_YET:
        said = _("It is filled in; I provision {name} to {app} once the directory shows it …").format(**names(case))
        return Lead(Tone.ACCENT, said, _lines(trouble_words(case), _started(case)))
    return Lead(
        Tone.ACCENT,
        _("Provisioning {name} to {app} is about to start …").format(**names(case)),
        (_started(case), *_held_up(case)),
    )


def _calling(case: Case) -> Lead:
    if case.trouble in {Trouble.NO_TRACE, Trouble.NO_ANSWER}:
        return _looked_for(case)
    return Lead(
        Tone.ACCENT,
        _("Provisioning {name} to {app} is running: Microsoft is working on it …").format(**names(case)),
        (_started(case), trouble_words(case) or soon()),
    )


def _looked_for(case: Case) -> Lead:
    """The call may have been made, and told nobody how it went."""
    return Lead(
        Tone.WARNING,
        _("No answer came, so nobody knows yet whether {name} was provisioned to {app}.").format(**names(case)),
        _lines(
            _started(case),
            trouble_words(case) if case.trouble == Trouble.NO_ANSWER else "",
            _("I look for it in the provisioning log, where it may show late, for half an hour from the start."),
            _("Until then I do not call again: it may have been done already. This card changes by itself."),
        ),
    )


def _checking(case: Case) -> Lead:
    return Lead(
        Tone.ACCENT,
        _("Microsoft reports success for {name} in {app}; the log does not show it yet.").format(**names(case)),
        _lines(
            _("Microsoft also reports that something of the account is missing.") if case.lacking is not None else "",
            *_waits_for_the_log(case),
            _started(case),
        ),
    )


def _held_up(case: Case) -> tuple[str, ...]:
    return (trouble_words(case), _("I ask again by myself.")) if case.trouble else (soon(),)


def _waits_for_the_log(case: Case) -> tuple[str, ...]:
    if case.trouble == Trouble.NO_PROOF:
        often = _("I look again every quarter of an hour for half a day. Press Refresh to look at once.")
        return trouble_words(case), often
    if case.trouble:  # the log cannot be read
        return trouble_words(case), _("Press Refresh to look again.")
    return (
        _(
            "I am waiting for the row in the provisioning log as the proof. That can take some minutes, and this "
            "card changes by itself."
        ),
    )


def _done(case: Case) -> Lead:
    if case.lacking is not None:
        return _done_in_part(case, case.lacking)
    if case.proof is None:
        return Lead(
            Tone.GOOD,
            _("{name} is in {app}, and everything there is already up to date.").format(**names(case)),
            (
                _(
                    "Verified by Microsoft's answer to the on-demand run: directory and app hold the same values, so "
                    "nothing had to be written."
                ),
            ),
        )
    return Lead(
        Tone.GOOD,
        _("{name} is provisioned to {app}.").format(**names(case)),
        (
            _("Verified in the provisioning log: “{action}” succeeded, {when}, row {row}.").format(
                action=action_words(case.proof.action), when=instant(case.proof.at), row=safe(case.proof.id)
            ),
        ),
    )


def _done_in_part(case: Case, lacking: tuple[str, ...]) -> Lead:
    """The account is there. What Microsoft calls a failure is a reference that could not be set."""
    missing = ", ".join(causes.attribute(name) for name in lacking)
    who = names(case)
    if missing:
        said = _("{name} is in {app}, but without this: {missing}.").format(**who, missing=missing)
    else:
        said = _("{name} is in {app}, but Microsoft reports that something of the account is missing.").format(**who)
    return Lead(
        Tone.WARNING,
        said,
        _lines(
            _("The account itself was written."),
            _error(case),
            _("It comes once the manager is in the app too; the job may have to be restarted for that.")
            if "manager" in lacking
            else "",
        ),
    )


def _not_done(case: Case) -> Lead:
    return Lead(
        Tone.ATTENTION,
        _("{name} was not provisioned to {app}: {because}.").format(**names(case), because=_why_not(case)),
        _lines(_error(case), _trouble(case), _next_after_failure(case)),
    )


def _refused(case: Case) -> Lead:
    return Lead(
        Tone.WARNING,
        _("I did not provision {name} to {app}: a last check said no.").format(**names(case)),
        _lines(
            refusal_words(case.refusal),
            _("Microsoft was not asked to do anything."),
            _trouble(case),
            _next_after_failure(case),
        ),
    )


def _uncertain(case: Case) -> Lead:
    return Lead(
        Tone.WARNING,
        _("Nobody knows yet whether {name} was provisioned to {app}.").format(**names(case)),
        _lines(
            _("The run was started, but no usable answer came, and the provisioning log does not show it."),
            _("I watched the log for half an hour. You may provision again, or press Refresh to look once more.")
            if case.trouble == Trouble.NO_TRACE
            else _("Wait some minutes, then press Refresh to look again. If it stays like this, open a ticket."),
            _trouble(case) if case.trouble != Trouble.NO_TRACE else "",
        ),
    )


def _why_not(case: Case) -> str:
    root = case.diagnosis.root
    if root.cause not in NO_REASON:
        return causes.also(root, case.diagnosis)
    if case.answer and case.answer.skip_reason:
        return _("Microsoft skipped it ({reason})").format(reason=safe(case.answer.skip_reason))
    by_trouble = {
        Trouble.BUSY: _("Microsoft could not be asked"),
        Trouble.THROTTLED: _("Microsoft could not be asked"),
        Trouble.CONFLICT: _("Microsoft could not be asked"),
        Trouble.DOWN: _("Microsoft could not be asked"),
        Trouble.NOT_TAKEN: _("Microsoft did not accept the run"),
        Trouble.UNKNOWN_CALLER: _("Microsoft did not accept the run"),
        Trouble.FORBIDDEN: _("the desk is not allowed to run it"),
        Trouble.GONE: _("Microsoft did not find what was to be run"),
        Trouble.NO_CREDENTIALS: _("the app's credentials are missing"),
        Trouble.BAD_CREDENTIALS: _("the app does not accept the saved credentials"),
        Trouble.NOT_FITTING: _("Microsoft did not accept the run"),
        Trouble.NOT_FILLED: _("what is empty could not be filled in"),
        Trouble.CALLED_OFF: _("the second run was called off") if case.answer else _("it was called off"),
        Trouble.TOOK_AWAY: _("the run took the account away"),
        Trouble.LOG_FAILED: _("the provisioning log shows that it did not succeed"),
        Trouble.LOG_DIFFERS: _("the provisioning log shows something else"),
        Trouble.FAULT: _("something went wrong in the desk"),
    }
    otherwise = _("Microsoft reports a failure") if case.answer else _("it did not come to an end")
    return by_trouble.get(Trouble(case.trouble), otherwise) if case.trouble in set(Trouble) else otherwise


def _error(case: Case) -> str:
    told = error_words(case.answer.error) if case.answer else ""
    return _("The error says: “{error}”").format(error=told) if told else ""


def _trouble(case: Case) -> str:
    return trouble_words(case)


def _next_after_failure(case: Case) -> str:
    return "" if case.diagnosis.root.cause in NO_FAULT else causes.who(case.diagnosis, Voice.AGENT)


def _started(case: Case) -> str:
    by = safe(case.promised_by.name) if case.promised_by else _("somebody")
    return _("Started by {by}, {when}.").format(by=by, when=instant(case.promised_at))


_FOR_AGENTS: dict[CaseState, Callable[[Case], Lead]] = {
    CaseState.LOOKED: _looked,
    CaseState.PROMISED: _promised,
    CaseState.CALLING: _calling,
    CaseState.CHECKING: _checking,
    CaseState.DONE: _done,
    CaseState.NOT_DONE: _not_done,
    CaseState.REFUSED: _refused,
    CaseState.UNCERTAIN: _uncertain,
}
