"""What could not be read and why, in words."""

from cards._kit import safe
from cards.words import _

NO_PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"  # Graph's code where the licence is missing


def unread(key: str, why: str) -> str:
    """One sentence."""
    return _("I could not read {what}: {why}").format(what=_part(key), why=_reason(why))


def _part(key: str) -> str:
    """What could not be read, in words."""
    words = {
        "person": _("the person's account"),
        "job": _("the provisioning job"),
        "schema": _("the job's mappings and filter"),
        "assignments": _("the assignments of the app"),
        "nested": _("the nested groups"),
        "log": _("the provisioning log"),
        "owners": _("the owners of the app"),
        "roles": _("the roles of the app"),
        "dynamic": _("the rules of assigned groups"),
        "twins": _("who else has the same matching value"),
        "place": _("whether it is a room or a desk"),
    }
    return words.get(key, safe(key))


def _reason(why: str) -> str:
    """Why a part could not be read, in words; Graph's own code behind them."""
    word, _colon, code = why.partition(": ")
    words = {
        "throttled": _("Microsoft asked to wait"),
        "unavailable": _("Microsoft Graph was busy"),
        "timeout": _("it took too long"),
        "unreachable": _("Microsoft Graph could not be reached"),
        "lost": _("the answer was lost on the way"),
        "unreadable": _("the answer made no sense"),
        "not_there": _("there is none (any more)"),
        "not_allowed": _("the permission is missing"),
        "refused": _("Microsoft Graph refused"),
    }
    if code == NO_PREMIUM:
        return _("Microsoft shows it only to tenants with an Entra ID P1 or P2 licence")
    said = words.get(word, safe(why))
    return f"{said} ({safe(code)})" if code and word in words else said
