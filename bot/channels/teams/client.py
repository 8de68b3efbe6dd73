"""How Teams shows things: Replies as cards, the checklist in place, plain text where a card is not taken."""

from __future__ import annotations

import logging
from typing import Any, Optional

from bot.channels.messenger import Later, Part, Showing, Undeliverable
from bot.channels.teams.access import NoAccess
from bot.channels.teams.cards import cards, texts
from bot.channels.teams.connector import Address, Connector, Undelivered, Unknown
from bot.channels.teams.wording import wording

log = logging.getLogger(__name__)

WALK = ("walkthrough_step", "walkthrough_summary")
NOT_TAKEN = (400, 413, 415, 422)  # a card that is not taken


class TeamsClient:
    """The client of a Messenger."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def parts(self, showing: Showing) -> list[Part]:
        """A Reply as what is sent, in order.

        The checklist stays in its card: a press on the card that shows it changes that card.
        """
        reply = showing.reply
        if showing.note:
            return [Part({"activity": each}) for text in (reply.text, *reply.notes) for each in texts(text)]
        made = cards(reply, showing.heading, showing.token, showing.step)
        walk = reply.status in WALK
        place = showing.pressed if walk and len(made) == 1 and showing.pressed == showing.board else None
        last = len(made) - 1
        return [
            Part({"activity": activity, "place": place}, board=walk and number == last)
            for number, activity in enumerate(made)
        ]

    async def send(self, address: dict[str, Any], part: Part) -> Optional[str]:
        """Send one part, or put it in the place of the card it belongs to; the id of the message that shows it."""
        to, activity, place = Address(**address), part.body["activity"], part.body.get("place")
        try:
            if place:
                try:
                    await self._connector.update(to, place, activity)
                    return str(place)
                except Undelivered as failed:
                    if failed.passing:
                        raise
            return await self._send(to, activity)
        except Unknown:
            return place
        except NoAccess as failed:
            log.error(wording()["refused"].format(why=failed))
            raise Later from failed
        except Undelivered as failed:
            if failed.passing:
                raise Later(failed.wait) from failed
            log.warning("Microsoft Teams did not take an answer: %s", failed)
            raise Undeliverable from failed

    async def _send(self, to: Address, activity: dict[str, Any]) -> Optional[str]:
        try:
            return await self._connector.send(to, activity)
        except Undelivered as failed:
            if failed.status not in NOT_TAKEN or "attachments" not in activity:
                raise
        plain = activity["attachments"][0]["content"]["fallbackText"]
        numbers = [await self._connector.send(to, text) for text in texts(plain)]
        return numbers[-1]

    async def typing(self, address: dict[str, Any]) -> None:
        """Show that an answer is being looked up."""
        await self._connector.typing(Address(**address))
