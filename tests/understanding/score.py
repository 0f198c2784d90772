"""How well the tables of this folder are understood: each utterance held against what stands beside it."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogs.meaning import Intent, LastAnswer, Meaning, Who, WhoKind
from dialogs.talk import Mention
from dialogs.understanding import understand
from provisioning.model import Actor, App, Role

HERE = Path(__file__).parent
NAMES = ["AskCody", "Zoom", "Salesforce (Production)", "Workday", "Miro", "ServiceNow"]


def _apps(names: Sequence[str]) -> tuple[App, ...]:
    return tuple(App(id=f"app-{name}", app_id=f"client-{name}", name=name) for name in names)


APPS = _apps(NAMES)
ACTORS = {
    "agent": Actor(id="A", upn="aisha@fabrikam.example", name="Aisha Khan", roles=frozenset({Role.PERSON, Role.AGENT})),
    "person": Actor(id="O", upn="olle@fabrikam.example", name="Olle Svensson"),
}
MUST_NOT_ACT = frozenset({"must_not_act", "not_commands"})  # tables
_EXACT = frozenset({"status", "provision", "health"})  # of these every part counts in the table of questions
_EMPTY: dict[str, Any] = {"people": [], "apps": [], "app_words": "", "corrected": "", "somebody": False}
_PLAIN = "app_words corrected text somebody negated elsewhere ordered follows everybodys ticket group each_app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One line of a table."""

    table: str
    group: str  # the class of utterances it belongs to
    case: dict[str, Any]
    apps: tuple[App, ...]  # those of the company where it is said

    @property
    def must_not_act(self) -> bool:
        """Whether it would be a fault to take it for a wish to provision."""
        named = self.table in MUST_NOT_ACT or "must not act" in self.group
        return named or self.case.get("intent") not in {None, "provision"} or self.case.get("intent_not") == "provision"

    def wrong(self) -> dict[str, tuple[Any, Any]]:
        """What was expected and what was understood, where they differ; empty: all is well."""
        seen = _seen(understood(self))
        wanted = {key: value for key, value in self.case.items() if key in seen}
        if self.case.get("intent") in _EXACT and self.table == "questions":
            wanted = _EMPTY | wanted
        if maybe := self.case.get("maybe"):  # doubtful words, of which the directory decides
            wanted["people"] = sorted({*wanted["people"], *(set(maybe) & set(seen["people"]))})
        differ = {key: (wanted[key], seen[key]) for key in wanted if not _same(key, wanted[key], seen[key])}
        if self.acts() or seen["intent"] == self.case.get("intent_not"):
            differ["intent"] = (f"not {seen['intent']}", seen["intent"])
        return differ

    def acts(self) -> bool:
        """Whether it is taken for a wish to provision and must not be."""
        return self.must_not_act and understood(self).intent is Intent.PROVISION


def utterances(folder: Path = HERE) -> Iterator[Utterance]:
    """Every line of every table."""
    for path in sorted(folder.glob("*.toml")):
        table = tomllib.loads(path.read_text("utf-8"))
        apps = _apps(table.get("apps", NAMES))
        for group in table["class"]:
            for case in group["case"]:
                yield Utterance(table=path.stem, group=group["name"], case=case, apps=apps)


def understood(line: Utterance) -> Meaning:
    """What the desk makes of one line."""
    case, last = line.case, None
    if "after" in case:
        last = LastAnswer(intent=Intent(case["after"]), person_id="J", app_id="app-AskCody")
    mentions = [Mention(**case["mention"])] if "mention" in case else []
    return understand(case["say"], apps=line.apps, actor=ACTORS[case.get("as", "agent")], mentions=mentions, last=last)


def share(lines: Sequence[Utterance]) -> float:
    """The part of the lines that is understood, 0 to 1."""
    return sum(not line.wrong() for line in lines) / len(lines)


def _seen(meaning: Meaning) -> dict[str, Any]:
    return {
        "intent": meaning.intent.value,
        "people": [_name(who) for who in meaning.people],
        "ids": [who.id for who in meaning.people],
        "apps": [app.name for app in meaning.apps],
    } | {key: getattr(meaning, key) for key in _PLAIN.split()}


def _name(who: Who) -> str:
    return str(who.kind) if who.kind in (WhoKind.ME, WhoKind.LAST) else who.words


def _same(key: str, wanted: Any, seen: Any) -> bool:
    if key in {"people", "apps"}:  # in any order
        return sorted(map(str.casefold, wanted)) == sorted(map(str.casefold, seen))
    return bool(wanted == seen)
