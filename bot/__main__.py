"""The command line. Each command imports what it needs when it is called, so that ``--help`` is there at once."""

import json
import os
import sys
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click

from bot.exits import NO, sentences

DATA = Path(".sync-desk")

EXAMPLES = """
\b
Try it without a tenant, an account or a cloud:
  sync-desk demo
  sync-desk ask "why can't José get into AskCody" --as aisha@fabrikam.example
  sync-desk chat --as olle@fabrikam.example
  pbpaste | sync-desk explain -

\b
In your own tenant (docs/run.md):
  sync-desk doctor
  sync-desk outbox list
  sync-desk crowd C-7 --csv > people.csv
  sync-desk desks list
  sync-desk migrate
  sync-desk serve
  sync-desk manifest --app-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 --domain desk.example.com --out sync-desk.zip

\b
Exit codes: 0 done; 1 the answer is no, or nothing was found; 2 asked wrongly (arguments, files, settings);
3 something that is needed is missing or cannot be reached. SYNC_DESK_DEBUG=1 shows where a failure came from.
"""

company_file = click.Path(exists=True, dir_okay=False, path_type=Path)
folder = click.Path(file_okay=False, resolve_path=True, path_type=Path)
tenant_option = click.option(
    "--tenant", type=company_file, metavar="FILE", help="A company of your own, as a tenant file (docs/sandbox.md)."
)
data_option = click.option(
    "--data", type=folder, default=DATA, show_default=True, metavar="DIR", help="Where the demo keeps what it knows."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


@click.group(epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="sync-desk", message="%(prog)s %(version)s")
def main() -> None:
    """Sync Desk: why somebody cannot get into an app, and what mends it. A helpdesk bot for Microsoft Teams."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console that cannot show an é must not end the answer
            stream.reconfigure(errors="replace")
    warnings.filterwarnings("ignore", category=SyntaxWarning)  # of the SDK's libraries, on their first import


@main.command()
@tenant_option
@click.option("--port", type=click.IntRange(0, 65535), default=3978, show_default=True, help="The bot's port (0: any).")
@data_option
@click.option("--as", "speaker", metavar="UPN", help="Who you are in the chat. While a demo runs, this changes it.")
@click.option("--no-playground", is_flag=True, help="Without the Teams-like chat in the browser.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def demo(
    tenant: Path | None, port: int, data: Path, speaker: str | None, no_playground: bool, no_browser: bool
) -> None:
    """Start a small company, the bot and a Teams-like chat on this machine.

    Prints one line that starts with "Ready:" when all of it answers, and stops all of it on Ctrl-C. Nothing listens
    beyond this machine, and nothing needs an account. Other desks (SYNC_DESK_JIRA_URL …) are told of its tickets when
    they are on this machine as well.

    \b
    Example: sync-desk demo --as ines@fabrikam.example
    """
    with sentences():
        from bot.demo import Wishes
        from bot.demo import demo as run_demo
        from bot.running import find
        from bot.settings import read_desks
        from bot.telemetry import log_to
        from bot.theatre import change_speaker

        note = find(data)
        if note is not None and speaker is not None:
            click.echo(_run(change_speaker(note, speaker)))
            return
        wishes = Wishes(
            tenant=tenant,
            port=port,
            data=data,
            speaker=speaker,
            playground=not no_playground,
            browser=not no_browser,
            desks=read_desks(os.environ, dotenv=Path(".env")),
        )
        log_to(data / "desk.log")
        _run(run_demo(wishes, say=click.echo, tell=_tell))


@main.command()
@click.argument("text")
@click.option("--as", "upn", required=True, metavar="UPN", help="Who asks.")
@tenant_option
@data_option
@click.option("--do", "act", is_flag=True, help="Store a ticket or a watch that the answer opens, not only show it.")
@json_option
def ask(text: str, upn: str, tenant: Path | None, data: Path, act: bool, as_json: bool) -> None:
    """Ask one question through the same pipeline as Teams does, and print the answer.

    It changes nothing in the tenant. The company is that of --tenant; else the one of your settings
    (SYNC_DESK_TENANT_ID …); else the one of a running demo; else the demo's company, started for this question.

    \b
    Example: sync-desk ask "status jose@fabrikam.example in AskCody" --as aisha@fabrikam.example --json
    """
    with sentences():
        from bot.asking import ask_once, is_no, printed

        asked = _run(ask_once(text, upn=upn, tenant=tenant, data=data, act=act))
        click.echo(_json(asked) if as_json else printed(asked))
        if is_no(asked):
            sys.exit(NO)


@main.command()
@click.option("--as", "upn", required=True, metavar="UPN", help="Who you are.")
@tenant_option
@data_option
def chat(upn: str, tenant: Path | None, data: Path) -> None:
    """Talk to the bot in this terminal: cards are drawn as text, and a number presses a button.

    Joins the demo that runs with the data folder; without one it starts the company and the bot for itself.

    \b
    Example: sync-desk chat --as aisha@fabrikam.example
    """
    with sentences():
        from bot.asking import chat_with

        _run(chat_with(upn, tenant=tenant, data=data, say=click.echo, tell=_tell))


@main.command()
@click.argument("source", type=click.File(encoding="utf-8-sig", errors="replace"), metavar="FILE|-")
@json_option
def explain(source: Any, as_json: bool) -> None:
    """Explain a provisioning-log row, an on-demand answer or an error text that you paste. Needs no tenant.

    \b
    Examples: sync-desk explain row.json
              echo "EntryConflict" | sync-desk explain - --json
    """
    with sentences():
        from bot import explaining
        from provisioning.explain import explain as explained

        said = explained(source.read())
        click.echo(_json(explaining.as_json(said)) if as_json else explaining.as_text(said))
        if explaining.nothing_found(said):
            sys.exit(NO)


@main.command()
def serve() -> None:
    """Run the bot for your tenant; settings come from the environment or a .env file (docs/run.md)."""
    with sentences():
        from bot.serve import serve as run_service
        from bot.telemetry import log_to

        settings = _settings()
        log_to(form=settings.log_format)
        _run(run_service(settings, tell=_tell))


@main.command()
def migrate() -> None:
    """Bring the database to the shape that this version needs. Safe to run again."""
    with sentences():
        from bot.serve import migrate_database

        click.echo(f"The database is at version {_run(migrate_database(_settings()))}.")


@main.command()
@click.option("--app-id", required=True, metavar="GUID", help="The bot's app id, from its Azure Bot resource.")
@click.option("--domain", required=True, metavar="HOST", help="The host name under which the bot is reached.")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE.zip", help="The package to write.")
@click.option("--developer", default="Sync Desk", show_default=True, help="Who runs it, as Teams shows it.")
@click.option("--website", metavar="URL", help="Support page [https://HOST/].")
@click.option("--privacy", metavar="URL", help="Privacy page [https://HOST/privacy].")
@click.option("--terms", metavar="URL", help="Terms of use [https://HOST/terms].")
@json_option
def manifest(app_id: str, domain: str, out: Path, developer: str, as_json: bool, **pages: str | None) -> None:
    """Build the package that a Teams administrator uploads.

    \b
    Example: sync-desk manifest --app-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 --domain desk.example.com --out desk.zip
    """
    with sentences():
        from importlib.metadata import version

        from manifest.package import Order, build

        order = Order(
            app_id=app_id,
            domain=domain,
            version=version("sync-desk"),
            developer=developer,
            pages={name: url for name, url in pages.items() if url},
        )
        made = build(order, out)
        told = f"{out} is ready ({made['version']}). Upload it as a custom app in the Teams admin centre."
        click.echo(_json({"out": str(out), "manifest": made}) if as_json else told)


@main.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what works and what does not: settings, database, tenant."""
    with sentences():
        from bot.checkup import check, drawn

        findings = _run(check(os.environ, Path(".env")))
        click.echo(_json([finding.as_json() for finding in findings]) if as_json else drawn(findings))
        sys.exit(max((finding.exit_code for finding in findings), default=0))


@main.command()
@click.argument("number", required=False, metavar="[C-NUMBER]")
@click.option("--csv", "as_csv", is_flag=True, help="Everybody of this list as CSV.")
@data_option
@json_option
def crowd(number: str | None, as_csv: bool, data: Path, as_json: bool) -> None:
    """Lists of people that were brought to be provisioned: the newest ones, how one stands, or its people as CSV.

    Looks into the database of a running demo, else into that of your settings.

    \b
    Examples: sync-desk crowd
              sync-desk crowd C-7 --csv > people.csv
    """
    with sentences():
        from bot import lists

        wanted = None if number is None else _number_of(number, "C-7")
        if wanted is None:
            found = _run(_of_lists(data, lists.newest))
            shown = [{"crowd": one.name, "state": one.state.value, "by": one.actor.upn} for one in found]
            click.echo(_json(shown) if as_json else lists.drawn(found))
        elif as_csv:
            click.echo(_run(_of_lists(data, lists.as_csv, wanted)), nl=False)
        else:
            click.echo(_json(_run(_of_lists(data, lists.one, wanted))))


@main.command()
@click.argument("number", metavar="SD-NUMBER")
@data_option
@json_option
def ticket(number: str, data: Path, as_json: bool) -> None:
    """Show a ticket with its evidence pack: timeline, ids, what was tried, a paragraph for somebody else's support.

    Looks into the database of a running demo, else into that of your settings.

    \b
    Example: sync-desk ticket SD-1001 --json
    """
    with sentences():
        from bot import ticket_file

        found = _run(_of_lists(data, ticket_file.look, _number_of(number, "SD-1001")))
        click.echo(_json(ticket_file.as_json(*found)) if as_json else ticket_file.as_text(*found))


@main.group()
def outbox() -> None:
    """Messages that were refused or may not have arrived: list them, send one again, let one be.

    The desk repeats none of them by itself, because people could read it twice: look into the chat first.

    \b
    Examples: sync-desk outbox list
              sync-desk outbox resend 4711
    """


@outbox.command("list")
@json_option
def list_unsent(as_json: bool) -> None:
    """Show them, oldest first, with why."""
    with sentences():
        from bot.unsent import drawn

        found = _run(_unsent("listed"))
        click.echo(_json([each.as_json() for each in found]) if as_json else drawn(found))


@outbox.command()
@click.argument("number", type=click.IntRange(1, 2**63 - 1), metavar="ID")
@json_option
def resend(number: int, as_json: bool) -> None:
    """Send one again; a running desk does it within seconds."""
    with sentences():
        from provisioning.errors import RefusedError

        try:
            found = _run(_unsent("resend", number))
        except RefusedError as no:
            _tell(f"Error: {no}")
            sys.exit(NO)
        click.echo(_json(found.as_json()) if as_json else f"Message {number} is in line again.")


@outbox.command()
@click.argument("number", type=click.IntRange(1, 2**63 - 1), metavar="ID")
@json_option
def drop(number: int, as_json: bool) -> None:
    """Let one be; it is not sent, and doctor does not count it any more."""
    with sentences():
        found = _run(_unsent("drop", number))
        click.echo(_json(found.as_json()) if as_json else f"Message {number} is dropped.")


@main.group()
def desks() -> None:
    """Other desks (ServiceNow, Jira, webhook, mail): what they are still owed, and what they did not take.

    A step of a ticket that a desk refuses is dead until you say what becomes of it; the ticket's later steps wait
    behind it. While a desk is down, nothing is dead: its tickets wait.

    \b
    Examples: sync-desk desks list
              sync-desk desks retry 4711
    """


@desks.command("list")
@json_option
def list_owed(as_json: bool) -> None:
    """Show every desk that is owed something, and every dead step with its reason."""
    with sentences():
        from bot.desks import drawn, overview

        found = _run(_post(overview))
        click.echo(_json(found) if as_json else drawn(found))


@desks.command("retry")
@click.argument("number", type=click.IntRange(1, 2**63 - 1), metavar="ID", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything that is dead.")
def retry_dead(number: int | None, everything: bool) -> None:
    """Put a dead step in line again; a running desk tells it within seconds."""
    with sentences():
        from bot.desks import retry_all

        if (number is None) is not everything:
            raise click.UsageError("Name one ID, or --all.")
        if number is None:
            click.echo(f"{len(_run(_post(retry_all)))} in line again.")
        else:
            _run(_post(lambda post: post.retry(number)))
            click.echo(f"Delivery {number} is in line again.")


@desks.command("drop")
@click.argument("number", type=click.IntRange(1, 2**63 - 1), metavar="ID")
def drop_dead(number: int) -> None:
    """Let a dead step be; the ticket's later steps go on."""
    with sentences():
        _run(_post(lambda post: post.drop(number)))
        click.echo(f"Delivery {number} is dropped.")


async def _post(work: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    from bot import serve
    from provisioning.store.database import open_database
    from provisioning.store.post import PostgresPost

    async with serve.database(_settings()) as url:
        serve.up_to_date(url)
        async with open_database(url) as pool:
            return await work(PostgresPost(pool))


async def _of_lists(data: Path, look: Any, *number: int) -> Any:
    from bot import serve
    from bot.running import find
    from provisioning.store.database import open_database

    note = find(data)
    if note is not None:
        async with open_database(note.database_url) as pool:
            return await look(pool, *number)
    if not _anything_is_set():
        raise click.UsageError(f"No demo runs with {data}, and nothing is set: sync-desk demo, or see docs/run.md.")
    async with serve.database(_settings()) as url:
        serve.up_to_date(url)
        async with open_database(url) as pool:
            return await look(pool, *number)


def _number_of(words: str, such_as: str) -> int:
    digits = words.strip().upper().removeprefix(such_as.partition("-")[0] + "-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise click.BadParameter(f"{words} is no number such as {such_as}.")
    return int(digits)


async def _unsent(what: str, *number: int) -> Any:
    from bot import serve, unsent
    from bot.work import redraw_later
    from provisioning.store.database import open_database
    from provisioning.store.queue import Queue

    async with serve.database(_settings()) as url:
        serve.up_to_date(url)
        async with open_database(url) as pool:
            more = {"redraw_later": redraw_later(Queue(pool))} if what == "resend" else {}
            return await getattr(unsent, what)(pool, *number, **more)


def _anything_is_set() -> bool:
    return Path(".env").is_file() or any(name.startswith("SYNC_DESK_") for name in os.environ)


def _settings() -> Any:
    from bot.settings import Settings

    return Settings.read(os.environ, dotenv=Path(".env"))


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    import asyncio  # half of what a --help would take

    return asyncio.run(work)


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


if __name__ == "__main__":
    main()
