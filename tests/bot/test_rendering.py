"""Every example Reply on every channel: nothing is lost, and each client's limits are kept.

The web chat is not in this table: tests/widget/test_render.py looks at it in a browser.
"""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.channels.messenger import Showing
from bot.channels.rest import as_message
from bot.channels.staff import mark
from bot.channels.teams.client import TeamsClient
from bot.channels.telegram_client import TelegramClient
from bot.channels.telegram_view import ENTITY_LIMIT, TEXT_LIMIT, Lines, data, length, pack, plain, read_data
from bot.inbound import payload
from bot.replies import STATUSES, Button, Reply
from knowledge import danger, render
from knowledge.blocks import Block
from knowledge.render import words
from knowledge.store import Knowledge
from tests.conftest import ROOT
from tests.teams.view import seen
from tests.telegram.double import problem, read

EXAMPLES = YAML(typ="safe").load((ROOT / "bot/widget/examples.yml").read_text(encoding="utf-8"))["examples"]
HEADING = "Pupil B · Staffordshire"


@dataclasses.dataclass
class Shown:
    """What a person sees: the words, the buttons (title and payload), the addresses that can be tapped, and faults."""

    words: str
    buttons: list[tuple[str, str]]
    links: set[str] = dataclasses.field(default_factory=set)
    faults: list[str] = dataclasses.field(default_factory=list)


def on_rest(showing: Showing) -> Shown:
    """The REST channel: text alone. It shows no list of steps; its contract has none."""
    made = as_message("x", showing.reply)
    return Shown(made["text"], [(b["title"], b["payload"]) for b in made.get("buttons", [])])


def on_telegram(showing: Showing) -> Shown:
    """Telegram: the calls that would be made, as a double of the Bot API takes them."""
    bodies = [part.body for part in TelegramClient(None).parts(showing)]  # type: ignore[arg-type]
    faults, links = [], set()
    for body in bodies:
        keys = [[{"text": title, "callback_data": carried} for title, carried in row] for row in body.keyboard]
        sent = {"text": body.html, "parse_mode": "HTML", "reply_markup": {"inline_keyboard": keys}}
        faults += [found for found in [problem("sendmessage", sent)] if found]
        links |= set(read(body.html).links)
    pressed = [(title, read_data(carried, "1")) for body in bodies for row in body.keyboard for title, carried in row]
    assert all((p.token, p.step) == (showing.token, showing.step) for _, p in pressed)
    shown = "\n\n".join(plain(body.html) for body in bodies)
    return Shown(shown, [(title, press.payload) for title, press in pressed], links, faults)


def on_teams(showing: Showing) -> Shown:
    """Microsoft Teams: the cards that would be sent."""
    found = seen([part.body["activity"] for part in TeamsClient(None).parts(showing)])  # type: ignore[arg-type]
    step = {} if showing.step is None else {"step": showing.step}
    assert all(data == {"payload": data["payload"], "token": showing.token, **step} for _, data in found.buttons)
    buttons = [(title, data["payload"]) for title, data in found.buttons]
    return Shown(found.words, buttons, found.links, found.faults)


# how each channel shows a Reply; one line a channel
CHANNELS: dict[str, Callable[[Showing], Shown]] = {
    "rest": on_rest,
    "telegram": on_telegram,
    "teams": on_teams,
}
# channels on which the walk's whole list, a heading and addresses to tap belong to an answer
RICH = ("telegram", "teams")


def showing_of(reply: Reply) -> Showing:
    """A Reply as it is shown to somebody with several pupils."""
    current = [mark(step["part"], step["id"]) for step in reply.steps if step["current"]]
    step = current[0] if current and reply.status == "walkthrough_step" else None
    return Showing(reply, "" if reply.status == "crisis" else HEADING, "1a2b3c4d", step)


def flat(text: str) -> str:
    """Words alone: without marks of lists and spaces."""
    return re.sub(r"\s+", " ", re.sub(r"^\s*[-•] ", "", text, flags=re.M)).strip()


def lost(reply: Reply, shown: Shown, channel: str) -> Iterator[str]:
    """What of a Reply is not shown."""
    seen = flat(shown.words)
    needed = [*reply.hint.split("\n"), *reply.text.split("\n"), *reply.notes]
    folds = channel in RICH
    needed += [line for b in reply.blocks if folds or not b.folded for line in (b.title, *b.text.split("\n"), *b.items)]
    ways = (
        "title",
        "phone",
        "textphone",
        "text_number",
        "email",
        "web",
        "hours",
        "out_of_hours_phone",
        "officer",
        "note",
    )
    needed += [contact[way].rstrip(".") for contact in reply.contacts for way in ways if way in contact]
    needed += [source[k] for source in reply.sources for k in source if k != "id"]
    if channel in RICH:
        listed = reply.status == "walkthrough_summary"  # there a question for the school that is open stands in full
        needed += [
            step["text"] if listed and "text" in step and step["state"] in (None, "not_yet") else step["title"]
            for step in reply.steps
        ]
        if reply.status == "walkthrough_step":
            needed += [words()["labels"]["ticks"][s["state"]] for s in reply.steps if s["state"] not in (None, "done")]
        needed += [] if reply.status == "crisis" else [HEADING]
        tapped = [c["web"] for c in reply.contacts if "web" in c] + [s["url"] for s in reply.sources if "url" in s]
        yield from (address for address in tapped if address.startswith("http") and address not in shown.links)
    yield from (each for each in needed if flat(each) not in seen)
    yield from (b.title for b in reply.buttons if (b.title, b.payload) not in shown.buttons)


@pytest.mark.parametrize("channel", list(CHANNELS))
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["name"])
def test_every_example_is_shown_whole_on_every_channel(example: dict[str, Any], channel: str) -> None:
    reply = Reply.from_dict(example["reply"])
    shown = CHANNELS[channel](showing_of(reply))
    assert list(lost(reply, shown, channel)) == []
    assert shown.faults == []
    assert len(shown.buttons) == len(reply.buttons)


@pytest.mark.parametrize("channel", list(CHANNELS))
def test_a_page_for_two_dangers_says_safe_words_then_numbers_then_the_steps_of_each(
    channel: str, knowledge: Knowledge
) -> None:
    page = danger.page(knowledge, ["suicide-or-self-harm", "domestic-abuse"], "parent", None, "he hits me")
    ways_on = [Button("Not that", payload("not_meant")), Button("Both", payload("answer_too"))]
    blocks = [Block("answer", page.lead), Block("help", title=words()["labels"]["who"]), *page.steps]
    reply = Reply("crisis", contacts=page.contacts, blocks=blocks, buttons=ways_on)
    shown = CHANNELS[channel](showing_of(reply))
    assert list(lost(reply, shown, channel)) == []
    assert shown.faults == []
    seen = flat(shown.words)
    first, second = (knowledge.safeguarding[kind].heading for kind in ("suicide-or-self-harm", "domestic-abuse"))
    places = [seen.index(flat(words)) for words in (page.lead, "0808 2000 247", f"{first}:", f"{second}:")]
    assert places == sorted(places)
    assert not {"tel:18000", "sms:18000"} & shown.links


@pytest.mark.parametrize("channel", list(CHANNELS))
def test_the_gentle_line_is_the_first_thing_that_is_read(channel: str, knowledge: Knowledge) -> None:
    reply = Reply("answered", "The limit is 45 days.", hint=danger.gentle(knowledge))
    seen = flat(CHANNELS[channel](showing_of(reply)).words)
    assert seen.index(flat(reply.hint)) < seen.index("The limit")


def test_the_examples_show_every_status() -> None:
    assert {e["reply"]["status"] for e in EXAMPLES} == set(STATUSES)


@pytest.mark.parametrize("channel", list(CHANNELS))
def test_every_answer_that_the_knowledge_can_give_is_shown_whole(channel: str, knowledge: Knowledge) -> None:
    for role in ("school", "parent"):
        for record in knowledge.records:
            found = render.answer(knowledge, [record], role)
            buttons = [Button("More", payload("show", record=record))]
            reply = Reply("answered", found.text, [record], {}, found.sources, found.contacts, [], buttons)
            shown = CHANNELS[channel](showing_of(reply))
            assert list(lost(reply, shown, channel)) == [], record
            assert shown.faults == [], record


@pytest.mark.parametrize("channel", list(CHANNELS))
def test_signs_of_markup_are_shown_as_they_are(channel: str) -> None:
    odd = "<b>&amp; \"quoted\" 'single' </blockquote> [x](y) *a* _b_ `c` 5 < 6 > 4 & 😀"
    source = {"id": "x", "title": odd, "publisher": odd, "url": "https://example.org/?a=1&b=%22"}
    contact = {"id": "x", "title": odd, "web": "https://example.org/?a=1&b=2", "note": odd}
    step = {"id": "x", "part": "law", "title": odd, "state": "considered", "current": True}
    reply = Reply("walkthrough_step", odd, [], {}, [source], [contact], [step], [Button(odd, "/done")], [odd])
    shown = CHANNELS[channel](showing_of(reply))
    assert list(lost(reply, shown, channel)) == []
    assert shown.faults == []


# ------------------------------------------------------------------------------------------------ Telegram's own limits

LINES = st.lists(st.text("ab .<&é😀", min_size=1, max_size=3000).filter(str.strip), min_size=1, max_size=6)
BLOCKS = st.lists(st.tuples(LINES, st.sampled_from(["", "fold", "copy"])), min_size=1, max_size=6)


@given(BLOCKS)
def test_messages_are_cut_within_the_limits_and_lose_nothing(made: list[tuple[list[str], str]]) -> None:
    import html

    blocks = [Lines([html.escape(line) for line in lines], within) for lines, within in made]
    messages = pack(blocks)
    for message in messages:
        assert length(message) <= TEXT_LIMIT
        assert (
            problem("sendmessage", {"text": message + "x", "parse_mode": "HTML"}) is None
            or length(message) == TEXT_LIMIT
        )
    squeezed = re.sub(r"\s", "", "".join(plain(m) for m in messages))
    assert squeezed == re.sub(r"\s", "", "".join(line for lines, _ in made for line in lines))


def test_more_markup_than_a_message_may_have_goes_into_two() -> None:
    messages = pack([Lines([f"<b>{n}</b>" for n in range(ENTITY_LIMIT + 20)])])
    assert len(messages) == 2
    assert all(read(m).entities <= ENTITY_LIMIT for m in messages)


def test_a_cut_is_made_between_blocks_before_it_is_made_within_one() -> None:
    first, second = Lines(["a" * 3000]), Lines(["b" * 1000, "b" * 1000])
    assert [plain(m)[0] for m in pack([first, second])] == ["a", "b"]


def test_the_summary_to_copy_stands_apart_from_how_to_copy_it() -> None:
    reply = Reply("walkthrough_summary", "Pupil A <x>\n\nDone:\n- a", notes=["how"])
    (part,) = TelegramClient(None).parts(Showing(reply, note=True))  # type: ignore[arg-type]
    assert part.body.html == "<pre>Pupil A &lt;x&gt;\n\nDone:\n- a</pre>\n\n<i>how</i>"
    assert not part.board


def test_every_payload_of_the_knowledge_comes_back_as_it_went(knowledge: Knowledge) -> None:
    showing = Showing(Reply("answered", "x"), token="1a2b3c4d", step="a1b2c3")
    made = [payload("done"), "!pupil 1a2b3c4d", "!delete"]
    made += [payload("inform", stage=s.code) for s in knowledge.stages.values()]
    made += [payload("inform", area=area) for area in knowledge.areas]
    for each in made:
        assert read_data(data(showing, each), "7").payload == each
    for record in knowledge.records:
        shown = payload("show", record=record)
        assert read_data(data(dataclasses.replace(showing, step=None), shown), "7").payload == shown


def test_a_payload_that_does_not_fit_is_an_error_and_not_a_broken_button() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        data(Showing(Reply("answered", "x"), token="1a2b3c4d"), "!" + "x" * 64)


def test_two_short_buttons_share_a_row() -> None:
    reply = Reply(
        "walkthrough_step", "x", buttons=[Button(t, "/done") for t in ("Done", "Not yet", "A much longer title here")]
    )
    (part,) = TelegramClient(None).parts(Showing(reply, token="1a2b3c4d"))  # type: ignore[arg-type]
    assert [[title for title, _ in row] for row in part.body.keyboard] == [
        ["Done", "Not yet"],
        ["A much longer title here"],
    ]
    assert json.dumps(part.body.keyboard)


def test_every_word_of_the_messengers_is_used_and_can_be_filled() -> None:
    code = "".join(p.read_text(encoding="utf-8") for p in Path(ROOT / "bot").rglob("*.py"))
    from bot.channels.phrases import phrases

    for name in phrases():
        assert f'"{name}"' in code or f"['{name}']" in code or name in ("telegram", "teams", "area", "role"), name
