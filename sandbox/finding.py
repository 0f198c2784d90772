"""Where to look first: indexes that narrow a list before `$filter` and `$search` judge each row of what is left.

A large company would otherwise be walked through for every request, which Graph does not do either. What an index
cannot narrow is looked through whole, so the answers are the same with and without it.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]

_SAME = re.compile(
    r"(?:userPrincipalName|mail) eq '((?:[^']|'')*)'"
    r"|(?:proxyAddresses|otherMails)/any\(\w:\w eq '((?:[^']|'')*)'\)"
)
_CLAUSE = re.compile(r'"(\w+):((?:[^"\\]|\\.)*)"')
_SEARCHED = frozenset({"displayName", "mail", "userPrincipalName", "givenName", "surname"})
# The failures of one app since some instant, as the desk asks for them.
_FAILURES = re.compile(
    r"servicePrincipal/id eq '[^']*' and provisioningStatusInfo/status eq 'failure'"
    r" and activityDateTime gt (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z"
)
_SOURCE = re.compile(r"sourceIdentity/id eq '([^']*)'")


class People:
    """Users by what they are usually asked for. Made anew when one of them changes."""

    def __init__(self, users: Iterable[Json]) -> None:
        self.present = [user for user in users if user["deletedDateTime"] is None]
        self.deleted = [user for user in users if user["deletedDateTime"] is not None]
        self._by_address: defaultdict[str, list[Json]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Json]] = defaultdict(list)
        for user in (*self.present, *self.deleted):
            self._by_name[user["userPrincipalName"].lower()].append(user)
        words: defaultdict[str, list[Json]] = defaultdict(list)
        for user in self.present:
            for address in _addresses(user):
                self._by_address[address].append(user)
            for word in _words(user):
                words[word].append(user)
        self._words = sorted(words)
        self._by_word = words

    def called(self, name: str) -> list[Json]:
        """Users, deleted ones among them, whose userPrincipalName is ``name`` in lower case."""
        return self._by_name.get(name, [])

    def candidates(self, options: Mapping[str, str]) -> list[Json]:
        """Every present user that the query can mean, and perhaps more."""
        if "$search" in options:
            return self._searched(options["$search"])
        if "$filter" in options:
            return self._filtered(options["$filter"])
        return self.present

    def _searched(self, text: str) -> list[Json]:
        clauses = _CLAUSE.findall(text)
        rest = _CLAUSE.sub("", text).replace("OR", "").strip()
        if rest or not clauses or any(name not in _SEARCHED or not _first(words) for name, words in clauses):
            return self.present
        found = [user for _, words in clauses for user in self._beginning(_first(words))]
        return _in_order(found)

    def _filtered(self, text: str) -> list[Json]:
        """Several addresses, any of which may be the one."""
        rest = _SAME.sub("", text).replace(" or ", "").strip()
        if rest:
            return self.present
        literals = {(one or other).replace("''", "'").lower() for one, other in _SAME.findall(text)}
        return _in_order(user for address in literals for user in self._by_address.get(address, ()))

    def _beginning(self, start: str) -> Iterable[Json]:
        for place in range(bisect_left(self._words, start), len(self._words)):
            word = self._words[place]
            if not word.startswith(start):
                return
            yield from self._by_word[word]


class Rows:
    """An app's log by the person that a row is about, and its failures by time. Logs only grow."""

    def __init__(self) -> None:
        self._seen = 0
        self._by_source: defaultdict[str, list[Json]] = defaultdict(list)
        self._failed: list[tuple[str, int, Json]] = []  # with the second and a number of its own, in this order

    def candidates(self, log: list[Json], text: str) -> list[Json]:
        """Every row that the filter can mean, and perhaps more."""
        ids, failures = _SOURCE.findall(text), _FAILURES.fullmatch(text)
        if not failures and (not ids or not _narrows(text)):
            return log
        self._keep(log)
        if failures:
            return [row for _, _, row in self._failed[bisect_left(self._failed, (failures[1],)) :]]
        return [row for source in dict.fromkeys(ids) for row in self._by_source.get(source, ())]

    def _keep(self, log: list[Json]) -> None:
        for number, row in enumerate(log[self._seen :], self._seen):
            self._by_source[row["sourceIdentity"]["id"]].append(row)
            if (row.get("provisioningStatusInfo") or {}).get("status") == "failure":
                self._failed.append((row["activityDateTime"][:19], number, row))
        if self._seen < len(log):
            self._failed.sort(key=lambda each: each[:2])
        self._seen = len(log)


def _narrows(text: str) -> bool:
    """Whether the people are one condition among others that all must hold."""
    alone = re.sub(r"\(\s*P(?:\s+or\s+P)*\s*\)", "P", _SOURCE.sub("P", text))
    return not re.search(r"\bor\b|\bnot\b", re.sub(r"'(?:[^']|'')*'", "", alone)) or bool(
        re.fullmatch(r"P(?:\s+or\s+P)*", alone.strip())
    )


def _addresses(user: Json) -> set[str]:
    every = [user["userPrincipalName"], user.get("mail") or ""]
    every += [*(user.get("proxyAddresses") or ()), *(user.get("otherMails") or ())]
    return {address.lower() for address in every if address}


def _words(user: Json) -> set[str]:
    """The words of the display name, and the whole of what is searched by its beginning."""
    whole = [str(user.get(name) or "").lower() for name in ("mail", "userPrincipalName", "givenName", "surname")]
    return {word for word in (*re.findall(r"\w+", user["displayName"].lower()), *whole) if word}


def _first(words: str) -> str:
    """What the first word of a clause begins with; a name is searched word by word, an address as a whole."""
    found = re.match(r"\w+", words.lower().strip())
    return found[0] if found else ""


def _in_order(users: Iterable[Json]) -> list[Json]:
    return list({user["id"]: user for user in users}.values())
