"""Taking out of a message what is personal, before anything else sees it. The console points out the same in notes."""

from __future__ import annotations

import dataclasses
import re
from typing import Iterable

from bot import settings
from bot.details.accounts import accounts
from bot.details.digits import Digits
from bot.details.ours import ours
from bot.details.people import people
from bot.details.places import schools, streets
from bot.details.text import Text
from bot.details.written import MASK, details, national

# each kind of detail in the words of its mark
NAMES = {
    "email": "email address",
    "phone": "phone number",
    "postcode": "postcode",
    "upn": "pupil number",
    "nhs": "NHS number",
    "born": "date of birth",
    "address": "street address",
    "ni": "National Insurance number",
    "bank": "bank details",
    "card": "card number",
    "passport": "passport number",
    "car": "number plate",
    "user": "user name",
    "school": "school name",
    "name": "name",
}
_MARK = re.compile("|".join(rf"\[{re.escape(name)}\]" for name in NAMES.values()), re.I)
_PASSES = 4  # so often a text is looked through: what is taken out may lay something bare


@dataclasses.dataclass(frozen=True)
class Spot:
    """Words in a text that look personal, what they look like, and where they stand."""

    kind: str
    words: str
    start: int
    end: int


def spots(text: str, public_numbers: Iterable[str] = ()) -> list[Spot]:
    """What looks personal in a text, in its order.

    `public_numbers` are phone numbers of services: these are nobody's, as are addresses and names that our own
    knowledge holds.
    """
    digits = Digits(_MARK.sub(lambda mark: MASK * len(mark.group()), text))
    public = ours().addresses | {national(n) for n in public_numbers}
    places, masked = details(digits.text, public)

    def take(kind: str, spans: Iterable[tuple[int, int]]) -> None:
        nonlocal masked
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            if MASK not in masked[start:end]:
                places.append((kind, start, end))
                masked = masked[:start] + MASK * (end - start) + masked[end:]

    take("user", accounts(masked))
    take("address", streets(masked))
    take("school", schools(Text(masked, ours())))
    take("name", people(Text(masked, ours())))
    found = [(kind, *digits.place(start, end)) for kind, start, end in places]
    return [Spot(kind, text[start:end], start, end) for kind, start, end in sorted(found, key=lambda f: f[1])]


def without(text: str, found: Iterable[Spot]) -> str:
    """The text with a mark in the place of each."""
    for spot in sorted(found, key=lambda s: -s.start):
        text = f"{text[: spot.start]}[{NAMES[spot.kind]}]{text[spot.end :]}"
    return text


def redact(text: str, public_numbers: Iterable[str] = ()) -> tuple[str, list[str]]:
    """The text with '[kind]' in place of personal details, and the kinds found."""
    numbers, kinds = list(public_numbers), []
    for _ in range(_PASSES):
        found = spots(text, numbers)
        if not found:
            break
        kinds += [spot.kind for spot in found]
        text = without(text, found)
    return text, list(dict.fromkeys(kinds))


def keep_days() -> int:
    """For how many days after its last message a conversation is kept."""
    return settings.KEEP_DAYS()
