"""What somebody changed in an app's mappings and scoping filter since they were read last."""

from collections.abc import Iterator, Sequence

from provisioning.model import AttributeMapping, FilterGroup, Schema
from provisioning.watching.news import Drift, DriftKind, News, Phase, Sight, Topic


def drifts(before: Schema, after: Schema) -> tuple[Drift, ...]:
    """Old and new, mapping by mapping, then the filter. The order in which Graph lists them does not count."""
    return (*_of_mappings(before.mappings, after.mappings), *_of_scope(before.scope, after.scope))


def drifted(before: Schema | None, sight: Sight) -> News | None:
    """News of it; None: nothing changed, or only the filter, and that by the desk itself on an order that shows it."""
    if before is None or sight.schema is None:
        return None
    found = drifts(before, sight.schema)
    if sight.ours:
        found = tuple(one for one in found if one.kind is not DriftKind.SCOPE)
    if not found:
        return None
    return News(
        app=sight.app,
        topic=Topic.MAPPINGS,
        phase=Phase.BEGUN,
        episode=sight.as_of.isoformat(),
        since=sight.as_of,
        at=sight.as_of,
        drifts=found,
    )


def _of_mappings(before: Sequence[AttributeMapping], after: Sequence[AttributeMapping]) -> Iterator[Drift]:
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        target = name[0]
        if was is None or now is None:
            kind = DriftKind.ADDED if was is None else DriftKind.REMOVED
            yield Drift(kind=kind, name=target, old=_source(was), new=_source(now))
            continue
        if _source(was) != _source(now):
            yield Drift(kind=DriftKind.CHANGED, name=target, old=_source(was), new=_source(now))
        if was.matching_priority != now.matching_priority:
            priorities = (str(one.matching_priority or "") for one in (was, now))
            yield Drift(kind=DriftKind.MATCHING, name=target, old=next(priorities), new=next(priorities))
        if (was.default or "") != (now.default or ""):
            yield Drift(kind=DriftKind.DEFAULT, name=target, old=was.default or "", new=now.default or "")


def _by_name(mappings: Sequence[AttributeMapping]) -> dict[tuple[str, int], AttributeMapping]:
    """By the target attribute, and its number where several fill the same."""
    found: dict[tuple[str, int], AttributeMapping] = {}
    for mapping in mappings:
        number = sum(target == mapping.target for target, _n in found)
        found[mapping.target, number] = mapping
    return found


def _source(mapping: AttributeMapping | None) -> str:
    if mapping is None:
        return ""
    return mapping.expression or ("" if mapping.constant is None else f'"{mapping.constant}"')


def _of_scope(before: Sequence[FilterGroup], after: Sequence[FilterGroup]) -> Iterator[Drift]:
    old, new = _filter(before), _filter(after)
    if old != new:
        yield Drift(kind=DriftKind.SCOPE, old=old, new=new)


def _filter(groups: Sequence[FilterGroup]) -> str:
    """Clauses of a group are AND-ed, groups OR-ed."""
    written = [
        " AND ".join(" ".join((one.attribute, one.operator, *one.values)) for one in group.clauses) for group in groups
    ]
    return " OR ".join(f"({one})" if len(written) > 1 else one for one in written)
