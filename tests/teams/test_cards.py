"""A Reply as cards: what goes where, and that a press, a phone and a client without cards are thought of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.channels.messenger import Part, Showing
from bot.channels.teams.cards import LIMIT, TEXT_LIMIT, cards, parts, texts
from bot.channels.teams.client import TeamsClient
from bot.replies import Button, Reply, as_text
from tests.conftest import ROOT
from tests.teams.view import card, seen, spoken

EXAMPLES = {
    e["name"]: Reply.from_dict(e["reply"])
    for e in YAML(typ="safe").load((ROOT / "bot/widget/examples.yml").read_text(encoding="utf-8"))["examples"]
}


def top(reply: Reply) -> list[dict[str, Any]]:
    """The elements of the first card."""
    return list(card(cards(reply)[0])["body"])


def test_every_button_carries_its_payload_its_conversation_and_its_step() -> None:
    reply = EXAMPLES["step"]
    found = seen(cards(reply, "", "1a2b3c4d", "parents:one")).buttons
    assert found == [
        (b.title, {"payload": b.payload, "token": "1a2b3c4d", "step": "parents:one"}) for b in reply.buttons
    ]
    (first, *_) = seen(cards(EXAMPLES["greeting"], token="1a2b3c4d")).buttons
    assert first[1] == {"payload": "/ask_next", "token": "1a2b3c4d"}


def test_buttons_stand_side_by_side_only_where_a_phone_has_room() -> None:
    reply = Reply("clarifies", "Which?", buttons=[Button(t, "/walk") for t in ("Done", "Not yet", "x" * 40, "Back")])
    rows = [[a["title"] for a in e["actions"]] for e in top(reply) if e["type"] == "ActionSet"]
    assert rows == [["Done", "Not yet"], ["x" * 40], ["Back"]]


def test_the_walk_shows_the_steps_title_its_part_with_ticks_and_the_whole_list_folded() -> None:
    reply = EXAMPLES["step"]
    reply.steps[0]["state"] = "considered"
    body = top(reply)
    texts_ = [e["text"] for e in body if e["type"] == "TextBlock"]
    assert any(e.get("style") == "heading" and e["text"] == reply.steps[0]["title"] for e in body)
    assert f"1 of {len(reply.steps)} answered" in texts_
    assert any(t.startswith("◇ ") and t.endswith("(Considered, not now)") for t in texts_)
    folded = [e for e in body if e["type"] == "Container"]
    (whole,) = [e for e in folded if e["items"][0]["actions"][0]["title"] == "The whole list"]
    assert whole["items"][1]["isVisible"] is False
    assert sum(1 for e in whole["items"][1]["items"] if e["text"][0] in "☐◇") == len(reply.steps)
    reply.steps[0]["state"] = None


def test_contacts_of_a_crisis_are_open_and_can_be_called() -> None:
    body = top(EXAMPLES["crisis"])
    calls = [
        a["url"]
        for e in body
        for i in e.get("items", [])
        for a in i.get("actions", [])
        if a["type"] == "Action.OpenUrl"
    ]
    assert "tel:999" in calls
    assert "tel:116123" in calls
    assert not any(e.get("isVisible") is False for e in body)


def test_a_long_list_of_contacts_is_folded() -> None:
    body = top(EXAMPLES["next-steps"])
    titles = [i["actions"][0]["title"] for e in body if e["type"] == "Container" for i in e["items"] if "actions" in i]
    assert titles == ["Who can help (4)", "Where this comes from (5)"]


def test_a_notification_gives_nothing_away() -> None:
    (made,) = cards(EXAMPLES["step"])
    assert made["summary"] == "Inclusion Guide has answered"
    assert "text" not in made
    assert "999" in cards(EXAMPLES["crisis"])[0]["summary"]


def test_what_is_too_long_for_one_card_goes_into_several_and_loses_nothing() -> None:
    lines = [f"- line {n} " + "words " * 30 for n in range(300)]
    reply = Reply("answered", "\n".join(["Title", "", *lines]), buttons=[Button("Done", "/done")])
    made = cards(reply)
    shown = seen(made)
    assert len(made) > 1
    assert shown.faults == []
    assert all(len(json.dumps(m, ensure_ascii=False).encode("utf-16-le")) <= LIMIT for m in made)
    assert all(f"line {n} " in shown.words for n in range(300))
    assert [title for title, _ in shown.buttons] == ["Done"]


def test_one_endless_line_is_split_too() -> None:
    made = seen(cards(Reply("answered", "- " + "x" * 50_000)))
    assert made.faults == []
    assert made.words.count("x") == 50_000


@given(st.text("ab .\n-1*_", max_size=9000), st.integers(20, 4000))
def test_a_text_is_split_within_the_limit_and_loses_nothing(text: str, limit: int) -> None:
    made = parts(text, limit)
    assert all(0 < len(part) <= limit for part in made)
    assert "".join("".join(made).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "# no heading",
        "> no quote",
        "12. March",
        "- - -",
        "*a* _b_ [c](d) `e` ~f~ \\g",
        "snake_case https://a.example/b_c_d.",
    ],
)
def test_markup_in_words_stays_words(text: str) -> None:
    shown = seen(cards(Reply("answered", f"So: {text}.\n\nAnd:\n{text}x")))
    assert f"So: {text}." in shown.words
    assert shown.words.count(text.removeprefix("- ").removeprefix("12. ")) == 2


def test_every_card_says_its_words_to_clients_that_show_none() -> None:
    for name, reply in EXAMPLES.items():
        said = "\n".join(spoken(each) for each in cards(reply, "Pupil A"))
        for line in [*as_text(reply).split("\n"), *reply.notes, *(b.title for b in reply.buttons)]:
            assert line.strip() in said, (name, line)
        for contact in reply.contacts:
            assert contact["title"] in said, name
        for source in reply.sources:
            assert source["title"] in said, name
        if reply.status == "walkthrough_step":
            assert all(step["title"] in said for step in reply.steps), name


# ------------------------------------------------------------------------------------------------- which message


def made(**showing: Any) -> list[Part]:
    return TeamsClient(None).parts(Showing(**showing))  # type: ignore[arg-type]


def test_a_tick_changes_the_card_that_was_pressed_and_words_get_a_new_one() -> None:
    reply = EXAMPLES["step"]
    (pressed,) = made(reply=reply, board="7", pressed="7")
    assert (pressed.body["place"], pressed.board) == ("7", True)
    (typed,) = made(reply=reply, board="7")
    assert (typed.body["place"], typed.board) == (None, True)
    (elsewhere,) = made(reply=reply, board="7", pressed="3")
    assert elsewhere.body["place"] is None


def test_only_the_walk_stands_in_place() -> None:
    (answer,) = made(reply=EXAMPLES["noted"], board="7", pressed="7")
    assert (answer.body["place"], answer.board) == (None, False)
    (end,) = made(reply=EXAMPLES["summary"], board="7", pressed="7")
    assert (end.body["place"], end.board) == ("7", True)


def test_the_same_showing_gives_the_same_parts() -> None:
    for reply in EXAMPLES.values():
        assert made(reply=reply, heading="Pupil A", token="x", step="a1b2c3") == made(
            reply=reply, heading="Pupil A", token="x", step="a1b2c3"
        )


def test_the_summary_to_copy_is_a_text_and_no_card() -> None:
    reply = Reply("walkthrough_summary", "Pupil A: summary\n\n" + "line\n" * 2000, notes=["Press and hold."])
    bodies = [part.body["activity"] for part in made(reply=reply, note=True)]
    assert all("attachments" not in body and len(body["text"]) <= TEXT_LIMIT for body in bodies)
    assert bodies[-1]["text"] == "Press and hold."
    assert sum(body["text"].count("line") for body in bodies) == 2000
    assert texts("") == []
