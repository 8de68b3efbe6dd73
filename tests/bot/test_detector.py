"""What the crisis detector makes of clauses, the trained part's findings given: pages, the gentle line, kinds."""

from __future__ import annotations

from typing import Any, Sequence

import pytest

from bot.nlu import whole
from bot.nlu.crisis import CrisisDetector, Danger
from bot.nlu.danger import Finding
from knowledge.danger import UNSURE
from tests.eval.danger import fingerprint

LIMITS = CrisisDetector.get_default_config()
STRONG, WEAK = 0.65, LIMITS["unclear"] + 0.01  # what one clause shows: enough alone, and for the gentle line
SOME, NOTHING = 0.1, -5.0  # too little in a message of some length, unless more is told
SUICIDE, DISCLOSING, THREAT = "suicide-or-self-harm", "child-disclosing", "threat-to-others-or-weapon"
EXPLOITATION, EMERGENCY = "exploitation-or-missing", "emergency-now"


class _Signs:
    """Finds what it is told to."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = list(findings)

    def read(self, _: str) -> list[Finding]:
        return self._findings


def danger(text: str, *findings: tuple[float, dict[str, float]]) -> Danger:
    return shown(text, *(clause(n, *finding) for n, finding in enumerate(findings)))


def clause(n: int, strength: float, kinds: dict[str, float], pair: bool = False) -> Finding:
    """The clause of this number, or it and the next together."""
    return Finding(f"clause {n}", strength, kinds, (10 * n, 10 * n + (19 if pair else 9)), pair)


def shown(text: str, *findings: Finding) -> Danger:
    signs: Any = _Signs(findings)
    return CrisisDetector(LIMITS, None, None, signs)._danger(text)  # type: ignore[arg-type]


def test_a_clause_that_shows_enough_is_a_page_and_less_is_the_gentle_line() -> None:
    assert danger("x", (STRONG, {SUICIDE: 0.9})).page
    less = danger("x", (WEAK, {SUICIDE: 0.9}))
    assert (less.page, less.heavy, less.kinds) == (False, True, [SUICIDE])
    assert not danger("x", (LIMITS["unclear"] - 0.1, {SUICIDE: 0.9})).heavy


def test_of_many_clauses_one_must_show_more() -> None:
    nothing = (NOTHING, {SUICIDE: 0.1})
    assert danger("x", (STRONG, {SUICIDE: 0.9})).page
    assert not danger("x", (STRONG, {SUICIDE: 0.9}), *[nothing] * 20).page


def test_danger_that_is_told_over_several_clauses_is_a_page_where_one_of_them_is_not() -> None:
    some, nothing = (SOME, {SUICIDE: 0.8}), (NOTHING, {SUICIDE: 0.1})
    assert not danger("x", some, *[nothing] * 8).page
    assert danger("x", some, nothing, some, nothing, some, *[nothing] * 4).page


def test_clauses_of_other_kinds_add_less_than_those_that_tell_the_same() -> None:
    def after(kind: str) -> bool:
        more, nothing = (SOME, {kind: 0.8}), (NOTHING, {SUICIDE: 0.1})
        return danger("x", (SOME, {SUICIDE: 0.8}), nothing, more, nothing, more, *[nothing] * 4).page

    assert after(SUICIDE)
    assert not after("staff-concern")


def test_what_is_told_once_counts_once_however_often_it_is_read() -> None:
    read = [clause(n, SOME, {SUICIDE: 0.8}) for n in (0, 2, 4)]
    again = [clause(0, SOME, {SUICIDE: 0.8}) for _ in range(3)]
    rest = [clause(n, NOTHING, {SUICIDE: 0.1}) for n in range(6, 12)]
    assert shown("x", *read, *rest).page
    assert not shown("x", *again, *rest).page


def test_a_clause_read_with_its_neighbour_names_no_kind_beside_the_stronger_reading() -> None:
    alone, together = clause(0, 1.6, {DISCLOSING: 0.9}), clause(0, 0.2, {THREAT: 0.9}, pair=True)
    assert shown("my stepdad locks him in the shed", alone, together).kinds == [DISCLOSING]
    assert THREAT in shown("my stepdad locks him in the shed", alone, clause(2, 0.2, {THREAT: 0.9})).kinds


def test_a_plain_sign_goes_before_a_kind_that_one_clause_seems_to_show() -> None:
    gone = danger("since yesterday he hasnt come home. a knife is gone", (SOME, {THREAT: 0.6, EMERGENCY: 0.4}))
    assert gone.kinds[:2] == [EXPLOITATION, THREAT]


def test_the_decision_is_learnt_from_the_messages_as_they_stand_and_by_measures_that_there_are() -> None:
    assert whole.learnt()["learnt_from"] == fingerprint()
    assert list(whole.learnt()["weights"]) == list(whole.measures([]))
    assert not whole.enough([])


def test_a_kind_that_is_denied_is_not_on_the_page_of_another() -> None:
    shown = danger("he is not suicidal. he hits me", (STRONG, {DISCLOSING: 0.9, SUICIDE: 0.4}))
    assert shown.page
    assert SUICIDE not in shown.kinds
    assert SUICIDE in danger("he hits me", (STRONG, {DISCLOSING: 0.9, SUICIDE: 0.4})).kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("nobody is hitting him at home", "child-disclosing"),
        ("she would never hurt herself", SUICIDE),
        ("hes not being exploited", EXPLOITATION),
        ("there was no knife", THREAT),
    ],
)
def test_words_deny_the_kind_that_they_name_and_no_other(text: str, kind: str) -> None:
    every = {SUICIDE: 0.4, "child-disclosing": 0.4, EXPLOITATION: 0.4, THREAT: 0.4}
    weights = {name: 0.0 for name in every} | {kind: 0.4}
    assert kind not in danger(text, (STRONG, {"staff-concern": 0.9, **weights})).kinds
    for other in set(every) - {kind}:
        assert other in danger(text, (STRONG, {"staff-concern": 0.9, other: 0.4})).kinds, other


def test_a_kind_that_is_denied_and_plainly_shown_stays() -> None:
    assert danger("he says he is not suicidal but he has cut his wrists", (STRONG, {SUICIDE: 0.9})).kinds[0] == SUICIDE


@pytest.mark.parametrize("chance", [0.2, 0.5])
def test_where_no_kind_is_likely_all_help_comes_first(chance: float) -> None:
    kinds = danger("x", (STRONG, {EXPLOITATION: chance, THREAT: 0.1})).kinds
    assert kinds[:2] == [UNSURE, EXPLOITATION]


def test_a_page_has_the_three_likeliest_kinds_and_what_plain_words_show_counts_more() -> None:
    likely = (3.0, {SUICIDE: 0.9, DISCLOSING: 0.8, THREAT: 0.5, EXPLOITATION: 0.4})
    assert danger("x", likely).kinds == [SUICIDE, DISCLOSING, THREAT]
    assert set(danger("she has been groomed online", likely).kinds) == {SUICIDE, DISCLOSING, EXPLOITATION}


def test_a_kind_that_is_hardly_shown_is_not_put_beside_another() -> None:
    assert danger("x", (3.0, {DISCLOSING: 0.9}), (-0.5, {THREAT: 0.4})).kinds == [DISCLOSING]
    assert danger("x", (3.0, {DISCLOSING: 0.9}), (0.5, {THREAT: 0.8})).kinds == [DISCLOSING, THREAT]


def test_a_weak_sign_of_the_gravest_kind_does_not_go_before_a_plain_one() -> None:
    kinds = danger("my dad hits me with a belt", (LIMITS["beside"] + 0.05, {EMERGENCY: 0.6})).kinds
    assert kinds[0] == DISCLOSING
    assert danger("x", (3.0, {DISCLOSING: 0.95, EMERGENCY: 0.8})).kinds[0] == EMERGENCY
