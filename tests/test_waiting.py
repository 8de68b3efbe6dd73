"""While a question of ours waits, a question of theirs is answered and fills in nothing; what is told fills it in."""

from __future__ import annotations

from typing import Any, Callable

import pytest

# what leads to our question, its status, and questions in between that name what it asks for
WAITING: dict[str, tuple[list[str], list[str]]] = {
    "asks_decision": (
        ["What happens next"],
        [
            "what is a PEX?",
            "what does permanently excluded mean?",
            "is sent home without a letter the same as suspended",
            "what is a fixed term exclusion",
            "how long can he be suspended for?",
            "can they expel him for that",
            "tell me about permanent exclusion",
            "permanently excluded?",
        ],
    ),
    "asks_role": (
        ["fourth suspension, Stafford. what am I meant to do?"],
        [
            "what does a social worker do?",
            "what is a clerk to the governors",
            "who is the designated safeguarding lead?",
            "can a foster carer speak at the governors meeting",
        ],
    ),
    "asks_area": (
        ["I'm a mum, he's had four suspensions. what am I asked to do?"],
        ["what does Hackney's policy say?", "do you know Leicestershire", "is it different in Suffolk?"],
    ),
    "asks_stage": (
        ["I'm a SENCO in Stafford", "what is expected of us?"],
        [
            "what happens at 5 suspensions?",
            "is a single serious incident enough for a permanent exclusion?",
            "can he be suspended for 3 days?",
            "does a 2 day suspension count",
        ],
    ),
}
ROUNDS = [
    pytest.param(status, asked, id=f"{status}: {asked}") for status, (_, all_) in WAITING.items() for asked in all_
]


@pytest.mark.parametrize(("status", "asked"), ROUNDS)
def test_a_question_in_between_is_answered_and_fills_in_nothing(
    status: str, asked: str, talk: Callable[[], Any]
) -> None:
    person = talk()
    for message in WAITING[status][0]:
        first = person(message)
    assert first["custom"]["status"] == status
    known = first["custom"]["scope"]
    between = person(asked)
    for name in ("role", "area") if status != "asks_area" else ("role",):
        if between["custom"]["scope"].get(name) != "england":
            assert between["custom"]["scope"].get(name) == known.get(name), between
    ours = {b["payload"] for b in first["buttons"]}
    assert ours <= {b["payload"] for b in between["buttons"]}, between["buttons"]
    assert first["text"].split("?")[0] in between["text"]
    # nothing was filled in: the same question of ours comes again
    again = person("/ask_next" if status == "asks_decision" else "/walk")
    assert again["custom"]["status"] == status, again


@pytest.mark.parametrize(
    ("status", "told", "records"),
    [
        ("asks_decision", "suspended til friday", ["next-steps-suspended"]),
        ("asks_decision", "perm", ["next-steps-permanent"]),
        ("asks_decision", "not suspended, just cant get in", ["next-steps-nothing-yet"]),
        ("asks_decision", "sent home, no letter", ["next-steps-sent-home"]),
        ("asks_role", "his nan", ["staffs-4-parents"]),
        ("asks_area", "Stafford", ["staffs-4-parents"]),
        ("asks_stage", "five", ["staffs-5-plus-schools"]),
    ],
)
def test_what_is_told_after_a_question_in_between_fills_it_in(
    status: str, told: str, records: list[str], talk: Callable[[], Any]
) -> None:
    person = talk()
    for message in WAITING[status][0]:
        person(message)
    person(WAITING[status][1][0])
    assert person(told)["custom"]["records"] == records


@pytest.mark.parametrize(
    "message",
    [
        "not suspended, just cant get in",
        "managed move or its permanent",
        "school going permanent",
        "if they perm exclude",
        "his mate got permed",
        "my other son was excluded last year",
        "he was suspended in primary",
        "the head is considering a permanent exclusion",
    ],
)
def test_what_is_not_so_opens_no_reply_and_is_not_remembered(message: str, talk: Callable[[], Any]) -> None:
    person = talk()
    text = person(message)["text"].lower()
    assert not text.startswith(("your child has been", "you have been"))
    for decision in ("suspended ·", "· suspended", "permanently excluded"):
        assert decision not in text.split("\n")[0]
    after = person("/ask_next")
    assert after["custom"]["records"] in ([], ["next-steps-nothing-yet"]), after


def test_a_threat_does_not_undo_what_was_decided_and_a_denial_does(talk: Callable[[], Any]) -> None:
    person = talk()
    person("my son has been suspended for two days")
    person("now they are threatening to permanently exclude him")
    assert person("what happens next?")["custom"]["records"] == ["next-steps-suspended"]
    person("sorry, he isn't suspended")
    assert person("what happens next?")["custom"]["records"] != ["next-steps-suspended"]
