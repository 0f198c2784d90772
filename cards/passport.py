"""One person in every app: worst first, the cause of each in words, and a button to open the case."""

from collections.abc import Sequence
from datetime import datetime

from cards import causes
from cards._kit import Block, Card, Tone, make, safe, text, title
from cards._rows import Row, rows_block
from cards.times import instant
from cards.voice import Voice
from cards.words import _, ngettext
from provisioning.model import App, Diagnosis
from provisioning.survey import Rank, Survey, rank

MOST_NAMES = 12  # of apps in one sentence
SIGNS = {Rank.BROKEN: "✗", Rank.UNCLEAR: "?", Rank.WAITING: "…", Rank.FINE: "✓"}  # the card says what they mean


def passport_card(survey: Survey, *, voice: Voice, question: str, notes: Sequence[str] = ()) -> Card:
    """What is the matter with the person in each app that they hold. Buttons: ``choose_app`` with intent status."""
    seen = survey.worst_first()
    rows = [_row(one, voice) for one in seen]
    about = {"person": survey.person.id, "intent": "status", "question": question}
    lines, actions = rows_block(rows, verb="choose_app", key="app", about=about)
    said = _said(survey, seen, voice)
    below = [text(words, subtle=True) for words in notes]
    body = [title(said, _tone(seen), *_account(survey, voice)), *below, *lines, *_rest(survey)]
    body.append(text(signs_and_source(survey.as_of), subtle=True, small=True, separator=True))
    return make(body, summary=said, actions=actions)


def row_words(diagnosis: Diagnosis, voice: Voice) -> str:
    """One sentence about one person in one app, and what else was found or could not be read."""
    words = [causes.answer(diagnosis, voice)]
    others = len(diagnosis.findings) - 1
    if others > 0:
        words.append(ngettext("One more thing was found.", "{n} more things were found.", others).format(n=others))
    if diagnosis.unread:
        words.append(_("Not everything could be read."))
    return " ".join(words)


def _row(diagnosis: Diagnosis, voice: Voice) -> Row:
    words = row_words(diagnosis, voice)
    return Row(name=diagnosis.app.name, sign=SIGNS[rank(diagnosis)], words=words, id=diagnosis.app.id)


def _said(survey: Survey, seen: Sequence[Diagnosis], voice: Voice) -> str:
    name = safe(survey.person.name or survey.person.upn)
    mine = voice is Voice.PERSON
    ranks, count = [rank(one) for one in seen], len(seen)
    broken, unclear = ranks.count(Rank.BROKEN), ranks.count(Rank.UNCLEAR)
    if not count:
        return _none(bool(survey.unread), mine).format(name=name)
    if broken:
        words = (
            ngettext(
                "In {broken} of your {n} app something is wrong.",
                "In {broken} of your {n} apps something is wrong.",
                count,
            )
            if mine
            else ngettext(
                "In {broken} of {n} app something is wrong for {name}.",
                "In {broken} of {n} apps something is wrong for {name}.",
                count,
            )
        )
        return words.format(broken=broken, n=count, name=name)
    if unclear:
        words = (
            ngettext(
                "For {unclear} of your {n} app I cannot tell whether you are in it.",
                "For {unclear} of your {n} apps I cannot tell whether you are in it.",
                count,
            )
            if mine
            else ngettext(
                "For {unclear} of {n} app I cannot tell whether {name} is in it.",
                "For {unclear} of {n} apps I cannot tell whether {name} is in it.",
                count,
            )
        )
        return words.format(unclear=unclear, n=count, name=name)
    words = _fine(count, mine) if all(one is Rank.FINE for one in ranks) else _waiting(count, mine)
    return words.format(n=count, name=name)


def _none(unread: bool, mine: bool) -> str:
    if unread and mine:
        return _("I found no app of yours, but I could not read everything.")
    if unread:
        return _("I found no app of {name}, but I could not read everything.")
    return _("You hold no app that I can see.") if mine else _("{name} holds no app that I can see.")


def _fine(count: int, mine: bool) -> str:
    if mine:
        return ngettext("You are in your {n} app.", "You are in all of your {n} apps.", count)
    return ngettext("{name} is in the {n} app that they hold.", "{name} is in all {n} apps that they hold.", count)


def _waiting(count: int, mine: bool) -> str:
    if mine:
        return ngettext(
            "Nothing has to be mended in your {n} app; it takes time.",
            "Nothing has to be mended in your {n} apps; some take time.",
            count,
        )
    return ngettext(
        "Nothing has to be mended for {name} in {n} app; it takes time.",
        "Nothing has to be mended for {name} in {n} apps; some take time.",
        count,
    )


def _tone(seen: Sequence[Diagnosis]) -> Tone:
    tones = {Rank.BROKEN: Tone.ATTENTION, Rank.UNCLEAR: Tone.WARNING, Rank.WAITING: Tone.ACCENT, Rank.FINE: Tone.GOOD}
    return tones[min(rank(one) for one in seen)] if seen else Tone.NEUTRAL


def _account(survey: Survey, voice: Voice) -> list[Block]:
    """Who it is, for agents: names are shared."""
    if voice is Voice.PERSON:
        return []
    state = _("deleted") if survey.person.deleted else _("disabled") if survey.person.enabled is False else ""
    return [text(" · ".join(filter(None, (safe(survey.person.upn), state))), subtle=True)]


def _rest(survey: Survey) -> list[Block]:
    """The apps without a line, and what could not be read."""
    blocks = []
    if survey.left_out:
        blocks.append(text(_("Not looked at in this answer: {apps}.").format(apps=_names(survey.left_out))))
    if survey.not_held:
        blocks.append(text(_("Not assigned: {apps}.").format(apps=_names(survey.not_held)), subtle=True))
    words = {
        "grants": _("the assignments"),
        "groups": _("the groups"),
        "log": _("the provisioning log"),
        "others": _("every app's list of assignments (groups within groups may lead to more apps)"),
    }
    unread = [words[key] for key in survey.unread if key in words]
    if unread:
        blocks.append(text(_("I could not read {what}, so apps may be missing here.").format(what=", ".join(unread))))
    return blocks


def _names(apps: Sequence[App]) -> str:
    names = ", ".join(safe(app.name) for app in apps[:MOST_NAMES])
    more = len(apps) - MOST_NAMES
    return names + (_(" … and {n} more").format(n=more) if more > 0 else "")


def signs_and_source(as_of: datetime) -> str:
    """The last line of a list: what its signs mean, and when it was read."""
    words = _("✗ to be mended, ? not known, … takes time, ✓ in order. Read from Microsoft Graph at {when}.")
    return words.format(when=instant(as_of))
