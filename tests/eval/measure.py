"""Asking every question of a half over the REST channel's own code, and judging the last answer."""

from __future__ import annotations

import dataclasses
import fnmatch
import functools
import json
import re
import uuid
from pathlib import Path
from typing import Any, Callable, Iterable, Optional

from ruamel.yaml import YAML

from bot.channels.rest import RestChannel
from knowledge.check import cited
from knowledge.desk import desk
from knowledge.query import NATIONAL
from knowledge.store import Record
from knowledge.words import plain

HERE = Path(__file__).parent


DEADLINE_TOPICS = (
    "deadlines",
    "governing-board",
    "length-limits",
    "sixth-day-education",
    "first-five-days",
    "notification",
    "independent-review-panel",
)


def _rests_on_law(case: dict[str, Any], deadlines: bool) -> bool:
    """Whether the case expects a law record, of a topic that is full of deadlines or of another."""
    law = desk().knowledge.law
    named = [law[c[4:]] for c in case["expect"].get("cites") or [] if c.startswith("law/") and c[4:] in law]
    return bool(named) and (named[0].topic in DEADLINE_TOPICS) == deadlines


# kinds of question in which a wrong answer does harm
GRAVE: dict[str, Callable[[dict[str, Any]], bool]] = {
    "deadlines and procedure": lambda case: _rests_on_law(case, True),
    "other rights": lambda case: _rests_on_law(case, False),
    "contacts": lambda case: case["kind"] == "contact",
}


@dataclasses.dataclass
class Outcome:
    """One judged case: for each message the replies to it, and what is wrong with the last."""

    case: dict[str, Any]
    replies: list[list[dict[str, Any]]]
    wrong: list[str]

    @property
    def reply(self) -> dict[str, Any]:
        return self.replies[-1][-1]

    @property
    def right(self) -> bool:
        return not self.wrong


def cases(half: str) -> list[dict[str, Any]]:
    """The questions of one half."""
    loaded: list[dict[str, Any]] = YAML(typ="safe").load((HERE / f"{half}.yml").read_text(encoding="utf-8"))
    return loaded


def rests_on(record: Record) -> set[str]:
    """The inventory items and law facts that a record rests on."""
    cites = set(record.duty.cites) if record.duty else set(cited(record.entry))
    if record.kind == "law":
        cites |= {f"law/{fact}" for fact in record.entry.facts} | {f"law/{record.id}"}
    if record.kind == "services":
        cites.add(f"service/{record.id}")
    return cites


def judge(case: dict[str, Any], reply: dict[str, Any]) -> list[str]:
    """What is wrong with the reply; nothing if it is right."""
    expect, custom = case["expect"], reply["custom"]
    wrong = []
    statuses = expect["status"] if isinstance(expect["status"], list) else [expect["status"]]
    if "handed_over" in statuses:
        statuses = [*statuses, "offers_person"]
    if custom["status"] not in statuses:
        wrong.append(f"status {custom['status']}, expected {' or '.join(statuses)}")
    for key in ("area", "stage", "audience"):
        wanted = expect.get(key)
        if wanted and custom["status"] in ("answered", "walkthrough_step") and custom["scope"].get(key) != wanted:
            wrong.append(f"{key} {custom['scope'].get(key)}, expected {wanted}")
    knowledge = desk().knowledge
    have: set[str] = set()
    for name in custom["records"]:
        if name in knowledge.records:
            have |= rests_on(knowledge.records[name])
    wanted_cites = expect.get("cites") or []
    if wanted_cites and custom["status"] in ("answered", "walkthrough_step"):
        if not any(fnmatch.fnmatch(item, pattern) for pattern in wanted_cites for item in have):
            wrong.append(f"records {custom['records']}, expected one on {', '.join(wanted_cites[:4])}")
    for pattern in expect.get("not_cites") or []:
        if any(fnmatch.fnmatch(item, pattern) for item in have):
            wrong.append(f"rests on {pattern}")
    for fact in expect.get("facts") or []:
        if fact.lower() not in reply["text"].lower():
            wrong.append(f"the text lacks '{fact}'")
    return wrong


def areas_named(said: Iterable[str]) -> set[str]:
    """The areas that messages name word for word, whatever the assistant reads in them."""
    text = " ".join(plain(message) for message in said)
    named = set()
    for area in desk().knowledge.areas.values():
        if _any_of((area.title, *area.aliases, *area.places)).search(text):
            named.add(area.id)
    return named


@functools.cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of these names, compiled once: there are more of them than Python keeps patterns."""
    return re.compile(rf"\b(?:{'|'.join(re.escape(plain(name)) for name in names)})s?\b")


def own_areas(case: dict[str, Any], messages: int) -> set[str]:
    """The areas whose records may be shown after so many messages of the case, by the case alone.

    They are those it has named. One that names none has the area it expects, and where it rests on nothing but one
    council's paper, it names something of that council's own.
    """
    if areas_named(case["say"]):
        return areas_named(case["say"][:messages])
    cited_of = [_area_of(item) for item in case["expect"].get("cites") or []]
    own = set() if set(cited_of) & {None, *NATIONAL} else {area for area in cited_of if area}
    return {area for area in {case["expect"].get("area"), *own} if area}


def _area_of(item: str) -> Optional[str]:
    """The area of the paper that an item of the inventory stands in."""
    papers = desk().knowledge.sources.values()
    paper = next((s for s in papers if any(item.startswith(f"{prefix}/") for prefix in s.inventory)), None)
    service = desk().knowledge.services.get(item.partition("service/")[2])
    return paper.area if paper else service.area if service else None


def shown(reply: dict[str, Any]) -> set[str]:
    """The records that a reply rests on, names as contacts or steps, or leads to with a button."""
    custom = reply.get("custom") or {}
    led_to = [json.loads(b["payload"][5:]) for b in reply.get("buttons", []) if b["payload"].startswith("/show{")]
    parts = [*custom.get("contacts", []), *custom.get("steps", [])]
    return {*custom.get("records", []), *(b["record"] for b in led_to), *(part["id"] for part in parts)}


def foreign(replies: Iterable[dict[str, Any]], own: set[str]) -> set[str]:
    """The records of other councils that the replies show or lead to."""
    records, services = desk().knowledge.records, desk().knowledge.services
    ids = set().union(*map(shown, replies))
    area_of = {
        name: records[name].area if name in records else services[name].area for name in ids & {*records, *services}
    }
    return {name for name, area in area_of.items() if area not in {*NATIONAL, *own}}


def wrong_area(outcome: Outcome) -> set[str]:
    """The records of a council that is not the person's own, over every reply of the case, whatever its status."""
    found = set()
    for number, replies in enumerate(outcome.replies, 1):
        found |= foreign(replies, own_areas(outcome.case, number))
    return found


async def converse(agent: Any, said: Iterable[str]) -> list[list[dict[str, Any]]]:
    """Say these messages in a new conversation; the replies to each."""
    channel, sender = RestChannel(), uuid.uuid4().hex
    return [await channel.answer({"sender": sender, "message": text}, agent.handle_message) for text in said]


async def ask(agent: Any, said: Iterable[str]) -> dict[str, Any]:
    """Say these messages in a new conversation; the last reply."""
    return (await converse(agent, said))[-1][-1]


async def run(agent: Any, half: str) -> list[Outcome]:
    """Every case of a half, judged."""
    outcomes = []
    for case in cases(half):
        replies = await converse(agent, case["say"])
        outcomes.append(Outcome(case, replies, judge(case, replies[-1][-1])))
    return outcomes
