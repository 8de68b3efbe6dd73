"""The built knowledge with what reads and searches it: loaded once, when first asked for."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

from knowledge import clock, place, store
from knowledge.encoder import shared_encoder
from knowledge.query import Finder
from knowledge.reading import Reader
from knowledge.store import Knowledge


@dataclasses.dataclass
class Desk:
    """What every answer needs."""

    knowledge: Knowledge
    reader: Reader
    finder: Finder

    @property
    def public_numbers(self) -> list[str]:
        """Phone numbers of services, which are nobody's personal data."""
        numbers = []
        for service in self.knowledge.services.values():
            numbers += [
                n for n in (service.phone, service.textphone, service.out_of_hours_phone, service.text_number) if n
            ]
        return numbers

    def known(self, kind: str, value: str) -> bool:
        """Whether a button's value exists."""
        from knowledge.render import words

        if kind == "area":
            return value in self.knowledge.areas
        if kind == "stage":
            return any(s.code == value for s in self.knowledge.stages.values())
        if kind == "record":
            return value in self.knowledge.records or value in self.knowledge.guides
        closed: dict[str, Any] = {
            "role": words()["labels"]["roles"],
            "decision": words()["labels"]["decisions"],
            "audience": words()["labels"]["audience"],
        }
        return value in closed.get(kind, {})


_lock = threading.Lock()
_desks: dict[str, Desk] = {}


def open_desk(knowledge: Knowledge) -> Desk:
    """A desk over this knowledge."""
    return Desk(knowledge, Reader(knowledge), Finder(knowledge, shared_encoder(place.home())))


def desk() -> Desk:
    """The desk over the database that the settings name, read again once a rule has ended; raises store.NotBuilt."""
    url = place.knowledge_url()
    with _lock:
        held = _desks.get(url)
        if held is None or (held.knowledge.until and held.knowledge.until < clock.today()):
            _desks[url] = open_desk(store.load(url))
        return _desks[url]
