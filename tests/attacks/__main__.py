"""The result of the whole table, as it stands in the documentation: ``python -m tests.attacks [--each]``."""

import argparse
import asyncio
import logging
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from provisioning.store.embedded import running
from provisioning.store.migrations import migrate
from tests.attacks.fortress import open_fortress
from tests.attacks.strike import strike
from tests.attacks.table import CLASSES, Attack


async def _results(database_url: str) -> list[tuple[str, Attack, list[str]]]:
    """Class, attack, and everything that is wrong with how it ended."""
    async with open_fortress(database_url) as fortress:
        return [(name, one, await strike(fortress, one)) for name, attacks in CLASSES.items() for one in attacks]


def main() -> int:
    """The exit code: 0 when every attack stayed outside."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("--each", action="store_true", help="a line for every attack")
    asked = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())  # else the refusals are written to the terminal
    with (
        TemporaryDirectory(prefix="attacks-", ignore_cleanup_errors=True) as folder,
        running(Path(folder), durable=False) as server,
    ):
        migrate(server)
        results = asyncio.run(_results(server))
    if asked.each:
        for name, attack, wrong in results:
            print(f"{attack.status}  {name}: {attack.name!r:.90}" + "".join(f"\n     WRONG: {one}" for one in wrong))
        print()
    print("| Attacks | | Stayed outside | Answered |\n|---|---|---|---|")
    for name in CLASSES:
        mine = [(attack, wrong) for found, attack, wrong in results if found == name]
        answers = Counter(attack.status for attack, _ in mine)
        told = ", ".join(f"{number} × {status}" for status, number in sorted(answers.items()))
        print(f"| {name} | {len(mine)} | {sum(not wrong for _, wrong in mine)} | {told} |")
    came_in = [one for one in results if one[2]]
    print(f"| all | {len(results)} | {len(results) - len(came_in)} | |")
    for name, attack, wrong in came_in:
        print(f"WRONG: {name}: {attack.name}: {'; '.join(wrong)}")
    return 1 if came_in else 0


if __name__ == "__main__":
    sys.exit(main())
