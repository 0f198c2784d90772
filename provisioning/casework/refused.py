"""What an error that a call met amounts to: each of Graph's known refusals has a trouble, and so words, of its own."""

from provisioning.cases import Trouble
from provisioning.errors import DeskError, NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.messages.codes import canonical

_BY_CODE = {
    "CredentialsMissing": Trouble.NO_CREDENTIALS,
    "InvalidCredentials": Trouble.BAD_CREDENTIALS,
}
_BY_REASON = {
    "throttled": Trouble.THROTTLED,
    "conflict": Trouble.CONFLICT,
    "unavailable": Trouble.DOWN,
    "unreachable": Trouble.DOWN,
}


def trouble_of(error: Exception) -> Trouble:
    """The slug of what stood in the way."""
    match error:
        case UncertainError():
            return Trouble.NO_ANSWER
        case TryLaterError():
            return _BY_REASON.get(error.reason, Trouble.BUSY)
        case NotAllowedError():
            return Trouble.UNKNOWN_CALLER if error.unknown_caller else Trouble.FORBIDDEN
        case NotThereError():
            return Trouble.GONE
        case RefusedError(code="RequestParameterInvalid"):
            return Trouble.NOT_FITTING
        case RefusedError():
            return _BY_CODE.get(canonical(error.code) or "", Trouble.NOT_TAKEN)
        case _:
            return Trouble.FAULT


def words_of(error: Exception) -> str | None:
    """What the other side said: its code where it gave one; nothing of a fault of our own."""
    if not isinstance(error, DeskError):
        return None
    code = error.code if isinstance(error, NotAllowedError | RefusedError) else None
    return code or str(error.args[0])
