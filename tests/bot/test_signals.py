"""Told to stop, everything that was opened is closed; a failure comes out as it was."""

import asyncio
import os
import signal

import pytest

from bot.signals import until_stopped

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_the_work_in_order(number: signal.Signals) -> None:
    order: list[str] = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            order.append("closed")

    await until_stopped(work(), stopping=lambda: order.append("stopping"))
    assert order == ["stopping", "closed"]


async def test_a_second_signal_does_not_break_off_the_closing() -> None:
    closed = False

    async def work() -> None:
        nonlocal closed
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.01)
            closed = True

    await until_stopped(work(), stopping=lambda: None)
    assert closed


async def test_work_that_ends_by_itself_is_not_stopped() -> None:
    async def work() -> None:
        await asyncio.sleep(0)

    await until_stopped(work(), stopping=lambda: pytest.fail("nobody said stop"))


async def test_a_failure_comes_out() -> None:
    async def work() -> None:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        await until_stopped(work(), stopping=lambda: None)


async def test_afterwards_the_signals_mean_what_they_did() -> None:
    async def work() -> None:
        return

    await until_stopped(work(), stopping=lambda: None)
    assert not asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
