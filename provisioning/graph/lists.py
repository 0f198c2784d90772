"""Collections, read to their end or to a limit, and honest about which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from provisioning.errors import DeskError
from provisioning.graph.client import GraphClient, Page, read
from provisioning.graph.refusals import Answer, refusal

T = TypeVar("T")
PAGE = 999  # the largest page of directory objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Items(Generic[T]):
    """``whole`` is False when there were more pages than were read."""

    items: list[T]
    whole: bool


async def read_items(
    client: GraphClient,
    path: str,
    into: type[T],
    *,
    options: Mapping[str, str],
    eventual: bool = False,
    most_pages: int = 1,
) -> Items[T]:
    """At most ``most_pages`` pages of a collection."""
    items: list[T] = []
    pages = 0
    async for page in client.pages(path, options=options, eventual=eventual):
        items += [read(bytes(item), into) for item in page.value]
        pages += 1
        if pages == most_pages:
            return Items(items=items, whole=page.next_link is None)
    return Items(items=items, whole=True)


def items_of(answer: Answer, into: type[T]) -> Items[T] | DeskError:
    """One page of a collection, as a part of a batch brought it."""
    if not answer.good:
        return refusal(answer)
    try:
        page = read(answer.body, Page)
        return Items(items=[read(bytes(item), into) for item in page.value], whole=page.next_link is None)
    except DeskError as error:
        return error


def known(items: Items[T] | DeskError) -> list[T] | None:
    """All of them; None if they could not be read to the end."""
    return items.items if isinstance(items, Items) and items.whole else None
