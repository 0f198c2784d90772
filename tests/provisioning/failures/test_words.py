"""The sentences by which apps give their reason away: each wording, and each of its patterns, is needed."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from provisioning.failures import words
from provisioning.failures.words import WORDINGS, Wording, cause_in

SAID: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "wordings.toml").read_text(encoding="utf-8"))
SENTENCES = [(wording, sentence) for wording in WORDINGS for sentence in SAID[wording.name]]
PATTERNS = [(wording, number) for wording in WORDINGS for number in range(len(wording.patterns))]


def test_every_wording_has_its_sentences_and_a_name_of_its_own() -> None:
    assert [wording.name for wording in WORDINGS] == list(SAID)


@pytest.mark.parametrize(("wording", "sentence"), SENTENCES, ids=[sentence[:40] for _, sentence in SENTENCES])
def test_a_sentence_is_understood_by_the_wording_that_it_stands_for(wording: Wording, sentence: str) -> None:
    fitting = next(each for each in WORDINGS if each.fits(sentence))
    assert fitting.name == wording.name
    assert cause_in(sentence) is wording.cause


@pytest.mark.parametrize(("wording", "number"), PATTERNS, ids=[f"{w.name} {n}" for w, n in PATTERNS])
def test_no_pattern_can_be_taken_out_unnoticed(wording: Wording, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left = (*wording.patterns[:number], *wording.patterns[number + 1 :])
    crippled = tuple(replace(each, patterns=left) if each is wording else each for each in WORDINGS)
    monkeypatch.setattr(words, "WORDINGS", crippled)
    assert any(not _is_said_by(sentence, wording) for sentence in SAID[wording.name])


def _is_said_by(sentence: str, wording: Wording) -> bool:
    fitting = next((each for each in words.WORDINGS if each.fits(sentence)), None)
    return fitting is not None and fitting.name == wording.name


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "Policy WP-17 does not allow this profile.",
        "The request could not be processed.",
        "The moon is not full.",
        "Something went wrong",
        "Bad Request",
    ],
)
def test_a_sentence_that_says_nothing_is_not_read_into(sentence: str) -> None:
    assert cause_in(sentence) is None
