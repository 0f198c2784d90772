"""The bot's own token: one application, asked off the event loop, early enough, by one caller at a time."""

import asyncio
import threading
from typing import Any

import pytest

from bot.channel.tokens import SCOPE, AppTokens, NoToken
from provisioning.errors import NotAllowedError, TryLaterError


class Msal:
    """Microsoft's library, played."""

    made: list[dict[str, Any]]

    def __init__(self) -> None:
        self.made = []
        self.asked: list[list[str]] = []
        self.threads: set[str] = set()
        self.removed = 0
        self.answer: Any = None

    def __call__(self, app_id: str, **options: Any) -> "Msal":
        self.made.append({"app_id": app_id, **options})
        return self

    def acquire_token_for_client(self, scopes: list[str]) -> dict[str, Any]:
        self.asked.append(scopes)
        self.threads.add(threading.current_thread().name)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or {"access_token": f"t{len(self.asked)}", "expires_in": 3600}

    def remove_tokens_for_client(self) -> None:
        self.removed += 1


@pytest.fixture
def msal() -> Msal:
    return Msal()


@pytest.fixture
def tokens(msal: Msal, clock: Any) -> AppTokens:
    return AppTokens(app_id="app", tenant_id="t", credential="s", make=msal, clock=clock)


async def test_many_callers_cause_one_call_off_the_event_loop(tokens: AppTokens, msal: Msal) -> None:
    assert set(await asyncio.gather(*(tokens.bearer() for _ in range(20)))) == {"t1"}
    assert msal.asked == [[SCOPE]]
    assert threading.current_thread().name not in msal.threads
    assert msal.made[0]["authority"] == "https://login.microsoftonline.com/t"
    assert msal.made[0]["timeout"] <= 10


async def test_it_is_renewed_five_minutes_before_its_end_by_the_same_application(
    tokens: AppTokens, msal: Msal, clock: Any
) -> None:
    await tokens.bearer()
    clock.now += 3299
    assert await tokens.bearer() == "t1"
    clock.now += 2
    assert await tokens.bearer() == "t2"
    assert len(msal.made) == 1


async def test_a_spoiled_token_is_forgotten_here_and_in_msal(tokens: AppTokens, msal: Msal) -> None:
    assert await tokens.bearer() == "t1"
    tokens.spoiled("an older one")
    assert await tokens.bearer() == "t1"
    tokens.spoiled("t1")
    assert await tokens.bearer() == "t2"
    assert msal.removed == 1


@pytest.mark.parametrize("problem", [ConnectionError("down"), TimeoutError(), ValueError("discovery failed")])
async def test_a_sign_in_service_that_does_not_answer_is_tried_again_later(
    tokens: AppTokens, msal: Msal, problem: Exception
) -> None:
    msal.answer = problem
    with pytest.raises(TryLaterError):
        await tokens.bearer()
    msal.answer = None
    assert await tokens.bearer() == "t2"


async def test_a_refused_sign_in_says_why_without_the_secret(tokens: AppTokens, msal: Msal) -> None:
    msal.answer = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret s3cr3t"}
    with pytest.raises(NotAllowedError) as caught:
        await tokens.bearer()
    assert caught.value.code == "invalid_client"
    assert "s3cr3t" not in str(caught.value)


async def test_the_anonymous_mode_has_no_token() -> None:
    assert await NoToken().bearer() is None


def test_the_real_library_takes_what_we_give_it() -> None:
    from msal import ConfidentialClientApplication  # type: ignore[import-untyped]

    names = set(ConfidentialClientApplication.__init__.__code__.co_varnames)
    assert {"client_credential", "authority", "timeout"} <= names
    assert callable(ConfidentialClientApplication.remove_tokens_for_client)
