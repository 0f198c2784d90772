"""What was checked before acting, one line each; for agents."""

from collections.abc import Callable

from cards._kit import Block, heading, safe, text
from cards.causes import attribute
from cards.words import _
from provisioning.model import Check, Diagnosis


def preflight_block(seen: Diagnosis) -> list[Block]:
    """The heading and the lines; nothing for a diagnosis of an older desk, which kept none."""
    if not seen.checks:
        return []
    return [heading(_("Checked before acting")), *(text(_line(check), spacing="None") for check in seen.checks)]


def _line(check: Check) -> str:
    sign = {True: "✓", False: "✗", None: "?"}[check.good]
    words = _WORDS.get(check.what)
    return f"{sign} {words(check) if words else safe(check.what)}"


def _account(check: Check) -> str:
    if check.good is None:
        return _("Whether the account is enabled is not known.")
    return _("The account is enabled.") if check.good else _("The account is disabled or deleted.")


def _job(check: Check) -> str:
    if check.good is None:
        return _("The provisioning job could not be read.")
    if check.good:
        return _("The job takes runs on demand.")
    return _("The job does not take runs on demand as it stands.")


def _assignment(check: Check) -> str:
    if check.good is None:
        return _("The assignments could not be read.")
    if not check.good:
        return _("The role entitles to nothing there.") if "refusal" in check.facts else _("Not assigned to the app.")
    if "everybody" in check.facts:
        return _("The job provisions everybody, so nobody has to be assigned.")
    groups = check.facts.get("groups", ())
    if groups:
        names = ", ".join(safe(name, longest=80) for name in groups)
        return _("Assigned through {groups}.").format(groups=names)
    return _("Assigned directly.")


def _scope(check: Check) -> str:
    if check.good is None:
        return _("Whether the scoping filter lets the person through is not known.")
    if "none" in check.facts:
        return _("There is no scoping filter.")
    if check.good:
        return _("The scoping filter lets the person through.")
    return _("The scoping filter keeps the person out.")


def _rule(check: Check) -> str:
    if check.good is None:
        return _("The job's mappings could not be read.")
    if check.good:
        return _("The job's mappings have a rule for runs on demand.")
    return _("The job's mappings have no rule for runs on demand.")


def _data(check: Check) -> str:
    if check.good is None:
        return _("Whether the data suffices shows only when it is tried.")
    if check.good:
        return _("What people are matched by is filled in. What else the app wants shows only when it is tried.")
    names = ", ".join(attribute(name) for name in check.facts.get("attributes", ()))
    if not names:
        return _("Something that the app needs is empty, so the run would most likely fail.")
    return _("Empty: {names}, so the run would most likely fail.").format(names=names)


def _already(_check: Check) -> str:
    return _("The account is there already, so the run would most likely find nothing to do.")


_WORDS: dict[str, Callable[[Check], str]] = {
    "account": _account,
    "job": _job,
    "assignment": _assignment,
    "scope": _scope,
    "rule": _rule,
    "data": _data,
    "already": _already,
}
