"""What the crisis detector makes of clauses, the trained part's findings given: pages, the gentle line, kinds."""

from __future__ import annotations

from typing import Any, Sequence

import pytest

from bot.nlu.crisis import CrisisDetector, Danger
from bot.nlu.danger import Finding
from knowledge.danger import UNSURE

LIMITS = CrisisDetector.get_default_config()
STRONG, WEAK = LIMITS["clear"] + 0.1, LIMITS["unclear"] + 0.01
SUICIDE, DISCLOSING, THREAT = "suicide-or-self-harm", "child-disclosing", "threat-to-others-or-weapon"
EXPLOITATION, EMERGENCY = "exploitation-or-missing", "emergency-now"


class _Signs:
    """Finds what it is told to."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = list(findings)

    def read(self, _: str) -> list[Finding]:
        return self._findings


def danger(text: str, *findings: tuple[float, dict[str, float]]) -> Danger:
    signs: Any = _Signs([Finding(f"clause {n}", strength, kinds) for n, (strength, kinds) in enumerate(findings)])
    return CrisisDetector(LIMITS, None, None, signs)._danger(text)  # type: ignore[arg-type]


def test_a_clause_that_shows_enough_is_a_page_and_less_is_the_gentle_line() -> None:
    assert danger("x", (STRONG, {SUICIDE: 0.9})).page
    less = danger("x", (WEAK, {SUICIDE: 0.9}))
    assert (less.page, less.heavy, less.kinds) == (False, True, [SUICIDE])
    assert not danger("x", (LIMITS["unclear"] - 0.1, {SUICIDE: 0.9})).heavy


def test_of_many_clauses_one_must_show_more() -> None:
    nothing = (-5.0, {SUICIDE: 0.1})
    assert danger("x", (STRONG, {SUICIDE: 0.9})).page
    assert not danger("x", (STRONG, {SUICIDE: 0.9}), *[nothing] * 20).page


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


def test_a_weak_sign_of_the_gravest_kind_does_not_go_before_a_plain_one() -> None:
    kinds = danger("my dad hits me with a belt", (LIMITS["beside"] + 0.05, {EMERGENCY: 0.6})).kinds
    assert kinds[0] == DISCLOSING
    assert danger("x", (3.0, {DISCLOSING: 0.95, EMERGENCY: 0.8})).kinds[0] == EMERGENCY
