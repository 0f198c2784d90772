"""A port is taken before anything is started."""

import aiohttp
import pytest
from aiohttp import web

from bot.loopback import PortTakenError, origin, reserve, serving


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with reserve(0) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"Port {port} .* in use .* --port N"):
            reserve(port)


def test_a_port_is_free_again_when_it_was_given_back() -> None:
    with reserve(0) as first:
        port = first.getsockname()[1]
    with reserve(port) as again:
        assert again.getsockname() == ("127.0.0.1", port)


async def test_what_is_served_answers_on_the_reserved_port_and_stops_with_the_block() -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", hello)
    door = reserve(0)
    async with aiohttp.ClientSession() as session:
        async with serving(app, door) as served:
            assert served.startswith("http://127.0.0.1:")
            async with session.get(served) as answer:
                assert await answer.text() == "hello"
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(served)


def test_an_origin_is_a_loopback_address() -> None:
    with reserve(0) as door:
        assert origin(door) == f"http://127.0.0.1:{door.getsockname()[1]}"
