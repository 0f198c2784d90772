"""The long trials: ``python -m tests.chaos [--trial kills] [--conversations 200] [--replicas 3] [--seed N]``.

``--trial`` names what happens to the house while people talk: kills, slow, clock, disk or restart.
"""

import argparse
import asyncio
import secrets
import shutil
import sys
from pathlib import Path

from tests.chaos.trial import Plan, Trial, open_trial
from tests.chaos.troubles import TROUBLES
from tests.chaos.verdict import verdict


async def _run(plan: Plan, trouble: str, logs: Path | None) -> int:
    async with open_trial(plan) as trial:
        met = await TROUBLES[trouble](trial, trial.people)
        settled = await trial.settle()
        trial.fleet.freeze()
        report = await verdict(trial, settled=settled)
        if logs is not None:
            _keep(trial, logs)
    print(report)
    print(f"{trouble}: met {met} times")
    for line in report.wrong:
        print("WRONG:", line)
    return 1 if report.wrong or report.lost or not met else 0


def _keep(trial: Trial, logs: Path) -> None:
    logs.mkdir(parents=True, exist_ok=True)
    for one in trial.fleet.replicas:
        shutil.copy(one.log_file, logs)


def main() -> int:
    """The exit code: 0 when nothing was lost, doubled, mixed or left lying."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--trial", choices=sorted(TROUBLES), default="kills", help="what happens meanwhile")
    parser.add_argument("--conversations", type=int, default=200, help="of five messages each")
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--seed", type=int, default=None, help="of names, orders and moments; left out, a new one")
    parser.add_argument("--kills", type=int, default=None, help="left out, one for every five conversations")
    parser.add_argument("--side-by-side", type=int, default=12, help="conversations at once")
    parser.add_argument("--click", type=float, default=60.0, help="s that a killed process keeps its clicks")
    parser.add_argument("--logs", type=Path, default=None, help="a folder to keep the replicas' logs in")
    asked = parser.parse_args()
    seed = secrets.randbelow(10_000) if asked.seed is None else asked.seed
    usual = max(1, asked.conversations // 5) if asked.trial == "kills" else 0
    kills = usual if asked.kills is None else asked.kills
    print(
        f"{asked.trial}: {asked.conversations} conversations, {asked.replicas} replicas, {kills} kills, seed {seed}",
        flush=True,
    )
    plan = Plan(
        conversations=asked.conversations,
        replicas=asked.replicas,
        seed=seed,
        kills=kills,
        click=asked.click,
        side_by_side=asked.side_by_side,
    )
    return asyncio.run(_run(plan, asked.trial, asked.logs))


if __name__ == "__main__":
    sys.exit(main())
