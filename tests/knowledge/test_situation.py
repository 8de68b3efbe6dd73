"""The facts of a case: the table, what follows from what, and conditions with three answers."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any, Optional

import pytest

from knowledge import clock, situation
from knowledge.situation import Condition, Situation, Value, facts

TODAY = datetime.date(2026, 11, 25)  # a Wednesday


@pytest.fixture(autouse=True)
def a_wednesday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def test_every_fact_can_be_shown_and_asked() -> None:
    for fact in facts().values():
        assert fact.label, fact.name
        assert fact.ask in ("first", "if-it-decides", "never"), fact.name
        assert (fact.question is not None) == (fact.ask != "never"), fact.name
        assert fact.question is None or fact.question.count("?") >= 1, fact.name
        assert bool(fact.values) == (fact.type in ("choice", "choices")), fact.name
        assert all(value != situation.UNKNOWN and label for value, label in fact.values.items()), fact.name
        assert set(fact.sources) <= set(facts()), fact.name


def test_every_rule_is_of_a_fact_that_says_what_it_comes_from() -> None:
    assert set(situation._RULES) <= {fact.name for fact in facts().values() if fact.sources}


@pytest.mark.parametrize(
    ("case", "name", "value"),
    [
        ({}, "governors_bracket", None),
        ({"decision": "permanent"}, "governors_bracket", "permanent"),
        ({"decision": "permanent", "exam": "yes"}, "governors_bracket", "permanent"),
        ({"decision": "suspended", "exam": "yes", "days_this_term": 2}, "governors_bracket", "exam"),
        ({"days_this_term": 5}, "governors_bracket", "up-to-5"),
        ({"days_this_term": 5.5}, "governors_bracket", "over-5-to-15"),
        ({"days_this_term": 15}, "governors_bracket", "over-5-to-15"),
        ({"days_this_term": 15.5}, "governors_bracket", "over-15"),
        ({"days_this_time": 16}, "governors_bracket", "over-15"),
        ({"days_this_time": 6}, "governors_bracket", None),
        ({"days_this_time": 6, "suspensions_this_year": 1}, "governors_bracket", "over-5-to-15"),
        ({"decision": "suspended", "days_this_time": 5}, "day_six", "not-reached"),
        ({"decision": "suspended", "days_this_time": 6}, "day_six", None),
        ({"decision": "permanent", "days_out_so_far": 5}, "day_six", "not-reached"),
        ({"decision": "permanent", "days_out_so_far": 6}, "day_six", "reached"),
        ({"days_out_so_far": 6}, "day_six", None),
        ({"days_this_year": 12.5}, "days_left_of_45", 32.5),
        ({"days_this_year": 50}, "days_left_of_45", 0),
        ({"time_of_day": "morning"}, "first_duty_day", "that-day"),
        ({"time_of_day": "afternoon"}, "first_duty_day", "next-school-day"),
        ({"date_governors_letter": "2026-11-20"}, "review_window", "open"),
        ({"date_governors_letter": "2026-11-06"}, "review_window", "nearly-over"),  # 13 weekdays ago
        ({"date_governors_letter": "2026-10-30"}, "review_window", None),  # 18: open only if there were holidays
        ({"date_governors_letter": "2026-07-01"}, "review_window", "closed"),
        ({"date_decided": "2026-11-01"}, "claim_window", "open"),
        ({"date_decided": "2026-06-10"}, "claim_window", "nearly-over"),
        ({"date_decided": "2026-05-26"}, "claim_window", "nearly-over"),  # today is the last day
        ({"date_decided": "2026-05-25"}, "claim_window", "closed"),
        ({"area": "hackney", "home_area": "suffolk"}, "home_area_differs", "yes"),
        ({"area": "hackney", "home_area": "hackney"}, "home_area_differs", "no"),
        ({"area": "hackney"}, "home_area_differs", None),
        ({"looked_after": "no"}, "known_to_social_care", None),
        ({"looked_after": "no", "social_worker": "no"}, "known_to_social_care", "no"),
        ({"social_worker": "yes"}, "known_to_social_care", "yes"),
        ({"year_group": "6"}, "phase", "primary"),
        ({"year_group": "7"}, "phase", "secondary"),
        ({"year_group": "12"}, "phase", "sixth-form"),
        ({"year_group": "reception"}, "phase", "early-years"),
        ({"year_group": "reception", "phase": "primary"}, "phase", "primary"),  # what is told goes before
        ({"year_group": "11"}, "compulsory_age", "yes"),
        ({"year_group": "12"}, "compulsory_age", "no"),
        ({"age": 5}, "compulsory_age", None),
        ({"age": 9}, "compulsory_age", "yes"),
        ({"age": 18}, "pupil_18", "yes"),
        ({"area": "staffordshire", "stage": "4"}, "staffs_stage", "4"),
        ({"area": "hackney", "stage": "4"}, "staffs_stage", "elsewhere"),
        ({"stage": "4"}, "staffs_stage", None),
    ],
)
def test_what_follows_is_worked_out(case: dict[str, Any], name: str, value: Any) -> None:
    assert Situation.of(case).get(name) == value


def test_only_what_is_so_is_a_value() -> None:
    case = Situation.of({"decision": Value("suspended", "not"), "ehc_plan": "yes", "letter": None})
    assert case.get("decision") is None
    assert case.value("decision") == Value("suspended", "not")
    assert (case.get("ehc_plan"), case.value("letter")) == ("yes", None)


def test_a_situation_never_changes() -> None:
    first = Situation.of({"decision": "suspended"})
    second = first.with_("decision", "permanent", came="tapped")
    assert (first.get("decision"), second.get("decision")) == ("suspended", "permanent")
    assert second.with_("decision", None) == Situation()


def test_a_situation_travels_as_json() -> None:
    case = Situation.of(
        {"reason": ["weapon", "bullying"], "days_this_term": 5.5, "decision": Value("permanent", "asked")}
    )
    again = Situation.from_dict(json.loads(json.dumps(case.to_dict())))
    assert again == case
    assert Situation.from_dict({"a fact of an older table": ["x", "is", "said"], **case.to_dict()}) == case


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("decison", "none", "there is no fact `decison`. Did you mean `decision`?"),
        ("moon", "full", "there is no fact `moon`. Use a name of situation.yml."),
        ("decision", "suspend", "`suspend` is no value of `decision`. Did you mean `suspended`?"),
        ("ehc_plan", "perhaps", "`perhaps` is no value of `ehc_plan`. Use one of: yes, no."),
        ("age", "young", "`young` is no number for `age`. Write one, such as 5 or 5.5."),
        ("date_decided", "Monday", "`Monday` is no date for `date_decided`. Write it as 2026-11-28."),
    ],
)
def test_what_the_table_does_not_hold_is_refused(name: str, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        Situation.of({name: value})


@pytest.mark.parametrize(
    ("condition", "case", "holds"),
    [
        ("decision=suspended", {"decision": "suspended"}, True),
        ("decision=suspended", {"decision": "permanent"}, False),
        ("decision=suspended", {}, None),
        ("decision=suspended|permanent", {"decision": "permanent"}, True),
        ("decision!=suspended", {"decision": "permanent"}, True),
        ("decision!=suspended", {}, None),
        # what is not so, only feared, past, or somebody else's
        ("decision=suspended", {"decision": Value("suspended", "not")}, False),
        ("decision=permanent", {"decision": Value("suspended", "not")}, None),
        ("ehc_plan=no", {"ehc_plan": Value("yes", "not")}, True),
        ("decision=permanent", {"decision": Value("permanent", "threatened")}, False),
        ("decision=threatened", {"decision": Value("permanent", "threatened")}, True),
        ("decision=threatened", {"decision": Value("permanent", "considered")}, True),
        ("decision=suspended", {"decision": Value("suspended", "before")}, None),
        ("decision=suspended", {"decision": Value("suspended", "others")}, None),
        ("decision=suspended", {"decision": Value("suspended", "asked")}, None),
        # unknown is a value
        ("ehc_plan=yes|unknown", {}, True),
        ("ehc_plan=yes|unknown", {"ehc_plan": "no"}, False),
        ("nation=unknown", {"nation": "wales"}, False),
        ("nation=unknown", {}, True),
        ("date_decided!=unknown", {}, False),
        ("date_decided!=unknown", {"date_decided": "2026-11-01"}, True),
        ("known_to_social_care!=no", {}, None),
        ("known_to_social_care!=no", {"looked_after": "yes"}, True),
        # numbers
        ("days_this_time>5", {"days_this_time": 5}, False),
        ("days_this_time>5", {"days_this_time": 5.5}, True),
        ("days_this_time>=5 & days_this_time<=5", {"days_this_time": 5}, True),
        ("previous_permanent=1", {"previous_permanent": 1.0}, True),
        ("age<18", {}, None),
        # several values at once
        ("reason=weapon|bullying", {"reason": ["bullying", "disruption"]}, True),
        ("reason!=weapon", {"reason": ["bullying"]}, True),
        ("reason=weapon", {"reason": "bullying"}, False),
        # words and places
        ("intervention=psp|reu", {"intervention": "reu"}, True),
        ("area=not-held", {"area": "hackney"}, False),
        # all of several
        ("decision=permanent & ehc_plan=yes", {"decision": "suspended"}, False),
        ("decision=permanent & ehc_plan=yes", {"decision": "permanent"}, None),
        ("decision=permanent & ehc_plan=yes", {"decision": "permanent", "ehc_plan": "yes"}, True),
        ("governors_bracket=over-5-to-15", {"days_this_term": 7}, True),
        ("staffs_stage=4", {"area": "hackney"}, False),
    ],
)
def test_a_condition_holds_or_not_or_turns_on_what_is_not_known(
    condition: str, case: dict[str, Any], holds: Optional[bool]
) -> None:
    assert Condition.parse(condition).holds(Situation.of(case)) is holds


def test_a_condition_says_what_it_turns_on() -> None:
    condition = Condition.parse("governors_bracket=over-15 & ehc_plan=yes")
    assert condition.facts == ("governors_bracket", "ehc_plan")
    assert condition.open(Situation()) == ["decision", "ehc_plan"]
    assert condition.open(Situation.of({"decision": "suspended", "ehc_plan": "yes"})) == ["days_this_term"]
    assert condition.open(Situation.of({"days_this_term": 20, "ehc_plan": "yes"})) == []


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("decison=none", "there is no fact `decison`. Did you mean `decision`?"),
        ("ehc_plan=maybe", "`maybe` is no value of `ehc_plan`. Use one of: yes, no."),
        ("decision>5", "`decision` is no number. Use = or != with it."),
        ("age>young", "`young` is no number for `age`. Write one, such as 5 or 5.5."),
        ("date_decided=2026-11-01", "`date_decided` is a date. Compare it only with `unknown`."),
        (
            "an EHC plan",
            "`an EHC plan` is no condition. Write a fact, a sign and a value, such as `ehc_plan=yes`, "
            "and join several by ` & `.",
        ),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused(condition: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        Condition.parse(condition)


@pytest.mark.parametrize(
    ("condition", "possible"),
    [
        ("decision=suspended & ehc_plan=yes", True),
        ("decision=suspended & decision=permanent", False),
        ("decision=suspended & decision!=permanent", True),
        ("days_this_time>5 & days_this_time<3", False),
        ("days_this_time>5 & days_this_time<=6", True),
        ("governors_bracket=permanent & decision=suspended", False),
        ("governors_bracket=over-15 & decision=suspended", True),
        ("known_to_social_care=no & looked_after=yes", False),
        ("reason=weapon & reason=bullying", True),
        ("staffs_stage=4 & area=hackney", False),
        ("staffs_stage=4 & area=staffordshire", True),
        ("stage=two & area=marlshire", True),
    ],
)
def test_whether_any_case_can_meet_a_condition(condition: str, possible: bool) -> None:
    assert Condition.parse(condition).possible() is possible
