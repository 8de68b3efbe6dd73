"""What an entry of each kind looks like: its fields, types and limits. One class a kind, one folder a class."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, Iterator, Literal, Optional, get_args

from pydantic import BaseModel, ConstrainedStr, Field, HttpUrl, validator
from pydantic.errors import DateError

from knowledge.situation import Condition as Case

Role = Literal["parent", "child", "school", "governor", "professional", "council", "adviser"]
Audience = Literal["parents", "schools", "council", "partners"]
Decision = Literal["nothing", "sent-home", "suspended", "permanent", "back"]
Strength = Literal["must", "should", "may", "consider", "ask", "will"]
Condition = Literal[
    "in_care",
    "social_worker",
    "ehc_plan",
    "sen",
    "health_need",
    "community_risk",
    "safeguarding_concern",
    "entrust_eligible",
    "parent_asks",
]


if TYPE_CHECKING:
    # to the type checker these are what they are made of
    Id = str
    Words = str
    ShortNote = str
    ButtonTitle = str
    When = str
    Pattern = str
    Label = str
    PartialDate = str
else:

    class Id(ConstrainedStr):
        """Lower-case words joined by hyphens; short, because a Telegram button carries at most 64 bytes."""

        regex = r"^[a-z0-9]+(-[a-z0-9]+)*$"
        max_length = 44

    class Words(ConstrainedStr):
        """Text that a person reads: never empty."""

        strip_whitespace = True
        min_length = 1

    class Label(Words):
        """A title short enough for a button or a checklist line."""

        max_length = 80

    class ButtonTitle(Words):
        """A title that fits a button on a phone."""

        max_length = 45

    class When(Words):
        """A condition on the facts of a case, such as `decision=suspended & ehc_plan=yes`."""

        @classmethod
        def validate(cls, value: str) -> str:
            text = super().validate(value)
            Case.parse(text)
            return str(text)

    class ShortNote(Words):
        """A word of warning that fits behind a source in brackets."""

        max_length = 110

    class Pattern(Words):
        """A regular expression over lower-case text without apostrophes."""

        @classmethod
        def validate(cls, value: str) -> str:
            text = super().validate(value)
            try:
                re.compile(text)
            except re.error as error:
                raise ValueError(f"is not a pattern: {error}. Correct it.") from error
            return str(text)

    class PartialDate(ConstrainedStr):
        """A date as exact as the source gives it: 2025, 2025-10 or 2025-10-31."""

        regex = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"


class Part(BaseModel):
    """Anything an editor writes: unknown fields are faults."""

    class Config:
        extra = "forbid"
        arbitrary_types_allowed = True


class Entry(Part):
    """What every entry has."""

    id: Id
    title: Label
    reviewed_on: datetime.date
    aliases: list[Label] = []
    examples: list[Words] = []

    @validator("reviewed_on", "effective_from", "effective_to", pre=True, check_fields=False)
    def no_number(cls, date: Any) -> Any:
        if isinstance(date, (int, float)):
            raise DateError  # a year alone would be read as so many seconds of 1970
        return date


class Sourced(Entry):
    """An entry that makes statements, and so cites what they rest on."""

    area: Id
    cites: list[Words] = []
    own_names: list[Label] = []  # of the names by which it can be called: those that mean nothing outside its area

    @validator("examples")
    def enough_examples(cls, examples: list[str]) -> list[str]:
        if len(examples) < 5:
            raise ValueError(
                f"has {len(examples)} example questions; write at least 5, in the words of those who would ask"
            )
        return examples


def reader(role: Optional[str]) -> str:
    """Whom a guide speaks to where somebody has this role; a role that is not known gets the family's words."""
    return {None: "family", "parent": "family"}.get(role, role or "family")


class Text(Part):
    """The same statement for its readers. Children get the parents' words where they have none of their own."""

    parent: Words
    staff: Words
    child: Optional[Words] = None

    def for_role(self, role: Optional[str]) -> str:
        if role == "child" and self.child:
            return self.child
        return self.parent if role in (None, "parent", "child") else self.staff


class Source(Entry):
    publisher: Words
    date: Optional[PartialDate]
    area: Id
    url: Optional[HttpUrl] = None
    note: Optional[ShortNote] = None
    about: Optional[Words] = None
    inventory: list[Words] = []


class Area(Entry):
    kind: Literal["covered", "national", "not-covered", "other-law"]
    places: list[Label] = []
    note: Words
    contacts: list[Id] = []


class Meaning(Part):
    parent: Words
    staff: Words


class Need(Meaning):
    cites: list[Words]


class Resource(Part):
    text: Words
    url: Optional[HttpUrl] = None
    cites: list[Words]


class Stage(Sourced):
    code: Id
    order: int
    from_count: Optional[int] = None
    to_count: Optional[int] = None
    meaning: Meaning
    meaning_cites: list[Words]
    level_of_need: list[Need]
    resources: list[Resource] = []


class Duty(Part):
    """One line of the pathway: who is asked, or has, to do what, and how strongly."""

    id: Id
    title: Label
    text: Words
    strength: Strength
    condition: Optional[Condition] = None
    how: Optional[Words] = None
    why: Optional[Words] = None
    question: Optional[Words] = None
    with_law: list[Words] = []
    cites: list[Words]
    aliases: list[Label] = []
    examples: list[Words] = []


class Group(Part):
    title: Label
    duties: list[Duty]


class Duties(Entry):
    audience: Audience
    stage: Id
    section: Words
    groups: list[Group]

    def lines(self) -> list[Duty]:
        return [duty for group in self.groups for duty in group.duties]


class Point(Part):
    title: Label
    text: Words
    cites: list[Words]


class Correction(Part):
    """A mistaken belief in the words people use, and the one sentence that is right instead."""

    belief: Words
    instead: Words


class Guidance(Sourced):
    topic: Words
    text: Text
    corrects: list[Correction] = []
    now: list[Words] = []
    contacts: list[Id] = []
    with_law: list[Words] = []
    points: list[Point] = []
    see: list[Id] = []


class LawStep(Part):
    order: int
    title: Label
    text: Words
    decisions: Optional[list[Decision]] = None
    condition: Optional[Condition] = None


class LawWalk(Part):
    parents: Optional[LawStep] = None
    schools: Optional[LawStep] = None
    governors: Optional[LawStep] = None


class Law(Sourced):
    topic: Words
    text: Text
    corrects: list[Correction] = []
    strength: Literal["must", "should", "may"]
    decisions: list[Decision]
    who: list[Literal["parents", "schools", "governors", "council"]]
    walk: LawWalk = LawWalk()
    sources: list[Id]
    evidence: PartialDate
    confidence: Literal["high", "medium"]
    verify: Optional[Words] = None
    effective_from: Optional[datetime.date] = None
    effective_to: Optional[datetime.date] = None
    facts: list[Words]
    with_law: list[Words] = []
    contacts: list[Id] = []


class Service(Sourced):
    kind: Words
    for_: Words = Field(alias="for")
    who: Literal["public", "professionals", "both"]
    phone: Optional[Words] = None
    textphone: Optional[Words] = None  # reached by textphone or Relay UK, never by voice
    text_number: Optional[Words] = None
    email: Optional[Words] = None
    web: Optional[Words] = None
    after: list[Id] = []  # services to be named before this one: the police before a charity for the missing
    hours: Optional[Words] = None
    out_of_hours_phone: Optional[Words] = None
    confidence: Literal["high", "medium", "low"]
    verified: bool
    last_evidence: Optional[PartialDate] = None
    published_in: Optional[Id] = None
    officer: Optional[Words] = None
    notes: Optional[Words] = None


class PartWords(Part):
    """Steps and numbers for danger; `pin`: the numbers to call that stay on the screen."""

    steps: list[Words] = Field(..., min_items=1, max_items=6)
    services: list[Id] = []
    pin: list[Id] = Field([], max_items=2)


class CrisisWords(PartWords):
    """The words of one kind of danger for one role.

    `beside` numbers the steps that are told where a graver kind stands first, 0 being what the lead says; without it
    all are. `line` is the standing line with a number to ring that goes with a decline or a goodbye.
    """

    lead: Words
    local: list[Words] = []
    beside: Optional[list[int]] = None
    line: Optional[Words] = None


class SpecialWords(PartWords):
    """The words of a special part.

    Where it comes first and alone, its `lead` stands for the kind's, and only the steps in `keeps` stay of the kind's.
    """

    lead: Optional[Words] = None
    keeps: Optional[list[int]] = None


class CrisisPart(Part):
    """What is told only where a message shows it: a missing child, pictures, a forced marriage."""

    id: Id
    heading: Label
    signs: list[Pattern] = Field(..., min_items=1)
    first: bool = False  # cannot wait: before the steps of the kind
    roles: dict[str, SpecialWords]


class Criterion(Part):
    """One condition of an intervention, as data: whom it is for, who may refer, a threshold, a length, a review."""

    title: Label
    kind: Literal[
        "phase", "age", "referrer", "threshold", "consent", "review", "length", "deadline", "training", "cost"
    ]
    value: Optional[Words] = None
    text: Words
    cites: list[Words]


class Intervention(Sourced):
    tier: Literal["universal", "universal-plus", "complex"]
    what: Text
    why: Optional[Text] = None
    how: Optional[Text] = None
    use: Optional[Text] = None
    criteria: list[Criterion] = []
    evidence: Optional[Words] = None
    contacts: list[Id] = []
    with_law: list[Words] = []


class WebSource(Part):
    title: Words
    url: Optional[str] = None


CRISIS_ROLES = ("child", "parent", "school", "governor", "professional", "adviser", "unknown")


class Safeguarding(Entry):
    """The words for one kind of danger. `heading` stands above its steps where there are several kinds."""

    heading: Label
    roles: dict[str, CrisisWords]
    parts: list[CrisisPart] = []
    gentle: Optional[Words] = None
    despair: list[Pattern] = []  # words to which no goodbye and no 'nothing is open' is an answer
    sources: list[WebSource]
    approved: bool

    @validator("roles")
    def every_role(cls, roles: dict[str, Any]) -> dict[str, Any]:
        if set(roles) != set(CRISIS_ROLES):
            raise ValueError(f"must have words for exactly these roles: {', '.join(sorted(CRISIS_ROLES))}")
        return roles


class Term(Sourced):
    term: Label
    expansion: Optional[Words] = None
    text: Meaning


class Disagreement(Entry):
    """Where a local paper says something other than national law. National law leads wherever its records are shown."""

    kind: Literal["outdated", "more-than-law", "less-than-law", "not-a-duty"]
    source: Id
    local: list[Id] = Field(..., min_items=1)
    cites: list[Words] = Field(..., min_items=1)
    says: Words
    law: list[Words] = Field(..., min_items=1)
    instead: Text


# whom the texts of a guide speak to: `family` is a parent, carer or relative, `staff` everybody who has no words of
# their own; the others are roles
READERS = ("family", "child", "staff", "school", "governor", "council", "professional", "adviser")
# what a guide says without conditions, in words, and how much longer it may get before somebody has to shorten it
MOST_WORDS = {"family": 160, "child": 160}
MOST_WORDS_STAFF = 220
SPARE = 1.06


class GuidePart(Part):
    """Anything of a guide that is told: its words for each reader, the case in which it holds, and what it rests on.

    Several readers may share words: `family, child: …`. The label stands before the words where it is not clear
    whether the case holds.
    """

    text: dict[str, Words]
    when: Optional[When] = None
    label: Optional[ButtonTitle] = None
    cites: list[Words] = []

    @validator("cites", each_item=True)
    def whole_kind(cls, cite: str) -> str:
        kind, slash, name = cite.partition("/")
        return f"{kind}s/{name}" if slash and kind not in KINDS and f"{kind}s" in KINDS else cite

    def words(self, reader: str) -> Optional[str]:
        """The words for a reader; who works with families has those for `staff` where there are no other."""
        own = self.text.get(reader)
        return own if own or reader in ("family", "child") else self.text.get("staff")

    @validator("text", pre=True)
    def by_reader(cls, text: Any) -> Any:
        if not isinstance(text, dict):
            return text
        pairs = [(reader.strip(), words) for key, words in text.items() for reader in str(key).split(",")]
        readers = [reader for reader, _ in pairs]
        for reader in readers or [""]:
            if reader not in READERS:
                raise ValueError(f"speaks to `{reader}`. Write for some of: {', '.join(READERS)}.")
            if readers.count(reader) > 1:
                raise ValueError(f"speaks to `{reader}` twice. Keep one.")
        return dict(pairs)


class AnswerLine(GuidePart):
    """The first words to one way of asking, in one case."""

    asks: Literal["may", "must", "what", "how", "who", "when", "why"]


class GuidePoint(GuidePart):
    """One thing that holds; `asks`: the questions after the answer that it answers."""

    id: Id
    asks: list[Literal["why", "who", "how", "when", "what-if", "cost", "where"]] = []


class GuideQuestion(GuidePart):
    """One question that people put to this need, in their words, and its answer; told where it is asked."""

    id: Id
    ask: list[Words] = Field(..., min_items=2)


class Action(GuidePart):
    """One thing to do now."""

    id: Id


class Deadline(GuidePart):
    """By when something has to happen; `id`: its name in deadlines.yml."""

    id: Optional[Id] = None


class LocalPart(GuidePart):
    """What one council's paper adds."""

    area: Id


class NotKnown(Part):
    """What people may ask and the sources don't say, and the kind of help to ask."""

    text: Words
    help: Id


class SignOff(Part):
    """Who has read the guide against its sources, as somebody who knows the field and has not written it, and when."""

    by: Words
    on: datetime.date


class Guide(Entry):
    """The whole answer to one need, in parts that are put together for who asks.

    `area`: of this area alone. `when`: the case without which nobody has this need.
    """

    title: ButtonTitle
    for_: list[Role] = Field(..., alias="for", min_items=1)
    area: Optional[Id] = None
    when: Optional[When] = None
    answers: list[AnswerLine] = Field(..., min_items=1)
    points: list[GuidePoint] = Field(..., min_items=1)
    do_now: list[Action] = Field(..., min_items=1)
    deadlines: list[Deadline] = []
    local: list[LocalPart] = []
    questions: list[GuideQuestion] = []
    not_known: list[NotKnown] = []
    help: list[Id] = Field(..., min_items=1, max_items=4)
    next: list[Id] = Field(..., min_items=1, max_items=4)
    signed_off: Optional[SignOff] = None

    @validator("examples", always=True)
    def eight_examples(cls, examples: list[str]) -> list[str]:
        if len(examples) < 8:
            raise ValueError(f"has {len(examples)} examples; write at least 8, as different people would put it")
        return examples

    def parts(self) -> Iterator[tuple[str, int, GuidePart]]:
        """Every part with the field and the place it stands in."""
        for field in ("answers", "points", "do_now", "deadlines", "local", "questions"):
            for place, part in enumerate(getattr(self, field)):
                yield field, place, part


class Help(Entry):
    """A kind of help: the services of the area's own kinds come first, then those named here.

    `where`: it is the area of the school or of the home. Of the services named, another area's are left out.
    """

    where: Literal["school", "home"]
    local: list[Words] = []
    services: list[Id] = []


# what a right may turn on, in the order in which it is asked, and what may be known of it
TURNS_ON: dict[str, tuple[str, ...]] = {
    "independent": ("yes", "no"),  # a fee-paying school
    "decision": get_args(Decision),
    "days": ("up-to-5", "6-to-15", "over-15"),  # school days out this term, all suspensions together
    "exam": ("yes", "no"),  # a public exam or national test would be missed
    "ehc_plan": ("yes", "no"),
    "in_care": ("yes", "no"),
    "social_worker": ("yes", "no"),
}


class Cell(Part):
    """What applies in some situations: `when` names for each thing it turns on the values that lead here."""

    when: dict[Words, list[Words]] = {}
    law: list[Words] = Field(..., min_items=1)


class Right(Entry):
    """A table from the situation to the law that applies. The first cell that fits counts."""

    asked: list[Words] = Field(..., min_items=1)
    cells: list[Cell] = Field(..., min_items=2)


KINDS: dict[str, type[Part]] = {
    "sources": Source,
    "areas": Area,
    "stages": Stage,
    "duties": Duties,
    "guidance": Guidance,
    "law": Law,
    "interventions": Intervention,
    "services": Service,
    "safeguarding": Safeguarding,
    "glossary": Term,
    "disagreements": Disagreement,
    "rights": Right,
    "guides": Guide,
    "help": Help,
}
