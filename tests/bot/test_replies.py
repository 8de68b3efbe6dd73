"""A Reply in blocks: the order of reading, the text, what folds, and what each channel makes of a whole guide."""

from __future__ import annotations

import html
import json
from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.events import reply_event
from bot.channels.messenger import Showing
from bot.channels.rest import as_message
from bot.channels.teams.cards import cards
from bot.channels.telegram_client import TelegramClient
from bot.replies import Reply, as_text, shown, to_keep, with_contacts
from bot.widget import pages
from knowledge import render
from knowledge.blocks import Block, block_text, from_text
from knowledge.compose import compose
from knowledge.render import words
from knowledge.situation import Situation
from knowledge.store import Knowledge
from tests.teams.view import card

GUIDE = Reply.from_dict(pages.examples()["guide"]["reply"])
FOLDED = "You can ask for an interpreter"


def test_a_reply_comes_back_from_json_as_it_went() -> None:
    assert Reply.from_dict(GUIDE.to_dict()) == GUIDE
    assert all(isinstance(block, Block) for block in Reply.from_dict(GUIDE.to_dict()).blocks)


def test_the_answer_comes_first_then_what_to_do_by_when_and_who_helps_and_the_sources_last() -> None:
    text = as_text(GUIDE)
    titles, where = words()["guide"], words()["labels"]["where"]
    heads = [*(titles[name] for name in ("points", "do_now", "deadline", "help")), where]
    assert text.startswith(GUIDE.blocks[0].text)
    assert [text.index(f"\n{head}\n") for head in heads] == sorted(text.index(f"\n{head}\n") for head in heads)
    assert "\n1. Read the letter" in text
    assert "- Child Law Advice" in text[text.index(titles["help"]) : text.index(where)]


def test_what_is_folded_is_left_out_of_the_text_and_taken_away() -> None:
    assert FOLDED not in as_text(GUIDE)
    assert FOLDED in to_keep(GUIDE)


def test_the_order_holds_whatever_a_reply_is_made_of() -> None:
    contact, source = {"title": "A line", "phone": "111"}, {"title": "A paper", "publisher": "A council"}
    plain = Reply("answered", "Yes.", contacts=[contact], sources=[source], notes=["By the way."], hint="Ring 999.")
    kinds = ["hint", "answer", "help", "note", "sources"]
    assert [block.kind for block in shown(plain)] == kinds
    whole = Reply.from_dict({**plain.to_dict(), "text": "", "blocks": [{"kind": "answer", "text": "Yes."}]})
    assert as_text(whole) == as_text(plain)
    early = Reply("crisis", contacts=[contact], blocks=[Block("answer", "I hear you."), Block("help"), Block("crisis")])
    assert [block.kind for block in shown(early)] == ["answer", "help", "crisis"]


def test_contacts_and_sources_without_any_leave_no_heading() -> None:
    assert as_text(Reply("answered", blocks=[Block("answer", "Yes."), Block("help"), Block("sources")])) == "Yes."


def test_a_part_that_names_its_services_shows_their_contacts_and_its_other_lines_once() -> None:
    near, far = ({"id": n, "title": f"{n} team", "phone": p} for n, p in (("near", "01785 1"), ("far", "0300 2")))
    blocks = [
        Block("answer", "Yes."),
        Block("help", title="Who can help", items=("Tell me the area.", "near team: 01785 1"), ids=("", "near")),
        Block("help", items=("far team: 0300 2",), ids=("far",), folded=True),
    ]
    reply = Reply("answered", blocks=blocks, contacts=[near, far])
    assert as_text(reply) == "Yes.\n\nWho can help\n- Tell me the area.\n- near team: 01785 1"
    part, contacts = with_contacts(shown(reply)[1], reply)
    assert (part.items, contacts) == (("Tell me the area.",), [near])
    (sent,) = TelegramClient(None).parts(Showing(reply, token="1a2b3c4d"))  # type: ignore[arg-type]
    carded = json.dumps(cards(reply))
    for words_ in ("Tell me the area.", "near team", "far team"):
        assert sent.body.html.count(words_) == 1
        assert words_ in carded
    folds = [e for e in card(cards(reply)[0])["body"] if e["type"] == "Container" and "far team" in json.dumps(e)]
    assert folds[0]["items"][1]["isVisible"] is False


def test_of_a_list_only_what_is_on_it_is_taken_away() -> None:
    reply = Reply("walkthrough_summary", blocks=[Block("card", title="Open:", items=("a",))], notes=["Stopped."])
    assert to_keep(reply) == "Open:\n- a"
    assert reply_event(reply, "m")["text"] == "Open:\n- a"


@given(st.lists(st.sampled_from(["", "Title", "Do this:", "A sentence.", "- one", "- two", "1. first", "2. second"])))
def test_text_that_becomes_blocks_keeps_its_lines_in_order(lines: list[str]) -> None:
    blocks = from_text("\n".join(lines))
    kept = [line.lstrip("-0123456789. ") for block in blocks for line in block_text(block).split("\n")]
    assert kept == [line.lstrip("-0123456789. ") for line in lines if line]


def test_every_record_becomes_blocks_without_loss(knowledge: Knowledge) -> None:
    for name in knowledge.records:
        text = render.answer(knowledge, [name], "parent").text
        assert " ".join("\n".join(map(block_text, from_text(text))).split()) == " ".join(text.split()), name


# ------------------------------------------------------------------------------------------------------- the channels


def test_rest_names_the_guides_that_are_told() -> None:
    assert as_message("x", GUIDE)["custom"]["needs"] == ["permanent-what-now"]
    assert as_message("x", Reply("smalltalk", "Hello."))["custom"]["needs"] == []


def test_a_page_gets_every_part_as_a_block_once() -> None:
    event = reply_event(GUIDE, "m")
    assert [b["kind"] for b in event["reply"]["blocks"]] == [b.kind for b in shown(GUIDE)]
    assert event["reply"]["blocks"][-1]["kind"] == "sources"


def test_telegram_folds_what_is_folded_and_marks_the_date() -> None:
    (part,) = TelegramClient(None).parts(Showing(GUIDE, token="1a2b3c4d"))  # type: ignore[arg-type]
    text = part.body.html
    assert "<b>What to do now</b>\n1. Read the letter" in text
    assert "<b>• Governors: 15 school days from being told.</b>" in text
    assert "<blockquote expandable><b>More</b>\n<b>If one of these is so</b>\n• EHC plan:" in text
    assert FOLDED in text[text.index("<b>More</b>") : text.index("</blockquote>")]


def test_teams_hides_what_is_folded_behind_one_button() -> None:
    (made,) = cards(GUIDE, token="1a2b3c4d")
    folds: list[dict[str, Any]] = [e for e in card(made)["body"] if e["type"] == "Container" and len(e["items"]) == 2]
    toggles = {e["items"][0]["actions"][0]["title"]: e["items"][1] for e in folds if "actions" in e["items"][0]}
    assert list(toggles) == ["More", "Where this comes from (2)"]
    assert toggles["More"]["isVisible"] is False
    assert any(FOLDED in element["text"] for element in toggles["More"]["items"])


@pytest.mark.parametrize("name", ["step", "more"])
def test_the_head_of_a_step_says_which_of_how_many_on_every_channel(name: str) -> None:
    reply = Reply.from_dict(pages.examples()[name]["reply"])
    head = next(block.title for block in reply.blocks if block.kind == "card")
    (sent,) = TelegramClient(None).parts(Showing(reply, token="1a2b3c4d", step="a1b2c3"))  # type: ignore[arg-type]
    assert f"<b>{head}</b>" in sent.body.html
    assert any(e.get("text") == head and e.get("size") == "Small" for e in card(cards(reply)[0])["body"])
    assert head in as_text(reply)


@pytest.mark.parametrize("area", [None, "staffordshire"])
def test_a_guide_names_nobody_twice_and_all_can_be_tapped(knowledge: Knowledge, area: Optional[str]) -> None:
    situation = Situation.of({"area": area} if area else {})
    for need in knowledge.guides:
        composed = compose(knowledge, [need], situation, "parent", area)
        reply = Reply("answered", blocks=composed.blocks, contacts=composed.contacts, sources=composed.sources)
        named = [c for block in shown(reply) for c in with_contacts(block, reply)[1]]
        ids = [name for block in reply.blocks for name in block.ids if name]
        assert ids == [c["id"] for c in named] == list(dict.fromkeys(ids)), need
        sent = TelegramClient(None).parts(Showing(reply, token="1a2b3c4d"))  # type: ignore[arg-type]
        text = "".join(part.body.html for part in sent)
        for contact in named:
            assert text.count(f"<b>{html.escape(contact['title'], quote=False)}</b>") == 1, need
