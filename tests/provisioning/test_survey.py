"""The worst comes first, and what is not known is neither broken nor fine."""

from dataclasses import replace

from provisioning.diagnosis import diagnose
from provisioning.evidence import Evidence
from provisioning.model import App
from provisioning.survey import Rank, Survey, rank, worst_first
from tests import worlds


def named(name: str, evidence: Evidence) -> Evidence:
    return replace(evidence, app=App(id=name, app_id=name, name=name))


def test_what_somebody_has_to_mend_comes_before_what_is_in_order() -> None:
    survey = Survey(
        as_of=worlds.NOW,
        person=worlds.jose(),
        seen=(
            named("Asana", worlds.healthy()),
            named("Zoom", worlds.lacking("mail")),
            named("Box", worlds.lacking("mail")),
            named("Miro", worlds.healthy(log=())),
        ),
    )
    assert [one.app.name for one in survey.worst_first()][:2] == ["Box", "Zoom"]
    assert survey.worst_first()[-1].app.name == "Asana"


def test_an_account_of_which_nothing_is_known_is_not_called_broken() -> None:
    unknown = diagnose(worlds.unreadable("log", log=()))
    assert rank(unknown) is Rank.UNCLEAR
    assert worst_first([diagnose(worlds.healthy()), unknown])[0] is unknown
