"""What each attribute of the app would become for one person, by the job's mappings and today's directory."""

from collections.abc import Mapping

from provisioning.attributes import UNREAD, value_of
from provisioning.beside import Outlook, Projected
from provisioning.expressions import NOT_EVALUATED, Unknown, Value, evaluate
from provisioning.model import AttributeMapping, Person, Schema


def project(person: Person, schema: Schema, told: Mapping[str, str | None] | None = None) -> tuple[Projected, ...]:
    """Empty attributes first, then what was not evaluated; within each, required and matching ones first.

    ``told``: what Graph itself made of expressions, by the expression.
    """
    every = [_projected(person, mapping, told or {}) for mapping in schema.mappings]
    order = list(Outlook)
    return tuple(sorted(every, key=lambda one: (order.index(one.outlook), not one.required, -bool(one.matching))))


def not_evaluated(person: Person, schema: Schema) -> tuple[str, ...]:
    """The expressions whose value only Graph can tell, the important ones first; none whose input is unknown."""
    wanted = [one for one in project(person, schema) if one.outlook is Outlook.NOT_EVALUATED and one.expression]
    known = [one for one in wanted if all(value_of(person, source) is not UNREAD for source in one.sources)]
    return tuple(dict.fromkeys(one.expression for one in known if one.expression))


def _projected(person: Person, mapping: AttributeMapping, told: Mapping[str, str | None]) -> Projected:
    value = _value(person, mapping)
    by_microsoft = value is NOT_EVALUATED and mapping.expression in told
    if by_microsoft and mapping.expression:
        value = told[mapping.expression]
    outlook = Outlook.NOT_EVALUATED if value is NOT_EVALUATED else Outlook.VALUE if value else Outlook.EMPTY
    if outlook is Outlook.EMPTY and mapping.default:
        value, outlook = mapping.default, Outlook.DEFAULT
    return Projected(
        target=mapping.target,
        outlook=outlook,
        value=value if isinstance(value, str) and value else None,
        sources=mapping.sources,
        expression=mapping.expression,
        matching=mapping.matching_priority,
        required=mapping.required,
        by_microsoft=by_microsoft,
    )


def _value(person: Person, mapping: AttributeMapping) -> Value | Unknown:
    def read(name: str) -> Value | Unknown:
        return _written(person, name)

    if mapping.constant is not None:
        return mapping.constant
    words = (mapping.expression or "").strip()
    if not words or words.strip("[] ") == (mapping.sources[0] if len(mapping.sources) == 1 else None):
        return read(mapping.sources[0]) if len(mapping.sources) == 1 else None if mapping.default else NOT_EVALUATED
    return evaluate(words, read)


def _written(person: Person, name: str) -> Value | Unknown:
    """A directory value as the service writes it; whether white space alone is empty, nobody documents."""
    value = value_of(person, name)
    if value is UNREAD:
        return NOT_EVALUATED
    if isinstance(value, bool):
        return str(value)
    return value or None
