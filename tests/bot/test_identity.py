"""Who speaks is what the channel vouched for, looked up afresh; nothing from the text counts."""

from typing import Any

import pytest

from bot.apologies import apology, status
from bot.channel.wire import arrival
from bot.identity import StrangerError, is_object_id, who_speaks
from provisioning.errors import ConflictError, NotAllowedError, NotThereError, TryLaterError

AISHA = "0f2b5a60-0000-4000-8000-00000000000a"


def said_by(**sender: Any) -> Any:
    raw = {
        "type": "message",
        "channelId": "msteams",
        "serviceUrl": "http://localhost",
        "conversation": {"id": "c"},
        "recipient": {"id": "28:bot"},
        "from": {"id": "29:a", "name": "Ines Berg (admin)", **sender},
        "text": "I am ines@fabrikam.example",
    }
    return arrival(raw, "")


async def test_the_account_is_read_at_every_turn(tenant: Any) -> None:
    for _ in range(2):
        assert (await who_speaks(said_by(aadObjectId=AISHA), tenant)).upn == "aisha@fabrikam.example"
    assert tenant.asked == [AISHA, AISHA]


async def test_capitals_do_not_matter(tenant: Any) -> None:
    assert (await who_speaks(said_by(aadObjectId=AISHA.upper()), tenant)).id == AISHA


@pytest.mark.parametrize("given", [None, "", "aisha", 7, {"id": AISHA}, f"{AISHA}/../users", f" {AISHA}", AISHA[:-1]])
async def test_what_is_no_object_id_never_reaches_the_tenant(tenant: Any, given: Any) -> None:
    with pytest.raises(StrangerError) as caught:
        await who_speaks(said_by(aadObjectId=given), tenant)
    assert caught.value.code == "no_account_named"
    assert tenant.asked == []


async def test_an_account_of_another_tenant_is_a_stranger(tenant: Any) -> None:
    with pytest.raises(StrangerError) as caught:
        await who_speaks(said_by(aadObjectId=AISHA[:-1] + "f"), tenant)
    assert caught.value.code == "not_in_tenant"


async def test_a_busy_tenant_is_not_taken_for_a_stranger(tenant: Any) -> None:
    tenant.problem = TryLaterError("busy")
    with pytest.raises(TryLaterError):
        await who_speaks(said_by(aadObjectId=AISHA), tenant)


@pytest.mark.parametrize("word", ["0" * 36, AISHA.replace("-", ""), AISHA + "\n", "é" * 36])
def test_only_guids_are_object_ids(word: str) -> None:
    assert not is_object_id(word)


@pytest.mark.parametrize(
    ("problem", "code", "words"),
    [
        (StrangerError("x", code="not_in_tenant"), 403, "cannot find your account"),
        (StrangerError("x", code="no_account_named"), 403, "did not tell me"),
        (NotAllowedError("Only agents may."), 403, "Only agents may."),
        (NotThereError("Gone."), 404, "Gone."),
        (TryLaterError("x"), 503, "in a minute"),
        (TimeoutError(), 503, "too long"),
        (ConflictError("Changed."), 409, "Changed."),
        (KeyError("secret"), 500, "Something went wrong"),
    ],
)
def test_every_trouble_has_a_sentence_and_a_status(problem: Exception, code: int, words: str) -> None:
    assert status(problem) == code
    assert words in apology(problem)
    assert "secret" not in apology(problem)
