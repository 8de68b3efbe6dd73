"""The conversations of each member of staff on a messenger, one a pupil, and what is remembered of the person."""

from __future__ import annotations

import dataclasses
import secrets
import time
from typing import Any, Optional

import sqlalchemy as sa

from bot.people.kept import OfConversations
from bot.people.tables import Pupil as _Table
from bot.privacy import keep_days

DAY = 86400
MOST = 20  # pupils of one person in one place
ROLE = "school"  # who writes on a messenger, until they say otherwise
_TABLE = _Table.__table__


@dataclasses.dataclass(frozen=True)
class Pupil:
    """One pupil's conversation, with what is remembered of the person whose it is."""

    conversation: str
    person: str
    place: str
    number: int
    current: bool
    role: str
    area: Optional[str]
    greeted: bool
    board: Optional[str]

    @property
    def letter(self) -> str:
        """A, B … Z, AA, AB …"""
        letters, rest = "", self.number
        while rest:
            rest, at = divmod(rest - 1, 26)
            letters = chr(ord("A") + at) + letters
        return letters

    @property
    def token(self) -> str:
        """What a button names the conversation by: random, and short."""
        return self.conversation.rpartition("-")[2]


class Pupils(OfConversations):
    """The store of pupils. What changes does so over a connection, in the transaction of the update that asks for it.

    A `person` and a `place` (a private chat, a group) are pseudonyms.
    """

    name = "pupils"
    table = _TABLE

    def enter(self, connection: Any, person: str, place: str) -> Pupil:
        """The pupil whom a person is at in a place: the first one, if they have none there."""
        found = self._one(connection, _is(person, place), _TABLE.c.current)
        if found is None:
            return self.add(connection, person, place)
        used = sa.update(_TABLE).where(_TABLE.c.conversation == found.conversation).values(used=time.time())
        connection.execute(used)
        return found

    def add(self, connection: Any, person: str, place: str) -> Pupil:
        """A new pupil, at whom the person then is; the letter is one that no other of theirs has there."""
        last = sa.select(sa.func.max(_TABLE.c.number)).where(_is(person, place))
        number = (connection.execute(last).scalar() or 0) + 1
        known = self._one(connection, _TABLE.c.person == person)
        conversation = f"{person}-{secrets.token_hex(4)}"
        row = {
            "conversation": conversation,
            "person": person,
            "place": place,
            "number": number,
            "current": False,
            "role": known.role if known else ROLE,
            "area": known.area if known else None,
            "greeted": known.greeted if known else False,
            "used": time.time(),
        }
        connection.execute(sa.insert(_TABLE), row)
        return self.switch(connection, person, place, conversation)

    def switch(self, connection: Any, person: str, place: str, conversation: str) -> Pupil:
        """Go to another pupil of the same person in the same place."""
        here = sa.update(_TABLE).where(_is(person, place))
        connection.execute(here.values(current=_TABLE.c.conversation == conversation))
        connection.execute(here.where(_TABLE.c.current).values(used=time.time()))
        found = self._one(connection, _is(person, place), _TABLE.c.current)
        assert found, "a person goes to a pupil of theirs"
        return found

    def all(self, connection: Any, person: str, place: str) -> list[Pupil]:
        """A person's pupils in a place, by letter."""
        query = sa.select(_TABLE).where(_is(person, place)).order_by(_TABLE.c.number)
        return [_pupil(row) for row in connection.execute(query).mappings()]

    def count(self, connection: Any, person: str) -> int:
        """How many conversations a person has, in every place."""
        query = sa.select(sa.func.count()).select_from(_TABLE).where(_TABLE.c.person == person)
        return int(connection.execute(query).scalar_one())

    def remember(self, connection: Any, person: str, **known: Any) -> None:
        """Keep role, area or greeted of a person, in all their conversations."""
        connection.execute(sa.update(_TABLE).where(_TABLE.c.person == person).values(**known))

    def of(self, conversation: str) -> Optional[Pupil]:
        """The pupil of a conversation."""
        with self._engine.connect() as connection:
            return self._one(connection, _TABLE.c.conversation == conversation)

    def several(self, pupil: Pupil) -> bool:
        """Whether the person has other pupils in the same place."""
        with self._engine.connect() as connection:
            return len(self.all(connection, pupil.person, pupil.place)) > 1

    def show(self, conversation: str, board: Optional[str]) -> None:
        """Keep which message of the client shows the conversation's walk."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(_TABLE).where(_TABLE.c.conversation == conversation).values(board=board))

    def learn(self, conversation: str, role: Optional[str], area: Optional[str]) -> None:
        """Remember what a person said of themselves: the role as last stated, the area only if none is remembered."""
        with self._engine.begin() as connection:
            pupil = self._one(connection, _TABLE.c.conversation == conversation)
            if pupil and role and role != pupil.role:
                self.remember(connection, pupil.person, role=role)
            if pupil and area and not pupil.area:
                self.remember(connection, pupil.person, area=area)

    def conversations(self, person: str) -> list[str]:
        """The conversations of a person, in every place."""
        query = sa.select(_TABLE.c.conversation).where(_TABLE.c.person == person).order_by(_TABLE.c.id)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def expire(self, now: float) -> int:
        """Forget conversations that have not been used for as long as one is kept; how many."""
        old = sa.delete(_TABLE).where(_TABLE.c.used < now - keep_days() * DAY)
        with self._engine.begin() as connection:
            return int(connection.execute(old).rowcount)

    def _one(self, connection: Any, *where: Any) -> Optional[Pupil]:
        row = connection.execute(sa.select(_TABLE).where(*where).order_by(_TABLE.c.id).limit(1)).mappings().first()
        return row and _pupil(row)


def _is(person: str, place: str) -> Any:
    return sa.and_(_TABLE.c.person == person, _TABLE.c.place == place)


def _pupil(row: Any) -> Pupil:
    return Pupil(**{field.name: row[field.name] for field in dataclasses.fields(Pupil)})
