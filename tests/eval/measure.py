"""Asking every question of a half over the REST channel's own code, and judging the last answer."""

from __future__ import annotations

import dataclasses
import fnmatch
import uuid
from pathlib import Path
from typing import Any, Callable, Iterable

from ruamel.yaml import YAML

from bot.channels.rest import RestChannel
from knowledge.check import cited
from knowledge.desk import desk
from knowledge.store import Record

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
    """One judged case."""

    case: dict[str, Any]
    reply: dict[str, Any]
    wrong: list[str]

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


def wrong_area(outcome: Outcome) -> bool:
    """Whether an answer rests on another council's record than the case expects and than the person's own."""
    area = outcome.case["expect"].get("area")
    if not area:
        return False
    knowledge, reader = desk().knowledge, desk().reader
    own = {reader.read(message).area for message in outcome.case["say"]}
    found = {knowledge.records[r].area for r in outcome.reply["custom"]["records"] if r in knowledge.records}
    return outcome.reply["custom"]["status"] == "answered" and bool(found - {area, "england", "uk"} - own)


async def ask(agent: Any, said: Iterable[str]) -> dict[str, Any]:
    """Say these messages in a new conversation; the last reply."""
    channel, sender = RestChannel(), uuid.uuid4().hex
    replies: list[dict[str, Any]] = []
    for message in said:
        replies = await channel.answer({"sender": sender, "message": message}, agent.handle_message)
    return replies[-1]


async def run(agent: Any, half: str) -> list[Outcome]:
    """Every case of a half, judged."""
    outcomes = []
    for case in cases(half):
        reply = await ask(agent, case["say"])
        outcomes.append(Outcome(case, reply, judge(case, reply)))
    return outcomes
