"""One person in many apps comes out as each app would alone, and costs one read of the log."""

from dataclasses import replace

import pytest

from provisioning.diagnosis import diagnose
from provisioning.errors import NotThereError
from provisioning.graph import GraphClient, GraphReader, survey
from provisioning.model import Job
from sandbox import Company


async def _id(reader: GraphReader, name: str) -> str:
    return (await reader.find_people(name))[0].id


@pytest.mark.parametrize("name", ["José García", "Olle Svensson", "Hanna Olsen", "Ulla Partner"])
async def test_each_app_is_judged_as_if_asked_about_alone(name: str, company: Company, reader: GraphReader) -> None:
    company._stage.limits.check = lambda *_: None  # type: ignore[method-assign]  # one question each is far too much
    person_id = await _id(reader, name)
    found = await reader.survey(person_id, await reader.apps())
    assert found.seen
    for one in found.seen:
        alone = await reader.evidence(person_id, one.app)
        assert (one.job, one.schema, one.assignments, one.log) == (
            alone.job,
            alone.schema,
            alone.assignments,
            alone.log,
        )
        plain = replace(alone, changed=None, nested=tuple((group, None) for group, _ in alone.nested))
        assert diagnose(one).root.cause is diagnose(plain).root.cause


async def test_every_app_is_either_looked_at_or_not_held(company: Company, reader: GraphReader) -> None:
    company._stage.limits.check = lambda *_: None  # type: ignore[method-assign]
    apps, person_id = await reader.apps(), await _id(reader, "Olle Svensson")
    found = await reader.survey(person_id, apps)
    assert {one.app.id for one in found.seen} | {app.id for app in found.not_held} == {app.id for app in apps}
    for app in found.not_held:
        alone = await reader.evidence(person_id, app)
        assert (alone.assignments, alone.nested, alone.log) == ((), (), ())


async def test_named_apps_are_looked_at_whether_held_or_not(reader: GraphReader) -> None:
    apps = (await reader.apps())[:3]
    found = await reader.survey(await _id(reader, "Olle Svensson"), apps, held=False)
    assert [one.app for one in found.seen] == list(apps)
    assert found.not_held == ()


async def test_the_whole_costs_one_read_of_the_log_and_few_round_trips(graph: GraphClient, reader: GraphReader) -> None:
    apps, person_id = await reader.apps(), await _id(reader, "José García")
    with graph.asking() as tally:
        await survey.read_survey(graph, person_id, apps, held=True)
    assert tally.rounds <= 6


async def test_apps_beyond_what_one_answer_holds_are_named(
    reader: GraphReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "MOST_APPS", 1)
    found = await reader.survey(await _id(reader, "Olle Svensson"), await reader.apps())
    assert len(found.seen) == 1
    assert found.left_out


async def test_apps_that_were_not_looked_through_are_said(reader: GraphReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "MOST_LISTS", 2)
    found = await reader.survey(await _id(reader, "Olle Svensson"), await reader.apps())
    assert found.unread == {"others": "too_many"}


async def test_who_is_not_there_is_an_error(reader: GraphReader) -> None:
    with pytest.raises(NotThereError):
        await reader.survey("00000000-0000-4000-8000-00000000dead", await reader.apps())


async def test_the_jobs_of_all_apps_come_as_each_would_alone(company: Company, reader: GraphReader) -> None:
    company._stage.limits.check = lambda *_: None  # type: ignore[method-assign]
    apps = await reader.apps()
    together = await reader.jobs(apps)
    assert any(isinstance(job, Job) for job in together.values())
    for app in apps:
        assert together[app.id] == await reader.job(app)
