"""What fits into one message of Teams: long texts become several messages, and what is refused as too big is shortened.

Cards are made to fit (``cards._kit``); how much Teams really takes is said only "about", so a refusal is expected.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.channel.wire import Letter
from cards._kit import cut, fitted, weight

LONGEST_TEXT = 20_000  # characters of one message: 40 kB of UTF-16, and Teams takes about 100 kB


def parted(letter: Letter) -> Iterator[Letter]:
    """The letter, or several that say the same one after the other."""
    text = letter.body.get("text")
    if letter.method != "post" or not isinstance(text, str) or len(text) <= LONGEST_TEXT:
        yield letter
        return
    for number, part in enumerate(pieces(text, LONGEST_TEXT)):
        key = f"{letter.key}#{number}" if letter.key and number else letter.key
        yield replace(letter, body={**letter.body, "text": part}, key=key)


def pieces(text: str, longest: int) -> Iterator[str]:
    """The whole text in pieces, broken between paragraphs, else lines, else words, else anywhere."""
    while len(text) > longest:
        at = next(
            (place for sign in ("\n\n", "\n", " ") if (place := text.rfind(sign, 1, longest)) > longest // 2), longest
        )
        yield text[:at].rstrip()
        text = text[at:].lstrip()
    if text:
        yield text


def smaller(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A message's body as it is, then half as large; made only when asked for."""
    yield body
    yield _halved(body)


def bare(body: Mapping[str, Any]) -> dict[str, Any]:
    """The one sentence that a card stands for; a text's beginning."""
    said = body.get("text") or body.get("summary") or next((card.get("fallbackText") for card in _cards(body)), "")
    return {"type": "message", "text": cut(str(said), 1000)}


def _halved(body: Mapping[str, Any]) -> dict[str, Any]:
    half = dict(body)
    if isinstance(text := body.get("text"), str):
        half["text"] = cut(text, max(len(text) // 2, 1))
    if "attachments" in body:
        half["attachments"] = [
            part | {"content": fitted(part["content"], weight(part["content"]) // 2)} if _is_card(part) else part
            for part in body["attachments"]
        ]
    return half


def _cards(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (part["content"] for part in body.get("attachments") or () if _is_card(part))


def _is_card(part: Mapping[str, Any]) -> bool:
    content = part.get("content")
    return isinstance(content, dict) and bool(content.get("body"))
