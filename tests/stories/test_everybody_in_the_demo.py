"""docs/sandbox.md promises somebody for every cause; the desk finds exactly what it says."""

import re
from pathlib import Path

import pytest

from provisioning.model import Cause
from tests.stories.asked import Desk, desk_of, people_in_the_page, unhurried

__all__ = ["unhurried"]

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
PEOPLE = people_in_the_page(PAGE)
JOBS = [
    (app.strip(), cause)
    for apps, cause in re.findall(
        r"^\| ([A-Z][\w, ]+) \| [^|]+ \| ([a-z_, ]+) \|", PAGE.split("State of its job")[1], re.M
    )
    for app, cause in zip(apps.split(","), cause.split(", ") * 9, strict=False)
]
WHO_HOLDS = {"Tableau": "caspar@fabrikam.example", "HubSpot": "zoe@fabrikam.example"}  # seen in somebody's row alone
SHOWN_ELSEWHERE = {Cause.ASSIGNMENT_TOO_FRESH, Cause.NO_ACCOUNT, Cause.UNSUPPORTED_OBJECT, Cause.UNEXPLAINED}


@pytest.mark.usefixtures("unhurried")
async def test_everybody_in_the_page_has_the_cause_that_it_names(tmp_path: Path) -> None:
    async with desk_of(None, tmp_path) as desk:
        wrong = [found for row in PEOPLE if (found := await _differs(desk, *row))]
    assert wrong == []


async def _differs(desk: Desk, address: str, app: str, cause: str) -> tuple[str, str, str, list[str]] | None:
    if cause == "ambiguous_person":  # found in conversation, before anything is read
        return None
    said = await desk.ask(address, "AskCody" if app == "any" else app)
    causes = [finding.cause.value for finding in said.findings]
    return None if causes[0] == cause else (address, app, cause, causes)


@pytest.mark.usefixtures("unhurried")
async def test_every_job_in_the_page_has_the_cause_that_it_names(tmp_path: Path) -> None:
    async with desk_of(None, tmp_path) as desk:
        wrong = [found for app, cause in JOBS if (found := await _job_differs(desk, app, cause))]
    assert wrong == []


async def _job_differs(desk: Desk, app: str, cause: str) -> tuple[str, str, list[str]] | None:
    said = await desk.ask(WHO_HOLDS.get(app, "olle@fabrikam.example"), app)
    causes = [finding.cause.value for finding in said.findings]
    return None if cause in causes else (app, cause, causes)


def test_the_page_has_somebody_for_every_cause_that_a_tenant_can_show() -> None:
    shown = {cause for _, _, cause in PEOPLE} | {cause for _, cause in JOBS}
    assert {cause.value for cause in Cause} - shown == {
        cause.value for cause in SHOWN_ELSEWHERE | {Cause.JOB_QUARANTINED}
    }
