"""One turn of a conversation: who asks, when, and the transaction in which the answer is made."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.router import Need, Table
from qibot.clock import local_date
from qibot.errors import Refused
from qibot.people.models import Identity, Person, Workspace
from qibot.typed import Typed


@dataclass
class Turn:
    """What every handler gets. `person` is None until they have joined."""

    db: AsyncSession
    now: datetime
    identity: Identity
    workspace: Workspace
    person: Person | None
    direct: bool = True
    organisers: tuple[str, ...] = ()
    alone_up_to: int = 200
    """How many people one organiser may write to without another's yes."""
    leaves_no_name: bool = field(default=False)
    """Set by a handler whose effect is anonymous: then not even the receipt says who."""

    @property
    def today(self) -> date:
        """The person's own calendar day."""
        return local_date(self.now, self.person.zone if self.person else self.identity.zone)

    @property
    def member(self) -> Person:
        """The person. Raises `Refused` for somebody who has not joined."""
        if self.person is None or not self.person.here:
            raise Refused("You have not joined the network yet.", ("Type ", Typed("join"), "; it takes a minute."))
        return self.person


def _anybody(_: Turn) -> None:
    return None


def _member(turn: Turn) -> None:
    _ = turn.member


def _organiser(turn: Turn) -> None:
    if not turn.member.is_organiser:
        raise Refused("That is for organisers of the network.", ("Type ", Typed("me"), " to see who they are."))


anybody: Need[Turn] = Need("anybody", _anybody)
member: Need[Turn] = Need("members", _member)
organiser: Need[Turn] = Need("organisers", _organiser)


def table(title: str) -> Table[Turn]:
    """A feature's table."""
    return Table[Turn](title)
