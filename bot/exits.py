"""How a command ends: which failure is one sentence, and with which exit code."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

NO, WRONG, UNREACHABLE, UNEXPECTED = 1, 2, 3, 70
Kinds = tuple[type[Exception], ...]


@contextmanager
def sentences() -> Iterator[None]:
    """Turn every failure into one sentence and its exit code; with SYNC_DESK_DEBUG it comes out as it is."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell reports a program that Ctrl-C ended
    except (click.ClickException, click.Abort):
        raise
    except Exception as error:  # the last fence: nobody at a command line can use a traceback
        if os.environ.get("SYNC_DESK_DEBUG"):
            raise
        _fail(error)


def _fail(error: Exception) -> NoReturn:
    for kinds, code in _KINDS:
        if isinstance(error, kinds()):
            _end(str(error), code)
    if isinstance(error, OSError) and error.filename and error.strerror:
        _end(f"{error.filename} cannot be used: {error.strerror}.", UNREACHABLE)
    what = f"{type(error).__name__}: {error}"
    _end(f"Something unexpected happened ({what}). SYNC_DESK_DEBUG=1 shows where.", UNEXPECTED)


def _end(sentence: str, code: int) -> NoReturn:
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(code)


def _asked_wrongly() -> Kinds:
    from bot.playground.stage import StageError
    from bot.settings import SettingsError
    from manifest.package import PackageError
    from sandbox.errors import TenantFileError

    return (StageError, SettingsError, PackageError, TenantFileError)


def _nothing_found() -> Kinds:
    from provisioning.errors import NotThereError

    return (NotThereError,)


def _not_reached() -> Kinds:
    from bot.loopback import PortTakenError
    from bot.playground.node import NoNodeError
    from bot.playground.playground import PlaygroundError
    from bot.running import AlreadyRunningError
    from bot.terminal import ChatError
    from provisioning.errors import DeskError

    return (PortTakenError, AlreadyRunningError, NoNodeError, PlaygroundError, ChatError, DeskError)


_KINDS: tuple[tuple[Callable[[], Kinds], int], ...] = (  # the imports wait until something failed
    (_asked_wrongly, WRONG),
    (_nothing_found, NO),
    (_not_reached, UNREACHABLE),
)
