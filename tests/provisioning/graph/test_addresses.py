"""Addresses are written so that nothing in an id or a name can change their meaning."""

from urllib.parse import parse_qs, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.graph.addresses import literal, origin, path, query


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com",
        "https://graph.microsoft.us/",
        "http://127.0.0.1:5000",
        "http://localhost:5000",
        "http://[::1]:5000",
    ],
)
def test_https_anywhere_and_http_on_this_machine_are_origins(url: str) -> None:
    assert origin(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.microsoft.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example:80",
        "http://127.0.0.1@evil.example",
        "https://user:pass@graph.microsoft.com",
        "https://graph.microsoft.com/v1.0",
        "https://graph.microsoft.com?x=1",
        "graph.microsoft.com",
        "ftp://127.0.0.1",
        "http://10.0.0.1",
        "",
    ],
)
def test_nothing_else_is(url: str) -> None:
    with pytest.raises(ValueError, match=r"must be https|not a plain"):
        origin(url)


def test_a_guests_name_is_one_segment() -> None:
    assert path("users", "a_b.example#EXT#@c.example", "memberOf") == "/users/a_b.example%23EXT%23%40c.example/memberOf"


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_no_id_leaves_its_segment(text: str) -> None:
    written = path("jobs", text, "schema")
    assert written.count("/") == 3
    assert not set("?#& ") & set(written)
    assert unquote(written.split("/")[2]) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_value_leaves_its_option(text: str) -> None:
    written = query({"$filter": text, "$top": "5"})
    assert parse_qs(written, keep_blank_values=True) == {"$filter": [text], "$top": ["5"]}


def test_a_quote_in_a_name_does_not_end_the_literal() -> None:
    assert literal("O'Brien") == "'O''Brien'"
