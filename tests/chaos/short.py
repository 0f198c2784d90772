"""How much of a trial the tests make, and what they ask of every one."""

from tests.chaos.trial import Plan, Trial
from tests.chaos.verdict import Report, verdict

# Leases are shortened: with those of production the trial would mostly wait.
SHORT = Plan(
    conversations=6, replicas=1, seed=0, kills=0, click=5, lease=3, patience=1.5, side_by_side=6, settling=60, bouts=1
)


async def judged(trial: Trial) -> Report:
    """The report of a trial that has gone well; fails the test with everything that has not."""
    report = await verdict(trial, settled=await trial.settle())
    print(report)
    assert not report.wrong, "\n".join([str(report), *report.wrong])
    assert report.lost == 0
    assert report.once + report.ambiguous + report.put_aside == report.sent
    return report
