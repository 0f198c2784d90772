"""What the commands share: options, the database and settings of whoever types, and how an answer is printed."""

import json
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click

folder = click.Path(file_okay=False, resolve_path=True, path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def anything_is_set() -> bool:
    """Whether there are settings at all, right or wrong."""
    return Path(".env").is_file() or any(name.startswith("SYNC_DESK_") for name in os.environ)


def settings() -> Any:
    """Those of the environment and the .env file. SettingsError with every complaint."""
    from bot.settings import Settings

    return Settings.read(os.environ, dotenv=Path(".env"))


@asynccontextmanager
async def database() -> AsyncIterator[Any]:
    """A pool on the database of the settings, at the shape that this version needs. DeskError where it is not."""
    from bot import serve
    from provisioning.store.database import open_database

    async with serve.database(settings()) as url:
        serve.up_to_date(url)
        async with open_database(url) as pool:
            yield pool


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Do it to the end."""
    import asyncio  # half of what a --help would take

    return asyncio.run(work)


def tell(text: str) -> None:
    """Beside the answer, so that a program that reads the answer does not see it."""
    click.echo(text, err=True)


def pretty(value: Any) -> str:
    """JSON that a person can read."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
