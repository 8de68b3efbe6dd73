"""One turn of a conversation: what was said, what is known of the person's situation, and what changes."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Optional

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from bot.privacy import NAMES
from knowledge import schema
from knowledge.asking import asks, told_in
from knowledge.deciding import decisions
from knowledge.desk import Desk, desk
from knowledge.query import NATIONAL
from knowledge.reading import NUMBERS, recount
from knowledge.render import situation
from knowledge.situation import Situation
from knowledge.store import Knowledge, Record
from knowledge.words import plain

SLOTS = (
    "role",
    "area",
    "home_area",
    "stage",
    "suspensions",
    "decision",
    "facts",
    "situation",
    "pending",
    "walk",
    "last",
    "misses",
    "danger",
)
# kinds of sentence that tell and do not ask
TELLING = ("inform", "greet", "thanks", "upset", "bye")
CORRECTS = re.compile(r"\b(sorry|wrong|actually|i meant|i mean|correction|mistake)\b")
HINT_HOLDS = 4  # turns for which the gentle line is not said again
# words of somebody who tells of a child, and of a child who tells of its parents
OF_A_CHILD = re.compile(
    r"\b(?:he|she|hes|shes|him|his|her|son|daughter|grandson|granddaughter|child|kid|lad|boy|girl)\b"
)
OWN_PARENT = re.compile(r"\bmy (?:mum|mam|mom|dad|stepdad|step dad|stepmum|parents|foster carers?)\b")
TELLING_WORDS = 8  # fewer do not tell who writes
SURE_WRITER = 0.45  # the chance from which the words alone tell who writes
SURE_VOICE = 0.45  # and from which it is answered in their words
SURER_THAN_NAMED = 0.75  # and from which that outweighs a word for somebody, which may be said of another
SURE_FACT = 0.85  # the chance from which what a message says of the case is kept
CASE = ("role", "area", "home_area", "stage", "suspensions", "decision", "facts", "situation")
# read by what the message says in figures, names and clauses, and not by what it sounds like
READ_ELSEWHERE = (
    *("role", "area", "home_area", "suspensions_this_year"),
    *("days_this_time", "days_out_so_far", "days_this_term", "days_this_year"),
)
# circumstances to the facts of the case: the fact, its value where they hold, and where they do not
FACTS = {
    "in_care": ("looked_after", "yes", "no"),
    "ehc_plan": ("ehc_plan", "yes", "no"),
    "social_worker": ("social_worker", "yes", "no"),
    "exam": ("exam", "yes", "no"),
    "health_need": ("health_need", "yes", "no"),
    "sen": ("sen", "sen-support", "none"),
    "independent": ("kind_of_school", "independent", None),
}
# decisions that say more than the first does
AFTER = {"nothing": ("threatened", "off-roll", "cancelled"), "permanent": ("cancelled",), "suspended": ("cancelled",)}
CONTEXT = ("role", "area", "stage", "suspensions", "decision")


@dataclasses.dataclass
class Turn:
    """Slots as they were, the message, and the changes so far."""

    slots: dict[str, Any]
    text: str
    intent: str
    confidence: float
    reading: dict[str, Any]
    entities: dict[str, Any]
    desk: Desk
    redacted: list[str] = dataclasses.field(default_factory=list)
    danger: list[str] = dataclasses.field(default_factory=list)  # kinds of danger, the gravest first
    plain_danger: list[str] = dataclasses.field(default_factory=list)  # those of them with a plain sign
    gentle: bool = False  # what is said only sounds heavy: the answer comes with one gentle line
    hinted: bool = False  # that line stood above one of the last few answers for the same
    language: Optional[str] = None  # of a message that is not in English
    ordinary: tuple[str, float] = ("nlu_fallback", 0.0)  # the intent without the danger, and its confidence
    tapped: bool = False
    last_reply: Optional[dict[str, Any]] = None
    sentences: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    understood: dict[str, Any] = dataclasses.field(default_factory=dict)  # what was learnt to see in messages
    told: Optional[list[str]] = None
    summed: tuple[float, ...] = ()  # school days told one by one, which make the days of this term
    asked_area: Optional[str] = None  # the area that a question asks about, while another question waits for the area
    changes: dict[str, Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, tracker: Tracker) -> "Turn":
        """The turn that the tracker's latest message begins."""
        message = tracker.latest_message or {}
        metadata = message.get("metadata") or {}
        replies = [e for e in tracker.events if e.get("event") == "bot"]
        data = ((replies[-1].get("metadata") or {}).get("reply") if replies else None) or None
        intent = message.get("intent") or {}
        danger = message.get("crisis") or {}
        return cls(
            slots={name: tracker.get_slot(name) for name in SLOTS},
            text=message.get("text") or "",
            intent=intent.get("name") or "",
            confidence=float(intent.get("confidence") or 0.0),
            reading=message.get("reading") or {},
            entities={e["entity"]: e["value"] for e in message.get("entities") or [] if "entity" in e},
            desk=desk(),
            redacted=[NAMES[k] for k in metadata.get("redacted", []) if k in NAMES],
            danger=list(danger.get("kinds") or []),
            plain_danger=list(danger.get("plain", danger.get("kinds")) or []),
            gentle=bool(danger) and not danger.get("page"),
            hinted=_hinted(tracker, danger.get("kinds") or []),
            language=message.get("language"),
            ordinary=_ordinary(message.get("intent_ranking") or []),
            tapped=(message.get("text") or "").startswith("/"),
            sentences=[(s, kind) for s, kind in message.get("sentences") or []],
            last_reply=data,
            understood=message.get("understood") or {},
        )

    @property
    def knowledge(self) -> Knowledge:
        return self.desk.knowledge

    def get(self, name: str) -> Any:
        return self.changes.get(name, self.slots.get(name))

    def set(self, name: str, value: Any) -> None:
        self.changes[name] = value

    def events(self) -> list[dict[str, Any]]:
        """The slot events of what really changed."""
        return [SlotSet(k, v) for k, v in self.changes.items() if v != self.slots.get(k)]

    # what is known ----------------------------------------------------------------------------------------------

    @property
    def role(self) -> Optional[str]:
        return self.get("role")

    @property
    def writer(self) -> Optional[str]:
        """Who writes, as far as it is known or sure enough from the words alone: for whom a page is worded."""
        stated = self.reading.get("role") if self.reading.get("role_stated") else None
        return stated or self.role or self._sounds_like(SURE_WRITER) or self.reading.get("role")

    @property
    def voice(self) -> Optional[str]:
        """In whose words an answer is given: the role that is known, or one that the words of the message make sure."""
        return self.role or self._sounds_like(SURE_VOICE)

    def _role_read(self, reading: dict[str, Any]) -> Optional[str]:
        """Who writes, by the words that name it; a message that surely sounds like somebody else outweighs them."""
        named = reading.get("role")
        heard = self._sounds_like(SURER_THAN_NAMED)
        return heard if named and heard and heard != named else named

    def _sounds_like(self, least: float) -> Optional[str]:
        """The role that the words sound like. Most who write are parents: their words have to tell of a child."""
        likely, chance = self.understood.get("role") or (None, 0.0)
        of_a_child = bool(OF_A_CHILD.search(plain(self.text))) and not OWN_PARENT.search(plain(self.text))
        enough = chance >= least and len(self.text.split()) >= TELLING_WORDS
        return likely if enough and (likely != "parent" or of_a_child) else None

    @property
    def area(self) -> Optional[str]:
        return self.asked_area or self.get("area")

    @property
    def decision(self) -> Optional[str]:
        return self.get("decision")

    @property
    def area_entry(self) -> Optional[schema.Area]:
        return self.knowledge.areas.get(self.area or "")

    def stage(self) -> Optional[schema.Stage]:
        """The stage of the area's pathway that the person is at."""
        if self.get("stage"):
            return self.knowledge.stage(self.area, self.get("stage"))
        if self.get("suspensions") is not None:
            return self.knowledge.stage_for_count(self.area, self.get("suspensions"))
        return None

    def told_last(self) -> list[Record]:
        """The records of the last answer."""
        names = (self.get("last") or {}).get("records") or []
        return [self.knowledge.records[name] for name in names if name in self.knowledge.records]

    def stage_told(self) -> Optional[schema.Stage]:
        """The stage that the last answer was about."""
        return next((self.knowledge.stages[r.stage] for r in self.told_last() if r.stage), None)

    def audience_told(self) -> Optional[str]:
        """The audience whose duties the last answer told."""
        return next((r.audience for r in self.told_last() if r.kind == "duties"), None)

    def stages_named(self) -> list[schema.Stage]:
        """The stages this message itself names, in its order; none where the area is not known."""
        counts = self.reading.get("counts") or []
        found = [self.knowledge.stage_for_count(self.area, n) for n in counts]
        if self.reading.get("stage"):
            found.append(self.knowledge.stage(self.area, self.reading["stage"]))
        if not any(found):
            found.append(self._stage_by_name())
        return list({s.id: s for s in found if s}.values())

    def says_stage(self) -> bool:
        """Whether the message says a number of suspensions or a stage, whatever the area."""
        return bool(self.reading.get("counts") or self.reading.get("stage"))

    def _stage_by_name(self) -> Optional[schema.Stage]:
        """The stage of the area that the message names and that no count leads to: 'single grave incident'."""
        own = {s.id: s for s in self.knowledge.pathway(self.area) if s.from_count is None}
        return next((own[name] for name, _ in self.reading.get("named") or () if name in own), None)

    def things_named(self) -> list[str]:
        """The records this message names, stages and lists apart."""
        named = [self.knowledge.records.get(name) for name, _ in self.reading.get("named") or ()]
        return [record.id for record in named if record and record.kind not in ("stages", "duties")]

    def may_show(self, record: Record) -> bool:
        """Whether the record holds for this person: a national one, or one of the own council.

        Where the area is not known, a council counts whose own thing the message calls by a name of its own: 'EIO'.
        """
        return record.area in NATIONAL or record.area == (self.area or self._area_of_a_name())

    def _area_of_a_name(self) -> Optional[str]:
        """The area of which this message uses a name that means nothing elsewhere."""
        named = [(self.knowledge.records.get(name), spoken) for name, spoken in self.reading.get("named") or ()]
        own = [r.area for r, spoken in named if r and plain(spoken) in map(plain, getattr(r.entry, "own_names", ()))]
        return next(iter(own), None)

    def audience(self) -> Optional[str]:
        """The audience the message asks about; else the one the person belongs to."""
        asked = self.entities.get("audience") or self.reading.get("audience")
        if asked:
            return str(asked)
        if self.role == "adviser":
            return "parents"
        return self.desk.reader.role_audience.get(self.role or "")

    def situation(self) -> Situation:
        """All that is known of the case, as the one table of facts has it."""
        case = Situation.from_dict(self.get("situation") or {})
        for name, value in {"role": self.role, "area": self.area, "home_area": self.get("home_area")}.items():
            case = case.with_(name, value) if value else case
        if self.get("suspensions") is not None:
            case = case.with_("suspensions_this_year", self.get("suspensions"))
        if self.decision:
            later = (case.get("decision") or "") in AFTER.get(self.decision, ())
            case = case if later else case.with_("decision", {"nothing": "none"}.get(self.decision, self.decision))
        for name, holds in (self.get("facts") or {}).items():
            if name in FACTS and isinstance(holds, bool):
                about, held, denied = FACTS[name]
                value = held if holds else denied
                case = case.with_(about, value) if value else case
        days = (self.get("facts") or {}).get("days")
        return case.with_("days_this_term", days) if days and not isinstance(days, bool) else case

    def case_changed(self) -> bool:
        """Whether the message says something of the case that was not known."""
        return any(self.changes[name] != self.slots.get(name) for name in CASE if name in self.changes)

    def scope(
        self, *, audience: Optional[str] = None, stage: Optional[str] = None, local: bool = True
    ) -> dict[str, Any]:
        """The scope of a reply, as the contract names it."""
        return {
            "area": self.area if local else "england",
            "audience": audience,
            "stage": stage,
            "role": self.role,
        }

    def asking(self) -> tuple[str, ...]:
        """The sentences that do not only tell something."""
        return tuple(s for s, kind in self.sentences if kind not in TELLING)

    def question(self) -> str:
        """The message without the sentences that only tell something, if any other is left."""
        return " ".join(self.asking()) or str(self.reading.get("text") or self.text)

    def supplies(self, told: list[str]) -> bool:
        """Whether the message says what a waiting question lacks."""
        missing = (self.get("pending") or {}).get("missing")
        if missing in (self.get("facts") or {}):
            return "facts" in told
        return missing in told or (missing == "stage" and "suspensions" in told)

    # understanding ----------------------------------------------------------------------------------------------

    def understand(self) -> list[str]:
        """Take into the slots what the message says of the situation; the names of what it said. Once a turn."""
        if self.told is not None:
            return self.told
        told = self.told = []
        waiting = (self.get("pending") or {}).get("missing")
        reading = self._statements() if waiting and self.asks() else self.reading
        role = self.entities.get("role") or self._role_read(reading)
        stated = self.entities.get("role") or reading.get("role_stated") or waiting == "role"
        if role and (stated or not self.role):
            self._tell("role", role, told)
        area = self.entities.get("area") or reading.get("area")
        if area:
            self._tell("area", area, told)
        else:
            self.asked_area = self.reading.get("area")
        if reading.get("home_area"):
            self.set("home_area", reading["home_area"])
        self._understand_stage(reading, waiting, told)
        self._understand_decision(reading, waiting, told)
        facts = dict(reading.get("facts") or {})
        if term := self._days_this_term(reading):
            facts["days"] = term
        if facts:
            self.set("facts", {**(self.get("facts") or {}), **facts})
            told.append("facts")
        self._understand_case()
        return told

    def _understand_case(self) -> None:
        """What a message says of the rest of the case, where that is sure enough."""
        case = Situation.from_dict(self.get("situation") or {})
        before = case
        for name in ("days_this_time", "days_this_year"):
            case = case.with_(name, told) if (told := self.reading.get(name)) else case
        for name, value in (self.reading.get("case") or {}).items():
            case = case.with_(name, value)
        for name, (value, state, chance) in (self.understood.get("situation") or {}).items():
            if name in READ_ELSEWHERE or chance < SURE_FACT or (state == "asked" and case.value(name)):
                continue
            try:
                case = case.with_(name, value, state)
            except ValueError:
                continue
        if case != before:
            self.set("situation", case.to_dict())

    def _days_this_term(self, reading: dict[str, Any]) -> Optional[float]:
        """School days of suspension this term: those told, or those told on top of what was known."""
        known = (self.get("facts") or {}).get("days") or Situation.from_dict(self.get("situation") or {}).get(
            "days_this_time"
        )
        more = reading.get("days_this_time")
        if known and more and reading.get("days_added"):
            self.summed = (known, more)
            return float(known) + float(more)
        self.summed = tuple(reading.get("days_listed") or ())
        return reading.get("days")

    def asks(self) -> bool:
        """Whether the message has the shape of a question, in any part of it."""
        return not self.tapped and asks(self.text)

    def _statements(self) -> dict[str, Any]:
        """What the parts of the message say that ask nothing."""
        part = told_in(self.text)
        return self.desk.reader.read(part).as_dict() if part else {}

    def _understand_decision(self, reading: dict[str, Any], waiting: Optional[str], told: list[str]) -> None:
        """What was decided. What is only feared or denied says 'nothing yet', but not against a known decision."""
        decision = self.entities.get("decision") or (None if reading.get("implied") else reading.get("decision"))
        if waiting == "decision" and not decision and reading.get("text"):
            decision = decisions().answer(reading["text"])
        denied = self.decision in (reading.get("denied") or ())
        if not decision and (denied or not self.decision or waiting == "decision"):
            decision = reading.get("decision")
        if decision or denied:
            self._tell("decision", decision, told)

    def _tell(self, name: str, value: Any, told: list[str]) -> None:
        self.set(name, value)
        told.append(name)

    def _understand_stage(self, reading: dict[str, Any], waiting: Optional[str], told: list[str]) -> None:
        text = str(reading.get("text") or "")
        counts = list(reading.get("counts") or [])
        corrects = self.intent == "inform" or bool(CORRECTS.search(plain(text)))
        known = self.get("suspensions") is not None or bool(self.get("stage"))
        corrects = corrects and known
        if not counts and known and waiting in (None, "stage"):
            counts = recount(plain(text))
        if not counts and (waiting == "stage" or corrects):
            counts = bare_numbers(text)
            if corrects and waiting != "stage":
                counts = [n for n in counts if n]  # 'no EHC plan' is no count of suspensions
        stage = self.entities.get("stage") or reading.get("stage")
        if not counts and not known and text and not self.knowledge.stage(self.area, stage):
            named = self._stage_by_name()
            stage = named.code if named else stage
        if stage:
            self._tell("stage", stage, told)
            self.set("suspensions", None)
        elif len(counts) == 1:
            self._tell("suspensions", counts[0], told)
            self.set("stage", "minor" if counts[0] == 0 else None)

    def context_text(self) -> str:
        """What is remembered, as a person reads it: 'Parent or carer · Staffordshire · 4 suspensions'."""
        return situation(self.knowledge, **{name: self.get(name) for name in CONTEXT})


def _ordinary(ranking: list[dict[str, Any]]) -> tuple[str, float]:
    """The likeliest intent that has nothing to do with danger, and its confidence."""
    other = next((r for r in ranking if not str(r.get("name")).startswith("crisis")), None)
    return (str(other["name"]), float(other.get("confidence") or 0.0)) if other else ("nlu_fallback", 0.0)


def _hinted(tracker: Tracker, kinds: list[str]) -> bool:
    """Whether one of the last few replies had the gentle line, for these kinds too. An adviser has it every time."""
    if tracker.get_latest_input_channel() == "console":
        return False
    events = [e for e in tracker.events if e.get("event") in ("user", "bot")]
    before = [at for at, e in enumerate(events) if e["event"] == "user"][:-1][-HINT_HOLDS:]
    for at in before:
        hint = any(((e.get("metadata") or {}).get("reply") or {}).get("hint") for e in events[at + 1 : at + 2])
        shown = ((events[at].get("parse_data") or {}).get("crisis") or {}).get("kinds") or []
        if hint and set(kinds) <= set(shown):
            return True
    return False


def bare_numbers(text: str) -> list[int]:
    """A number that stands alone in a short answer: '4', 'the fourth', 'none', 'two so far'."""
    found = re.findall(r"\b\d{1,2}|\w+", plain(text))
    if len(found) > 9:
        return []
    numbers = [int(w) if w.isdigit() else NUMBERS[w] for w in found if w.isdigit() or (w in NUMBERS and w != "a")]
    if not numbers and any(w in ("none", "zero", "no", "never") for w in found):
        return [0]
    return numbers[:1]
