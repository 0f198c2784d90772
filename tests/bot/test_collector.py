"""The collector sleeps while the service starts, works from then on, and leaves alone what was there by then."""

import subprocess
import sys

PROGRAM = """
import gc
from bot import collector
collector.rest()
assert not gc.isenabled()
kept = [{} for _ in range(1000)]
collector.settle()
assert gc.isenabled() and gc.get_freeze_count() >= 1000
frozen = gc.get_freeze_count()
collector.settle()
assert gc.get_freeze_count() == frozen, "only once"
gone = []
gone.append(gone)
del gone
assert gc.collect() >= 1, "what is made later is collected"
"""


def test_it_sleeps_through_the_start_and_wakes_once() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)


LATE = ("botbuilder.schema", "botbuilder.dialogs", "azure.core", "msal")


def test_what_only_a_turn_needs_is_not_imported_on_the_way_to_the_start() -> None:
    program = f"import sys, bot.app; print([name for name in {LATE!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "[]"
