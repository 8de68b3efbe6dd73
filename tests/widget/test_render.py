"""Every example reply on the screen: what it shows, what can be tapped, and that text stays text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from bot.replies import Reply, body
from bot.widget import pages
from knowledge import danger, languages
from knowledge.blocks import Block
from knowledge.desk import Desk
from tests.widget.conftest import PHONE
from tests.widget.double import Double
from tests.widget.guest import Guest

pytestmark = pytest.mark.slow
EXAMPLES = pages.examples()
ATTACKS = [
    "<img src=x onerror=window.hurt=1>",
    "<script>window.hurt=1</script>",
    "javascript:window.hurt=1",
    "</p><svg onload=window.hurt=1>",
    "{{constructor.constructor('window.hurt=1')()}}",
]


def lines(reply: dict[str, Any]) -> list[str]:
    """Each line of what a reply says itself, without its signs; the numbers of a page for danger need no heading."""
    parts = [part for part in body(Reply.from_dict(reply)) if not part.folded]
    parts = [part for part in parts if part.kind != "help" or reply["status"] != "crisis"]
    every = [line for part in parts for line in (part.title, *part.text.splitlines(), *part.items)]
    return [line.lstrip("☐☑ ") for line in every if line]


def test_every_example_shows_all_its_text(visit: Callable[..., Guest]) -> None:
    guest = visit(**PHONE).open()
    for name, example in EXAMPLES.items():
        answer = guest.ask(name)
        reply = example["reply"]
        shown = answer.locator(".bubble").inner_text()
        for line in lines(reply):
            assert line in shown, (name, line)
        for contact in reply.get("contacts", []):
            assert answer.get_by_text(contact["title"], exact=True).count() == 1, (name, contact["title"])
        for note in reply.get("notes", []):
            expect(answer.locator(".note", has_text=note)).to_be_visible()
        titles = [button["title"] for button in reply.get("buttons", [])]
        assert sorted(answer.locator(".choice").all_inner_texts()) == sorted(titles), name
        assert answer.locator(".feedback").count() == (
            reply["status"] in ("answered", "not_covered", "walkthrough_summary")
        )


@pytest.mark.parametrize("width", [320, 390])
def test_a_whole_guide_has_its_answer_first_its_dates_marked_and_the_rest_behind_more(
    width: int, visit: Callable[..., Guest]
) -> None:
    guest = visit(**{**PHONE, "viewport": {"width": width, "height": 640}}).open()
    answer = guest.ask("guide")
    bubble = answer.locator(".bubble")
    blocks = EXAMPLES["guide"]["reply"]["blocks"]
    assert bubble.inner_text().startswith(blocks[0]["text"])
    expect(bubble.locator("p").first).to_be_in_viewport(ratio=1)
    expect(bubble.locator("h4")).to_have_text([block["title"] for block in blocks if "title" in block])
    assert bubble.locator(".is-do_now > ol > li").count() == 4
    weights = [
        bubble.locator(f"{each} li").first.evaluate("(li) => +getComputedStyle(li).fontWeight")
        for each in (".is-do_now", ".is-deadline")
    ]
    assert weights[1] > weights[0]
    assert answer.evaluate("(card) => card.scrollWidth <= card.clientWidth")
    folded = bubble.get_by_text("You can ask for an interpreter")
    more = bubble.locator("summary", has_text="More")
    expect(folded).to_be_hidden()
    more.focus()
    guest.page.keyboard.press("Enter")
    expect(folded).to_be_visible()


def test_the_first_to_help_can_be_called_at_once_and_the_others_behind_more(
    double: Double, visit: Callable[..., Guest]
) -> None:
    near, far = ({"id": n, "title": f"{n} team", "phone": f"0300 000 000{n[0] == 'n':d}"} for n in ("near", "far"))
    double.extra["helps"] = {
        "status": "answered",
        "contacts": [near, far],
        "blocks": [
            {"kind": "answer", "text": "Yes."},
            {"kind": "help", "items": ["Tell me the area.", "near team: 1"], "ids": ["", "near"]},
            {"kind": "help", "items": ["far team: 2"], "ids": ["far"], "folded": True},
        ],
    }
    answer = visit(**PHONE).open().ask("helps")
    expect(answer.get_by_text("Tell me the area.")).to_be_visible()
    expect(answer.get_by_role("link", name="Call 0300 000 0001")).to_be_visible()
    expect(answer.locator(".contact:visible")).to_have_count(1)
    answer.locator("summary", has_text="More").click()
    expect(answer.get_by_role("link", name="Call 0300 000 0000")).to_be_visible()
    expect(answer.locator(".contact:visible")).to_have_count(2)


def test_sources_are_folded_with_date_section_and_link(visit: Callable[..., Guest]) -> None:
    answer = visit().open().ask("duties")
    fold = answer.locator(".sources")
    expect(fold.locator("summary")).to_have_text("Where this comes from (2)")
    assert not fold.locator("li").first.is_visible()
    fold.locator("summary").click()
    expect(fold).to_contain_text("Staffordshire County Council, October 2025")
    expect(fold).to_contain_text("Section: ")
    link = fold.get_by_role("link").first
    assert link.get_attribute("href") == "https://www.gov.uk/government/publications/school-exclusion"
    assert link.get_attribute("rel") == "noopener noreferrer"
    expect(link).to_contain_text("opens in a new tab")


def test_contacts_can_be_tapped(double: Double, visit: Callable[..., Guest]) -> None:
    answer = visit().open().ask("crisis")
    for address in ("tel:999", "tel:111", "tel:08000684141", "sms:88247", "sms:85258"):
        assert answer.locator(f"a.act[href='{address}']").count() == 1, address
    assert answer.locator(".contact a[href^='https://']").count() >= 2
    desk = {"id": "desk", "title": "A desk", "email": "jo@samaritans.org", "web": "https://www.samaritans.org"}
    double.extra["desk"] = {"status": "answered", "text": "Ask them.", "contacts": [desk]}
    answer = visit().open().ask("desk")
    for address in ("mailto:jo@samaritans.org", "https://www.samaritans.org/"):
        assert answer.locator(f"a.act[href='{address}']").count() == 1, address


def test_numbers_and_addresses_in_the_text_are_links_and_dates_are_not(double: Double, visit: Callable) -> None:
    text = "Ring 0300 330 5480 or 999, see https://www.gov.uk/x. On 10.09.2026 it cost £1999 in 2025, 0.5 or 111."
    double.extra["numbers"] = {"status": "answered", "text": text}
    links = visit().open().ask("numbers").locator(".prose a")
    found = [link.get_attribute("href") for link in links.all()]
    assert found == ["tel:03003305480", "tel:999", "https://www.gov.uk/x", "tel:111"]


def test_a_crisis_reply_stands_out_stays_and_asks_for_no_rating(visit: Callable[..., Guest]) -> None:
    guest = visit(**PHONE).open()
    answer = guest.ask("crisis")
    expect(answer.get_by_role("heading", name="Help right now")).to_be_visible()
    assert answer.locator(".feedback").count() == 0
    bar = guest.page.get_by_role("region", name="Help right now")
    expect(bar.get_by_role("link", name="Call 999")).to_be_in_viewport()
    for _ in range(3):
        guest.ask("long")
    expect(bar.get_by_role("link", name="Call 999")).to_be_in_viewport()
    guest.page.reload()
    expect(bar.get_by_role("link", name="Call 111")).to_be_in_viewport()
    bar.get_by_role("button", name="All help").click()
    expect(answer.get_by_role("heading", name="Help right now")).to_be_in_viewport()
    bar.get_by_role("button", name="Hide this bar").click()
    expect(bar).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390])
def test_the_pinned_bar_has_two_numbers_to_call_on_one_line_and_no_textphone(
    width: int, double: Double, visit: Callable[..., Guest], desk: Desk
) -> None:
    page = danger.page(desk.knowledge, ["domestic-abuse"], "parent", None, "he hits me")
    double.extra["hit"] = {
        "status": "crisis",
        "contacts": page.contacts,
        "blocks": [block.to_dict() for block in (Block("answer", page.lead), Block("help"), *page.steps)],
    }
    guest = visit(**{**PHONE, "viewport": {"width": width, "height": 700}}).open()
    answer = guest.ask("hit")
    bar = guest.page.get_by_role("region", name="Help right now")
    calls = bar.get_by_role("link")
    assert [link.get_attribute("href") for link in calls.all()] == ["tel:999", "tel:08082000247"]
    parts = bar.locator("a, button").all()
    middles = [box["y"] + box["height"] / 2 for part in parts if (box := part.bounding_box())]
    assert max(middles) - min(middles) < 2  # pixels; half ones are rounded either way
    for part in parts:
        expect(part).to_be_in_viewport(ratio=1)
    expect(answer).to_contain_text("Textphone or Relay UK: 18000")
    assert guest.page.locator("a[href='tel:18000']").count() == 0


def test_a_crisis_reply_has_the_numbers_before_the_steps_and_the_ways_on_last(visit: Callable[..., Guest]) -> None:
    answer = visit(**PHONE).open().ask("crisis")
    order = answer.evaluate(
        "(card) => [card.querySelector('.prose'), card.querySelector('.numbers'), card.querySelector('.prose ol'),"
        " ...card.querySelectorAll('.choice')].map((part) => part.getBoundingClientRect().top)"
    )
    assert len(order) == 5
    assert order == sorted(order)


def test_the_gentle_line_stands_above_the_answer_with_its_button(double: Double, visit: Callable[..., Guest]) -> None:
    buttons = [{"title": "What happens next", "payload": "/ask_next"}, {"title": "Not safe", "payload": "/danger"}]
    double.extra["heavy"] = {"status": "answered", "text": "The limit is 45.", "hint": "Tap here.", "buttons": buttons}
    answer = visit(**PHONE).open().ask("heavy")
    hint = answer.locator(".hint")
    expect(hint).to_contain_text("Tap here.")
    expect(hint.get_by_role("button", name="Not safe")).to_be_visible()
    assert answer.get_by_role("button", name="Not safe").count() == 1
    assert answer.evaluate("(card) => card.querySelector('.hint').offsetTop < card.querySelector('.bubble').offsetTop")


def test_what_is_said_in_a_language_from_right_to_left_stands_so(double: Double, visit: Callable[..., Guest]) -> None:
    text = f"{languages.help_in('ur')}\n\nI can only read English."
    double.extra["urdu"] = {"status": "out_of_scope", "text": text}
    answer = visit(**PHONE).open().ask("urdu")
    ways = answer.evaluate(
        "(card) => [...card.querySelectorAll('.prose > *')].map((p) => getComputedStyle(p).direction)"
    )
    assert ways == ["rtl"] * 4 + ["ltr"]


def test_the_scope_is_shown_and_changed_by_a_tap(double: Double, visit: Callable[..., Guest]) -> None:
    guest = visit().open()
    answer = guest.ask("duties")
    scope = answer.locator(".scope")
    expect(scope).to_contain_text("Parents and carers · Staffordshire · 4 suspensions")
    scope.click()
    view = guest.page.locator(".view")
    expect(view.get_by_role("group", name="How many suspensions this school year?")).to_be_visible()
    view.get_by_role("button", name="Hackney").click()
    expect(guest.replies).to_have_count(2)
    assert double.calls("/web/message")[-1]["payload"] == '/inform{"area":"hackney"}'


def attack(said: str) -> dict[str, Any]:
    """A reply with the attack in every field."""
    contact = {"id": said, "title": said, "for": said, "phone": said, "text_number": said, "email": said, "web": said}
    source = {"id": said, "title": said, "publisher": said, "date": said, "section": said, "url": said, "note": said}
    return {
        "status": "answered",
        "text": f"{said}\n\n- {said}\n1. {said}\n{said}:",
        "contacts": [{**contact, "hours": said, "out_of_hours_phone": said, "officer": said, "note": said}],
        "sources": [source],
        "notes": [said],
        "buttons": [{"title": said, "payload": said}],
        "scope": {"area": said, "audience": said, "stage": said, "role": said},
    }


def test_attacks_in_any_field_do_nothing(double: Double, visit: Callable[..., Guest]) -> None:
    guest = visit().open()
    for n, said in enumerate(ATTACKS, 1):
        double.extra[said] = attack(said)
        answer = guest.ask(said)
        assert guest.said.last.locator(".bubble").inner_text() == said
        assert answer.locator("img, script, iframe, object, svg[onload]").count() == 0
        answer.locator(".choice").click()
        expect(guest.said.last.locator(".bubble")).to_have_text(said)
        expect(guest.replies).to_have_count(2 * n)  # the tap's answer is there before the next question
    guest.page.reload()
    expect(guest.replies).to_have_count(2 * len(ATTACKS))
    addresses = [a.get_attribute("href") or "" for a in guest.page.locator("inclusion-guide a").all()]
    assert all(a.startswith(("https://", "tel:", "mailto:", "sms:")) for a in addresses)
    assert guest.page.evaluate("window.hurt") is None


def test_attacks_in_steps_labels_and_first_words_do_nothing(double: Double, visit: Callable[..., Guest]) -> None:
    said = ATTACKS[0]
    step = {**EXAMPLES["step"]["reply"], "text": said}
    step["steps"] = [{"id": said, "part": said, "title": said, "state": None, "current": True}]
    double.extra["step"] = step
    double.refuse = lambda method, path, body: (
        None
        if path != "/web/session"
        else (
            200,
            {
                "token": double.token(),
                "limit": 1000,
                "events": [],
                "cursor": "0",
                "start": {"text": [said], "buttons": [{"title": said, "payload": "/walk"}]},
                "labels": {"part": {said: said}, "area": {said: said}},
            },
        )
    )
    guest = visit().open()
    guest.ask("step")
    assert guest.page.locator("inclusion-guide img").count() == 0
    assert guest.page.evaluate("window.hurt") is None
