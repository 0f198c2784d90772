"""The evidence pack of a ticket: on the helpdesk's card, on the command line, and as a paragraph for support."""

from cards._kit import Block, facts, group, heading, listing, row, safe, text, toggle
from cards.steps import steps_block
from cards.times import drawn, instant
from cards.voice import Voice
from cards.words import _
from provisioning.attempts import StepReport
from provisioning.evidence_pack import EvidencePack, Moment

EVIDENCE = "evidence"
MOST_MOMENTS = 12


def evidence_blocks(pack: EvidencePack) -> list[Block]:
    """The button that shows it, and the hidden block that it shows."""
    hidden: list[Block] = []
    if pack.steps:
        reports = [StepReport(step=s.step, verdict=s.verdict, text=s.text, predicted=s.predicted) for s in pack.steps]
        hidden.append(steps_block(reports, Voice.AGENT))
    hidden.append(facts([(name, safe(value, longest=600)) for name, value in fact_pairs(pack)]))
    if pack.timeline:
        hidden += [heading(_("What happened when")), *listing([moment_line(one) for one in _newest(pack.timeline)])]
    if pack.person:
        hidden += [heading(_("For the vendor's or Microsoft's support")), text(safe(paragraph(pack), longest=2000))]
    return [row([toggle(_("Evidence"), EVIDENCE)]), group(hidden, id=EVIDENCE, visible=False)]


def fact_pairs(pack: EvidencePack) -> list[tuple[str, str]]:
    """Codes and ids with their names; what is not known is left out."""
    names = {
        "job": _("Job"),
        "cycle": _("Cycle"),
        "change": _("Change"),
        "request": _("Request"),
        "row": _("Log row"),
        "account": _("Account in the app"),
        "case": _("Case"),
    }
    pairs = [
        (_("Cause"), pack.cause),
        (_("Person's id"), pack.person),
        (_("App"), pack.app),
        (_("Error code"), pack.code),
        (_("Answer of the app"), f"HTTP {pack.http}" if pack.http else ""),
        (_("Error text"), pack.error),
        *((word, pack.ids.get(key, "")) for key, word in names.items()),
        (_("Schema"), pack.schema),
    ]
    return [(name, value) for name, value in pairs if value]


def moment_line(moment: Moment) -> str:
    """One line of the timeline, in the audit's own words."""
    what = safe(f"{moment.what} ({moment.detail})" if moment.detail else moment.what)
    return _("{when}: {what}").format(when=instant(moment.at), what=what)


def paragraph(pack: EvidencePack) -> str:
    """What can be pasted into somebody else's support form; it names nobody, and claims only what was seen."""
    words = [
        _("Automatic user provisioning from Microsoft Entra ID does not bring one user into {app}.").format(
            app=pack.app
        ),
        _("The user's object id is {id}.").format(id=pack.ids.get("person", "")),
    ]
    failed = next((step for step in pack.steps if step.verdict.value == "failure" and not step.predicted), None)
    if failed:
        words.append(_("It stops at the step {step}.").format(step=failed.step.value))
    if pack.code or pack.error:
        error = " – ".join(part for part in (pack.code, f"HTTP {pack.http}" if pack.http else "", pack.error) if part)
        words.append(_("The provisioning log says: {error}.").format(error=error.rstrip(".")))
    else:
        words.append(_("What we found is: {cause}.").format(cause=pack.cause))
    refs = [f"{key} {pack.ids[key]}" for key in ("job", "cycle", "change", "request", "row") if key in pack.ids]
    if refs:
        words.append(_("References: {ids}.").format(ids=", ".join(refs)))
    if pack.schema:
        words.append(_("Schema fingerprint {schema}.").format(schema=pack.schema))
    words.append(_tried(pack))
    return " ".join(words)


def _tried(pack: EvidencePack) -> str:
    if not pack.tried:
        return _("Nothing was tried from our side yet.")
    tried = "; ".join(drawn(f"{instant(one.at)} {one.what}") for one in pack.tried[-5:])
    return _("Tried from our side: {tried}.").format(tried=tried)


def _newest(timeline: tuple[Moment, ...]) -> tuple[Moment, ...]:
    return timeline[-MOST_MOMENTS:]
