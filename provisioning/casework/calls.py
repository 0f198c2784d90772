"""What another desk says about a ticket is done to it, once: a status, a comment for who asked."""

from provisioning.casework.couriers import actor_id
from provisioning.casework.tickets import Moved, Tickets
from provisioning.errors import NotThereError
from provisioning.handover import Call, Standing
from provisioning.model import Actor, Role
from provisioning.moves import Close, HandOver, Move, Note, Reopen, Take
from provisioning.ports import Books, Post
from provisioning.tickets import Ticket, TicketState

_NAMES = {"servicenow": "ServiceNow", "jira": "Jira", "webhook": "Webhook"}


class Calls:
    """Takes calls that are verified already."""

    def __init__(self, *, tickets: Tickets, books: Books, post: Post) -> None:
        self._tickets = tickets
        self._books = books
        self._post = post

    async def take(self, desk: str, call: Call) -> Moved:
        """Do what it says, as far as it still fits; a status that the ticket has already changes nothing.

        NotThereError when the desk was never told of such a ticket; ConflictError when the call was taken before.
        """
        number = await self._number(desk, call)
        ticket = await self._books.read_ticket(number)
        moves = moves_for(ticket, call)
        return await self._tickets.move(_actor(desk, call.by), number, *moves, key=f"{desk}:{call.key}")

    async def _number(self, desk: str, call: Call) -> int:
        number = call.ticket
        if number is None and call.link is not None:
            number = await self._post.linked(desk, call.link)
        if number is None or await self._post.link(desk, number) is None:
            raise NotThereError("There is no such ticket that this desk knows of.")
        return number


def moves_for(ticket: Ticket, call: Call) -> tuple[Move, ...]:
    """What has to happen to the ticket so that it is as they say. What does not fit when it comes to it falls away."""
    moves: list[Move] = []
    if call.comment:
        moves.append(Note(text=call.comment, internal=False))
    closed = ticket.state is TicketState.CLOSED
    if call.standing is Standing.CLOSED:
        moves.append(Close())
    elif call.standing is Standing.TAKEN:
        moves += [Reopen(), Take()] if closed else [Take()]
    elif call.standing is Standing.OPEN:
        moves.append(Reopen() if closed else HandOver(to=None))
    return tuple(moves)


def _actor(desk: str, by: str) -> Actor:
    name = _NAMES.get(desk, desk)
    return Actor(id=actor_id(desk), upn="", name=f"{by} ({name})" if by else name, roles=frozenset({Role.AGENT}))
