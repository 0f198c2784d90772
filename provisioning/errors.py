"""What can go wrong, sorted by what the caller should do. Messages are fit to show to a person."""


class DeskError(Exception):
    """The root of ours. ``args[0]`` is one sentence without personal data, tokens or URLs."""


class TryLaterError(DeskError):
    """The other side is busy or down. ``wait`` is in seconds, as the other side asked, or our own guess."""

    def __init__(self, message: str, *, wait: float = 5.0, reason: str = "") -> None:
        super().__init__(message)
        self.wait = wait
        self.reason = reason  # throttled, unavailable, conflict, timeout …; "": not said


class NotAllowedError(DeskError):
    """We, or the person asking, may not do this. ``code`` is the other side's word, if it gave one.

    ``unknown_caller``: it did not accept who we are (401) rather than what we want (403).
    """

    def __init__(self, message: str, *, code: str | None = None, unknown_caller: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.unknown_caller = unknown_caller


class NotThereError(DeskError):
    """The thing that was named does not exist (any more)."""


class RefusedError(DeskError):
    """The other side understood and said no; trying again the same way is useless."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class UncertainError(DeskError):
    """A write was sent and no answer came: it may or may not have happened. Look before acting again."""


class ConflictError(DeskError):
    """Somebody else changed it first; read again and decide again."""
