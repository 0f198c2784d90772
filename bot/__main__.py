"""The command line. Each command imports what it needs when it is called, so that ``--help`` is there at once."""

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import click

from bot.commands.console import anything_is_set, database, folder, json_option, pretty, run, settings, tell
from bot.commands.desks import desks
from bot.commands.outbox import outbox
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
tenant_option = click.option(
    "--tenant", type=company_file, metavar="FILE", help="A company of your own, as a tenant file (docs/sandbox.md)."
)
data_option = click.option(
    "--data", type=folder, default=DATA, show_default=True, metavar="DIR", help="Where the demo keeps what it knows."
)


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
            click.echo(run(change_speaker(note, speaker)))
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
        run(run_demo(wishes, say=click.echo, tell=tell))


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

        asked = run(ask_once(text, upn=upn, tenant=tenant, data=data, act=act))
        click.echo(pretty(asked) if as_json else printed(asked))
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

        run(chat_with(upn, tenant=tenant, data=data, say=click.echo, tell=tell))


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
        click.echo(pretty(explaining.as_json(said)) if as_json else explaining.as_text(said))
        if explaining.nothing_found(said):
            sys.exit(NO)


@main.command()
def serve() -> None:
    """Run the bot for your tenant; settings come from the environment or a .env file (docs/run.md)."""
    with sentences():
        from bot.serve import serve as run_service
        from bot.telemetry import log_to

        wanted = settings()
        log_to(form=wanted.log_format)
        run(run_service(wanted, tell=tell))


@main.command()
def migrate() -> None:
    """Bring the database to the shape that this version needs. Safe to run again."""
    with sentences():
        from bot.serve import migrate_database

        click.echo(f"The database is at version {run(migrate_database(settings()))}.")


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
        click.echo(pretty({"out": str(out), "manifest": made}) if as_json else told)


@main.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what works and what does not: settings, database, tenant."""
    with sentences():
        from bot.checkup import check, drawn

        findings = run(check(os.environ, Path(".env")))
        click.echo(pretty([finding.as_json() for finding in findings]) if as_json else drawn(findings))
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
            found = run(_of_lists(data, lists.newest))
            shown = [{"crowd": one.name, "state": one.state.value, "by": one.actor.upn} for one in found]
            click.echo(pretty(shown) if as_json else lists.drawn(found))
        elif as_csv:
            click.echo(run(_of_lists(data, lists.as_csv, wanted)), nl=False)
        else:
            click.echo(pretty(run(_of_lists(data, lists.one, wanted))))


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

        found = run(_of_lists(data, ticket_file.look, _number_of(number, "SD-1001")))
        click.echo(pretty(ticket_file.as_json(*found)) if as_json else ticket_file.as_text(*found))


main.add_command(outbox)
main.add_command(desks)


async def _of_lists(data: Path, look: Any, *number: int) -> Any:
    from bot.running import find
    from provisioning.store.database import open_database

    note = find(data)
    if note is not None:
        async with open_database(note.database_url) as pool:
            return await look(pool, *number)
    if not anything_is_set():
        raise click.UsageError(f"No demo runs with {data}, and nothing is set: sync-desk demo, or see docs/run.md.")
    async with database() as pool:
        return await look(pool, *number)


def _number_of(words: str, such_as: str) -> int:
    digits = words.strip().upper().removeprefix(such_as.partition("-")[0] + "-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise click.BadParameter(f"{words} is no number such as {such_as}.")
    return int(digits)


if __name__ == "__main__":
    main()
