"""From guides to one person's answer, over Northfold's two small guides and changes to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from knowledge import __main__ as command
from knowledge import place, read, store
from knowledge.blocks import Block, as_text
from knowledge.compose import Composed, compose
from knowledge.situation import Situation
from knowledge.store import Knowledge
from tests.knowledge.test_store import Embed

LOST = "guides/lamps/lamp-lost.yml"
FOUND = "guides/lamps/lamp-found.yml"
Tell = Callable[..., Composed]


@pytest.fixture
def change(content: Path) -> Callable[[str, str, str], None]:
    """Puts other words into a guide of Northfold's content."""

    def changed(name: str, old: str, new: str) -> None:
        text = (content / name).read_text(encoding="utf-8")
        assert old in text
        (content / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return changed


@pytest.fixture
def tell(content: Path) -> Tell:
    """The answer from Northfold's guides as they stand."""

    def answer(
        ids: list[str], case: Optional[dict[str, Any]] = None, role: Optional[str] = None, area: Any = None, **more: Any
    ) -> Composed:
        documents, faults = read.read(content)
        assert not faults, faults
        entries: dict[str, dict[str, Any]] = {}
        for d in documents:
            entries.setdefault(d.kind, {})[d.entry.id] = d.entry
        knowledge = Knowledge(entries, [], Embed()(["nothing"]))
        return compose(knowledge, ids, Situation.of(case or {}), role, area, **more)

    return answer


def block(answer: Composed, kind: str, folded: bool = False) -> Optional[Block]:
    return next((b for b in answer.blocks if b.kind == kind and b.folded == folded), None)


def items(answer: Composed, kind: str, folded: bool = False) -> list[str]:
    return [item for b in answer.blocks if b.kind == kind and b.folded == folded for item in b.items]


def read_first(answer: Composed) -> str:
    return as_text(answer.blocks, folded=False)


# ------------------------------------------------------------------------------------------------------ the first words


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("parent", "It depends on who took your child's lamp."),
        ("child", "It depends on who took your lamp."),
        ("school", "It depends on who took the pupil's lamp."),
        ("governor", "It depends on who took the pupil's lamp."),  # the guide has words for all who work with families
        (None, "It depends on who took the child's lamp."),
    ],
)
def test_each_reader_gets_their_own_words(tell: Tell, role: Optional[str], words: str) -> None:
    answer = block(tell(["lamp-lost"], {"decision": "permanent"}, role), "answer")
    assert answer is not None
    assert (answer.text, answer.items, answer.title) == (words, (), "")


def test_who_is_not_meant_gets_the_words_of_who_is(tell: Tell) -> None:
    answer = tell(["lamp-found"], {}, "school", "northfold")
    assert read_first(answer).startswith("Take the lamp home.")


def test_the_most_special_case_that_holds_is_told(tell: Tell) -> None:
    answer = block(tell(["lamp-lost"], {"decision": "threatened"}, "child"), "answer")
    assert answer is not None
    assert (answer.text, answer.items) == ("No. Nobody has taken your lamp yet.", ())


def test_cases_that_are_not_known_are_told_with_their_label(tell: Tell) -> None:
    answer = block(tell(["lamp-lost"], {}, "child"), "answer")
    assert answer is not None
    assert answer.text == "It depends on who took your lamp."
    assert answer.items == ("If it is only threatened: No. Nobody has taken your lamp yet.",)


def test_too_many_cases_are_folded(tell: Tell, change: Callable[[str, str, str], None]) -> None:
    line = "  - asks: may\n    when: {}\n    label: If {}\n    text: {{child: It is {}.}}\n    cites: [law/day-six]\n"
    more = line.format("ehc_plan=yes", "planned", "planned") + line.format("looked_after=yes", "in care", "in care")
    change(LOST, "answers:\n", f"answers:\n{more}")
    answer = tell(["lamp-lost"], {}, "child")
    shown = block(answer, "answer")
    assert shown is not None
    assert shown.items == ()
    assert {"If planned: It is planned.", "If in care: It is in care."} <= set(items(answer, "points", folded=True))


def test_what_is_asked_chooses_the_first_words(tell: Tell) -> None:
    answer = block(tell(["lamp-lost"], {}, "child", asks="how"), "answer")
    assert answer is not None
    assert answer.text == "Ask a teacher."


# -------------------------------------------------------------------------------------------------------- what follows


def test_what_holds_is_told_and_what_may_hold_is_folded(tell: Tell) -> None:
    answer = tell(["lamp-lost"], {}, "child")
    assert items(answer, "points") == ["You have one lamp.", "Lamps get lost in the dark."]
    assert "With an EHC plan: A plan may name a second lamp." in items(answer, "points", folded=True)
    answer = tell(["lamp-lost"], {"ehc_plan": "yes"}, "child")
    assert items(answer, "points")[-1] == "A plan may name a second lamp."
    assert "second lamp" not in as_text(tell(["lamp-lost"], {"ehc_plan": "no"}, "child").blocks, folded=None)


def test_a_point_that_answers_the_question_moves_up(tell: Tell) -> None:
    assert items(tell(["lamp-lost"], {}, "child", asks="why"), "points")[0] == "Lamps get lost in the dark."


def test_a_deadline_is_told_where_it_holds_and_with_its_label_where_it_may(tell: Tell) -> None:
    assert items(tell(["lamp-lost"], {}, "child"), "deadline") == [
        "If it is permanent: Tell the team within 15 school days."
    ]
    assert items(tell(["lamp-lost"], {"decision": "permanent"}, "child"), "deadline") == [
        "Tell the team within 15 school days."
    ]
    assert block(tell(["lamp-lost"], {"decision": "back"}, "child"), "deadline") is None


def test_a_council_s_own_part_is_for_its_people_alone(tell: Tell) -> None:
    here = tell(["lamp-lost"], {}, "parent", "northfold")
    local = block(here, "local")
    assert local is not None
    assert (local.title, local.text) == ("In Northfold", "In Northfold's plan a lamp is lent for a week.")
    for area in (None, "england"):
        elsewhere = tell(["lamp-lost"], {}, "parent", area)
        assert "Northfold" not in as_text(elsewhere.blocks, folded=None)


def test_a_guide_of_one_council_is_for_its_people_alone(tell: Tell) -> None:
    assert tell(["lamp-found"], {}, "parent", "england").blocks == []
    assert tell(["lamp-lost"], {}, "parent", "england").next == []
    assert tell(["lamp-lost"], {}, "parent", "northfold").next == ["lamp-found"]


def test_a_part_of_a_council_s_stage_is_not_told_where_the_council_is_not_known(
    tell: Tell, change: Callable[[str, str, str], None]
) -> None:
    change(LOST, "    when: ehc_plan=yes\n", "    when: staffs_stage=4\n")
    for area in (None, "northfold"):
        assert "second lamp" not in as_text(tell(["lamp-lost"], {}, "child", area).blocks, folded=None)


def test_the_area_s_own_help_comes_with_its_number(tell: Tell) -> None:
    answer = tell(["lamp-lost"], {}, "parent", "northfold")
    assert items(answer, "help") == ["Northfold lamp team: 01632 960111"]
    assert [contact["id"] for contact in answer.contacts] == ["northfold-lamp-team"]
    [line] = items(tell(["lamp-lost"], {}, "parent"), "help")
    assert line.startswith("The council's lamp team (tell me which council area")
    assert items(tell(["lamp-lost"], {}, "parent", "england"), "help") == ["The council's lamp team"]


def test_help_where_the_child_lives_is_of_that_area(tell: Tell, change: Callable[[str, str, str], None]) -> None:
    case = {"home_area": "northfold"}
    assert "01632" not in read_first(tell(["lamp-lost"], case, "parent", "england"))
    change("help/lamp.yml", "where: school", "where: home")
    assert "01632" in read_first(tell(["lamp-lost"], case, "parent", "england"))


def test_what_is_not_known_and_the_sources_are_folded(tell: Tell) -> None:
    answer = tell(["lamp-lost"], {}, "parent", "northfold")
    assert items(answer, "note", folded=True) == ["We do not hold what a lamp costs. Ask the lamp team."]
    assert len(items(answer, "sources", folded=True)) == len(answer.sources) == len({s["id"] for s in answer.sources})
    assert block(answer, "sources") is None


def test_an_answer_names_the_records_it_rests_on(tell: Tell) -> None:
    answer = tell(["lamp-lost"], {}, "parent", "northfold")
    assert answer.records == ["day-six", "board-games", "northfold-lamp-team"]
    assert tell(["lamp-lost"], {}, "parent").records == ["day-six"]  # none of another area
    assert answer.needs == ["lamp-lost"]


def test_the_fact_that_changes_most_is_named(tell: Tell) -> None:
    assert tell(["lamp-lost"], {}, "parent").missing == "decision"
    assert tell(["lamp-lost"], {"decision": "back"}, "parent").missing == "area"
    assert tell(["lamp-lost"], {"decision": "back"}, "parent", "northfold").missing == "ehc_plan"
    assert tell(["lamp-lost"], {"decision": "back", "ehc_plan": "no"}, "parent", "northfold").missing is None


# ----------------------------------------------------------------------------------------------- twice, and two at once


def test_what_was_read_is_not_told_again(tell: Tell) -> None:
    first = tell(["lamp-lost"], {"decision": "permanent"}, "child")
    again = tell(["lamp-lost"], {"decision": "permanent"}, "child", told=first.parts)
    assert items(again, "points") == ["With an EHC plan: A plan may name a second lamp."]
    assert not set(items(again, "points")) & set(items(first, "points"))
    assert block(again, "answer") is None
    last = tell(["lamp-lost"], {"decision": "permanent"}, "child", told=[*first.parts, *again.parts])
    assert last.blocks == []


def test_a_new_fact_brings_what_it_changes(tell: Tell) -> None:
    first = tell(["lamp-lost"], {"decision": "permanent"}, "child")
    changed = tell(["lamp-lost"], {"decision": "permanent", "ehc_plan": "yes"}, "child", told=first.parts)
    assert items(changed, "points") == ["A plan may name a second lamp."]
    changed = tell(["lamp-lost"], {"decision": "threatened"}, "child", told=first.parts)
    assert read_first(changed).startswith("No. Nobody has taken your lamp yet.")


def test_what_was_read_is_told_again_where_it_answers_the_question(tell: Tell) -> None:
    first = tell(["lamp-lost"], {}, "child")
    assert items(tell(["lamp-lost"], {}, "child", asks="why", told=first.parts), "points")[0] == (
        "Lamps get lost in the dark."
    )


def test_two_guides_are_one_answer_with_nothing_twice(tell: Tell, change: Callable[[str, str, str], None]) -> None:
    change(FOUND, "A lamp that was lent goes back after a week.", "Every child has one single lamp, found or lost.")
    change(LOST, "Each child has one lamp.", "Every child has one single lamp, found or lost.")
    answer = tell(["lamp-lost", "lamp-found"], {}, "parent", "northfold")
    assert [(b.title, b.text) for b in answer.blocks if b.kind == "answer"] == [
        ("The lamp is lost", "It depends on who took your child's lamp."),
        ("The lamp is found", "Take the lamp home."),
    ]
    assert items(answer, "points").count("Every child has one single lamp, found or lost.") == 1
    assert items(answer, "do_now") == ["Look under your child's bed.", "Tell the lamp team."]
    assert answer.needs == ["lamp-lost", "lamp-found"]
    assert answer.next == []


def test_what_is_too_much_to_read_at_once_is_folded(tell: Tell, change: Callable[[str, str, str], None]) -> None:
    long = " ".join(["word"] * 30)
    points = "".join(
        f"  - id: more-{n}\n    text: {{child: {long} {n}.}}\n    cites: [law/day-six]\n" for n in range(6)
    )
    change(LOST, "do_now:\n", f"{points}do_now:\n")
    answer = tell(["lamp-lost"], {"decision": "back", "ehc_plan": "yes"}, "child")
    shown = [b for b in answer.blocks if not b.folded and b.kind in ("answer", "points", "do_now", "deadline")]
    assert sum(len(" ".join([b.text, *b.items]).split()) for b in shown) <= 160 * 1.06 * 1.25
    assert "A plan may name a second lamp." in items(answer, "points"), "what is special to the case stays"
    assert f"{long} 5." in items(answer, "points", folded=True)


# ------------------------------------------------------------------------------------------------------- the command


@pytest.fixture
def show(content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[..., tuple[int, str]]:
    """`./run knowledge show …` over Northfold's content: its exit code and what it prints."""
    url = f"sqlite:///{tmp_path / 'k.db'}"
    store.build(url, Embed(), content)
    monkeypatch.setattr(place, "knowledge_url", lambda: url)

    def shown(*arguments: str) -> tuple[int, str]:
        code = command.main(["show", *arguments])
        out, err = capsys.readouterr()
        return code, out + err

    return shown


def test_show_prints_what_that_reader_sees_and_what_is_folded_after_a_line(
    show: Callable[..., tuple[int, str]],
) -> None:
    code, text = show("lamp-lost", "--as", "parent", "--with", "decision=threatened,ehc_plan=yes", "--in", "northfold")
    assert code == 0
    before, fold, after = text.partition(command.FOLD)
    assert fold
    assert before.startswith("No. Nobody has taken your child's lamp yet.\n")
    assert "A plan may name a second lamp." in before
    assert "In Northfold's plan a lamp is lent for a week." in before
    assert "We do not hold what a lamp costs." in after
    assert "Next: The lamp is found" in after


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lamp-lost", "--with", "decison=threatened"], "--with: there is no fact `decison`. Did you mean `decision`?"),
        (
            ["lamp-lost", "--with", "threatened"],
            "--with: `threatened` is no fact with a value. Write it as `decision=threatened`.",
        ),
        (["lamp-lost", "--in", "southfold"], "There is no area `southfold`."),
        (["lamp-found"], "`lamp-found` is for people of northfold. Add `--in northfold`."),
        (["lamp"], "There is no guide and no record `lamp`."),
    ],
)
def test_show_says_what_it_cannot_show(show: Callable[..., tuple[int, str]], arguments: list[str], words: str) -> None:
    assert show(*arguments) == (1, f"{words}\n")


def test_show_prints_a_record_as_before(show: Callable[..., tuple[int, str]]) -> None:
    code, text = show("day-six", "--role", "parent")
    assert code == 0
    assert text.startswith("From the sixth school day there must be lessons.\n")
