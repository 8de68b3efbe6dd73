"""The facts of a case: one typed table (situation.yml), what is known of one case, and conditions on it."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import functools
import itertools
import re
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Literal, Mapping, Optional, Union, get_args

from ruamel.yaml import YAML

from knowledge import clock

Type = Literal["choice", "choices", "number", "date", "text", "area"]
State = Literal["is", "not", "threatened", "considered", "before", "others", "asked"]
Came = Literal["said", "tapped", "inferred"]
Held = Union[str, int, float, tuple[str, ...]]

UNKNOWN = "unknown"
NEARLY_OVER = datetime.timedelta(days=28)
REVIEW_DAYS = 15  # school days
LONGEST_HOLIDAY = 35  # weekdays, with a margin


@dataclasses.dataclass(frozen=True)
class Fact:
    """One thing that may be known of a case. `sources` are the facts that it can be worked out from."""

    name: str
    type: Type
    label: str
    values: Mapping[str, str]
    question: Optional[str]
    ask: Literal["first", "if-it-decides", "never"]
    sources: tuple[str, ...] = ()
    area: Optional[str] = None


@functools.cache
def facts() -> Mapping[str, Fact]:
    """The table of all facts, by name."""
    rows = YAML(typ="safe").load((Path(__file__).parent / "situation.yml").read_text(encoding="utf-8"))["facts"]
    return {
        name: Fact(
            name=name,
            type=row["type"],
            label=row["label"],
            values={str(value): label for value, label in row.get("values", {}).items()},
            question=row.get("question"),
            ask=row["ask"],
            sources=tuple(row.get("from", ())),
            area=row.get("area"),
        )
        for name, row in rows.items()
    }


def fact(name: str) -> Fact:
    """The fact of this name; raises ValueError with the nearest name."""
    if name not in facts():
        near = difflib.get_close_matches(name, facts(), 1)
        hint = f"Did you mean `{near[0]}`?" if near else "Use a name of situation.yml."
        raise ValueError(f"there is no fact `{name}`. {hint}")
    return facts()[name]


@dataclasses.dataclass(frozen=True)
class Value:
    """What is known of one fact, how it stands, and how it came."""

    value: Held
    state: State = "is"
    came: Came = "said"


@dataclasses.dataclass(frozen=True)
class Situation:
    """What is known of one case. It never changes: `with_` makes another. What follows is worked out on reading."""

    held: Mapping[str, Value] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Situation":
        """A situation from plain values or `Value`s, by fact; None is left out. Raises ValueError in plain words."""
        situation = cls()
        for name, value in values.items():
            whole = value if isinstance(value, Value) else Value(value)
            situation = situation.with_(name, whole.value, whole.state, whole.came)
        return situation

    def with_(self, name: str, value: Any, state: State = "is", came: Came = "said") -> "Situation":
        """The situation with one fact set, or forgotten where the value is None; raises ValueError in plain words."""
        rest = {n: v for n, v in self.held.items() if n != name}
        if value is None:
            return Situation(rest)
        if state not in get_args(State):
            raise ValueError(f"`{state}` is no state. Use one of: {', '.join(get_args(State))}.")
        return Situation({**rest, name: Value(_typed(fact(name), value), state, came)})

    def value(self, name: str) -> Optional[Value]:
        """What is known of a fact, told or worked out; None if nothing is."""
        if name in self.held:
            return self.held[name]
        rule = _RULES.get(name)
        result = rule(self) if rule else _in_area(self, fact(name)) if fact(name).area else None
        return None if result is None else Value(result, came="inferred")

    def get(self, name: str) -> Any:
        """The value of a fact if it is so; None if it is not known, or denied, feared, past or somebody else's."""
        current = self.value(name)
        return current.value if current and current.state == "is" else None

    def to_dict(self) -> dict[str, list[Any]]:
        """The form that travels as JSON."""
        return {
            name: [list(v.value) if isinstance(v.value, tuple) else v.value, v.state, v.came]
            for name, v in self.held.items()
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Situation":
        """The situation that `to_dict` made; what the table no longer knows is left out."""
        situation = cls()
        for name, (value, state, came) in data.items():
            try:
                situation = situation.with_(name, value, state, came)
            except ValueError:
                continue
        return situation


def _typed(about: Fact, value: Any) -> Held:
    """A value in the form of its fact; raises ValueError in plain words."""
    if about.type == "number":
        return _number(about, value)
    if about.type == "date":
        try:
            return datetime.date.fromisoformat(str(value)).isoformat()
        except ValueError:
            raise ValueError(f"`{value}` is no date for `{about.name}`. Write it as 2026-11-28.") from None
    if about.type == "choices":
        several = [value] if isinstance(value, str) else list(value)
        return tuple(_word(about, each) for each in several)
    return _word(about, value)


def _number(about: Fact, value: Any) -> Union[int, float]:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"`{value}` is no number for `{about.name}`. Write one, such as 5 or 5.5.") from None
    return int(number) if number.is_integer() else number


def _word(about: Fact, value: Any) -> str:
    word = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    if about.values and word not in about.values:
        near = difflib.get_close_matches(word, about.values, 1)
        hint = f"Did you mean `{near[0]}`?" if near else f"Use one of: {', '.join(about.values)}."
        raise ValueError(f"`{word}` is no value of `{about.name}`. {hint}")
    return word


# ------------------------------------------------------------------------------------------- what can be worked out


def _governors_bracket(case: Situation) -> Optional[str]:
    if case.get("decision") == "permanent":
        return "permanent"
    if case.get("exam") == "yes":
        return "exam"
    days = case.get("days_this_term")
    this_time = case.get("days_this_time")
    if days is None and case.get("suspensions_this_year") == 1:
        days = this_time
    if days is None:  # this suspension alone may be enough to know
        return "over-15" if (this_time or 0) > 15 else None
    return "up-to-5" if days <= 5 else "over-5-to-15" if days <= 15 else "over-15"


def _day_six(case: Situation) -> Optional[str]:
    out = case.get("days_out_so_far")
    if case.get("decision") not in ("suspended", "permanent"):
        return None
    if case.get("decision") == "suspended" and (case.get("days_this_time") or 6) <= 5:
        return "not-reached"
    return None if out is None else "reached" if out > 5 else "not-reached"


def _days_left(case: Situation) -> Optional[float]:
    days = case.get("days_this_year")
    return None if days is None else max(0, 45 - days)


def _first_duty_day(case: Situation) -> Optional[str]:
    return {"morning": "that-day", "afternoon": "next-school-day"}.get(case.get("time_of_day"))


def _review_window(case: Situation) -> Optional[str]:
    """Term dates are not known here, so only what weekdays alone make certain."""
    day = _date(case, "date_governors_letter")
    if day is None:
        return None
    gone = sum((day + datetime.timedelta(n)).weekday() < 5 for n in range(1, (clock.today() - day).days + 1))
    if gone > REVIEW_DAYS + LONGEST_HOLIDAY:
        return "closed"
    return "open" if gone < REVIEW_DAYS - 3 else "nearly-over" if gone <= REVIEW_DAYS else None


def _claim_window(case: Situation) -> Optional[str]:
    """Six months less a day; holidays count."""
    day = _date(case, "date_decided")
    if day is None:
        return None
    years, month = divmod(day.month + 5, 12)
    first = datetime.date(day.year + years, month + 1, 1)
    after = (first + datetime.timedelta(31)).replace(day=1) - datetime.timedelta(1)  # the month's last day
    last = first.replace(day=min(day.day, after.day)) - datetime.timedelta(1)
    left = last - clock.today()
    return "closed" if left.days < 0 else "nearly-over" if left <= NEARLY_OVER else "open"


def _date(case: Situation, name: str) -> Optional[datetime.date]:
    written = case.get(name)
    return datetime.date.fromisoformat(written) if written else None


def _home_area_differs(case: Situation) -> Optional[str]:
    school, home = case.get("area"), case.get("home_area")
    return None if not school or not home else "no" if school == home else "yes"


def _known_to_social_care(case: Situation) -> Optional[str]:
    either = {case.get("looked_after"), case.get("social_worker")}
    return "yes" if "yes" in either else "no" if either == {"no"} else None


def _phase(case: Situation) -> Optional[str]:
    year = case.get("year_group")
    if year in (None, "nursery", "reception"):
        return year and "early-years"
    return "primary" if int(year) <= 6 else "secondary" if int(year) <= 11 else "sixth-form"


def _compulsory_age(case: Situation) -> Optional[str]:
    """From the term after the fifth birthday to the end of Year 11; in Reception and at 5 or 16 it depends."""
    year, age = case.get("year_group"), case.get("age")
    if year is not None and year != "reception":
        return "yes" if year in map(str, range(1, 12)) else "no"
    if age is None or age in (5, 16):
        return None
    return "yes" if 5 < age < 16 else "no"


def _pupil_18(case: Situation) -> Optional[str]:
    age = case.get("age")
    return None if age is None else "yes" if age >= 18 else "no"


def _in_area(case: Situation, about: Fact) -> Optional[str]:
    """The stage of one council's pathway: that of the case if the school is there, none of them if it is elsewhere."""
    area = case.get("area")
    return None if area is None else case.get("stage") if area == about.area else "elsewhere"


_RULES: dict[str, Callable[[Situation], Optional[Held]]] = {
    "governors_bracket": _governors_bracket,
    "day_six": _day_six,
    "days_left_of_45": _days_left,
    "first_duty_day": _first_duty_day,
    "review_window": _review_window,
    "claim_window": _claim_window,
    "home_area_differs": _home_area_differs,
    "known_to_social_care": _known_to_social_care,
    "phase": _phase,
    "compulsory_age": _compulsory_age,
    "pupil_18": _pupil_18,
}


# -------------------------------------------------------------------------------------------------------- conditions

_TERM = re.compile(r"\s*(\w+)\s*(!=|>=|<=|=|>|<)\s*([^=<>!]+?)\s*")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": lambda value, limit: value > limit,
    "<": lambda value, limit: value < limit,
    ">=": lambda value, limit: value >= limit,
    "<=": lambda value, limit: value <= limit,
}


@dataclasses.dataclass(frozen=True)
class Term:
    """One comparison of a condition: a fact, a sign, and the values it is compared with."""

    fact: str
    sign: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Term":
        """The comparison that a text writes; raises ValueError in plain words."""
        match = _TERM.fullmatch(text)
        if not match:
            raise ValueError(
                f"`{text.strip()}` is no condition. Write a fact, a sign and a value, such as `ehc_plan=yes`, "
                "and join several by ` & `."
            )
        name, sign, written = match.groups()
        about = fact(name)
        values = tuple(value.strip() for value in written.split("|"))
        for value in values:
            if value == UNKNOWN and sign in ("=", "!="):
                continue
            if sign in _COMPARE and about.type != "number":
                raise ValueError(f"`{name}` is no number. Use = or != with it.")
            if about.type == "date":
                raise ValueError(f"`{name}` is a date. Compare it only with `unknown`.")
            _typed(about, value)
        return cls(name, sign, values)

    def holds(self, case: Situation) -> Optional[bool]:
        """Whether it is so; None if that turns on something that is not known."""
        if self.sign in _COMPARE:
            number = case.get(self.fact)
            return None if number is None else _COMPARE[self.sign](number, float(self.values[0]))
        same = self._is_one_of(case)
        return same if same is None or self.sign == "=" else not same

    def _is_one_of(self, case: Situation) -> Optional[bool]:
        about = facts()[self.fact]
        current = case.value(self.fact)
        state = current.state if current else "asked"
        if state in ("threatened", "considered") and "threatened" in about.values:
            return "threatened" in self.values  # of a decision: so far it is no more than that
        wanted = set(self.values) - {UNKNOWN}
        named = _as_set(current.value) if current else set()
        if state == "is":
            return bool(named & {_plain(about, value) for value in wanted})
        if state == "not":
            left = set(about.values) - named
            if wanted and wanted <= named:
                return UNKNOWN in self.values
            if about.type == "choice" and left and left <= wanted:
                return True
        return True if UNKNOWN in self.values else None


def _as_set(value: Held) -> set[str]:
    return set(value) if isinstance(value, tuple) else {str(value)}


def _plain(about: Fact, value: str) -> str:
    """A value of a condition as the situation holds it: 5.0 as 5."""
    return str(_number(about, value)) if about.type == "number" else value


@dataclasses.dataclass(frozen=True)
class Condition:
    """Comparisons that all have to hold: `decision=suspended|permanent & ehc_plan=yes`."""

    terms: tuple[Term, ...]

    @classmethod
    @functools.cache
    def parse(cls, text: str) -> "Condition":
        """The condition that a text writes; raises ValueError in plain words."""
        return cls(tuple(map(Term.parse, re.split(r"&", text))))

    @property
    def text(self) -> str:
        """The condition as it is written."""
        return " & ".join(f"{term.fact}{term.sign}{'|'.join(term.values)}" for term in self.terms)

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of the facts it turns on."""
        return tuple(dict.fromkeys(term.fact for term in self.terms))

    def holds(self, case: Situation) -> Optional[bool]:
        """Whether it is so; None if that turns on a fact that is not known."""
        results = [term.holds(case) for term in self.terms]
        return False if False in results else None if None in results else True

    def open(self, case: Situation) -> list[str]:
        """The facts to find out before it is clear whether it holds: told ones, not those that are worked out."""
        undecided = [term.fact for term in self.terms if term.holds(case) is None]
        return list(dict.fromkeys(name for each in undecided for name in _to_find_out(each, case)))

    def possible(self) -> bool:
        """Whether any case at all can meet it."""
        return _possible(self)

    def cases(self) -> Iterator[Situation]:
        """Cases that tell apart what the condition may turn on."""
        names: list[str] = []
        for name in self.facts:
            about = facts()[name]
            follows = (name in _RULES or about.area) and set(about.sources) & set(self.facts)
            names += about.sources if follows else [name]
        names = list(dict.fromkeys(names))
        for values in itertools.product(*(self._values(name) for name in names)):
            yield Situation({n: Value(v) for n, v in zip(names, values) if v is not None})

    def _values(self, name: str) -> list[Any]:
        about = facts()[name]
        if about.type == "number":
            limits = {
                0.0,
                5.0,
                15.0,
                *(float(v) for t in self.terms if t.fact == name for v in t.values if v != UNKNOWN),
            }
            return [None, *sorted({n + step for n in limits for step in (-0.5, 0, 0.5) if n + step >= 0})]
        if about.type == "choices":
            return [None, *((value,) for value in about.values), tuple(about.values)]
        if about.type == "date":
            return [None, clock.today().isoformat()]
        return [None, *(about.values or {"another", *self._places_and_words(name)})]

    def _places_and_words(self, name: str) -> Iterator[str]:
        """What the terms name of a fact with no closed list of values, or of what follows from it."""
        for term in self.terms:
            if name in (term.fact, *facts()[term.fact].sources):
                yield from term.values
                yield from filter(None, [facts()[term.fact].area])


@functools.cache
def _possible(condition: Condition) -> bool:
    return any(condition.holds(case) for case in condition.cases())


def _to_find_out(name: str, case: Situation) -> Iterable[str]:
    """The first fact to ask for where this one is not known: itself, or one that it is worked out from."""
    about = facts()[name]
    if about.question or not about.sources:
        return [name]
    return next(([source] for source in about.sources if case.value(source) is None and facts()[source].question), [])
