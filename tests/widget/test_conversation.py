"""A conversation, its checklist, what is said of an answer, and the composer."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.widget.conftest import PHONE
from tests.widget.double import Double, sent
from tests.widget.guest import Guest, Visit

pytestmark = pytest.mark.slow

# ---------------------------------------------------------------------------------------------------- the ordinary


def test_nothing_is_asked_of_the_server_before_the_chat_is_opened(double: Double, visit: Visit) -> None:
    guest = visit()
    expect(guest.page.locator(".launcher")).to_be_visible()
    guest.page.wait_for_timeout(300)
    assert {path for _, path, _ in double.requests} == {"/", "/pages.css", "/widget.js"}
    guest.open()
    assert double.calls("/web/session") == [{"token": None, "area": None, "role": None, "keep": False}]


def test_the_first_words_say_what_it_is_and_how_to_get_help(visit: Visit) -> None:
    first = visit().open().first
    for said in ("not a person", "don't type names", "28 days", "ends when you close this tab"):
        expect(first).to_contain_text(said)
    assert first.get_by_role("link", name="999").get_attribute("href") == "tel:999"
    expect(first.get_by_role("button", name="Walk me through it")).to_be_visible()


def test_the_first_question_and_its_answer(double: Double, visit: Visit) -> None:
    guest = visit().open()
    answer = guest.ask("duties")
    expect(guest.said).to_have_text(["You said\nduties"], use_inner_text=True)
    expect(answer.get_by_role("heading", level=4).first).to_contain_text("4 suspensions in Staffordshire")
    assert [set(body) for body in sent(double)] == [{"id", "text"}]
    expect(guest.input).to_have_value("")


def test_the_sign_of_typing_shows_only_while_something_happens(double: Double, visit: Visit) -> None:
    guest = visit().open()
    sign = guest.page.locator(".typing")
    expect(sign).to_be_hidden()
    double.delay = 0.8
    guest.type("greeting")
    expect(sign).to_be_visible()
    expect(guest.replies).to_have_count(1)
    expect(sign).to_be_hidden()


def test_a_long_answer_is_shown_from_its_beginning(visit: Visit) -> None:
    guest = visit(**PHONE).open()
    answer = guest.ask("long")
    expect(guest.said.last).to_be_in_viewport()
    expect(answer.get_by_text("Managed move in Hackney")).to_be_in_viewport()


def test_reading_further_up_is_not_interrupted(double: Double, visit: Visit) -> None:
    guest = visit(**PHONE, reduced_motion="reduce").open()
    guest.ask("long")
    guest.ask("long")
    guest.log.evaluate("node => { node.scrollTop = 0; }")
    double.reply(next(iter(double.conversations.values())), "greeting")
    newer = guest.page.get_by_role("button", name="New answer")
    expect(newer).to_be_visible()
    assert guest.log.evaluate("node => node.scrollTop") == 0
    newer.click()
    expect(guest.replies.last).to_be_in_viewport()
    expect(newer).to_be_hidden()


def test_a_closed_chat_counts_new_answers_on_its_launcher(double: Double, visit: Visit) -> None:
    guest = visit().open()
    double.delay = 0.5
    guest.type("greeting")
    guest.page.get_by_role("button", name="Close").click()
    launcher = guest.page.get_by_role("button", name="Help with a suspension")
    expect(launcher).to_contain_text("1 new")
    launcher.click()
    expect(guest.replies).to_be_visible()
    expect(guest.page.locator(".badge")).to_be_hidden()


def test_buttons_stay_answered(visit: Visit) -> None:
    guest = visit().open()
    asked = guest.ask("which-area")
    guest.tap("Staffordshire")
    for _ in range(2):
        chosen = asked.locator(".choice.chosen")
        expect(chosen).to_have_text("Staffordshire")
        assert [b.get_attribute("aria-disabled") for b in asked.locator(".choice").all()] == ["true"] * 5
        guest.page.reload()
        expect(guest.replies).to_have_count(2)
    chosen.click(force=True)
    guest.page.wait_for_timeout(200)
    expect(guest.replies).to_have_count(2)


# --------------------------------------------------------------------------------------------------- the checklist


def test_the_whole_walkthrough_with_a_reload_in_the_middle(visit: Visit) -> None:
    guest = visit(**PHONE).open()
    first = guest.tap("Walk me through it")
    expect(first.get_by_role("heading", level=4)).to_have_text("Check that the head made the decision")
    guest.tap("Done")
    guest.tap("Not yet")
    rows = guest.page.locator(".folded:not(.gone) > .row")
    before = ["Check that the head made the decision\nDone", "Check your letter\nNot yet"]
    expect(rows).to_have_text(before, use_inner_text=True)
    expect(guest.page.get_by_role("progressbar", name="2 of 5 answered")).to_be_visible()
    guest.page.reload()
    expect(rows).to_have_text(before, use_inner_text=True)
    open_card = guest.page.locator(".walk:not(.folded)")
    expect(open_card).to_have_count(1)
    more = guest.tap("Tell me more")
    expect(more).to_contain_text("Here is more about it.")
    expect(open_card).to_have_count(1)
    guest.tap("Back")
    guest.tap("Done")
    expect(rows.nth(1)).to_have_text("Check your letter\nDone", use_inner_text=True)
    more_list = guest.page.locator(".walk:not(.folded) .all")
    more_list.locator("summary").click()
    expect(more_list.locator(".tick")).to_have_count(5)
    expect(more_list.locator("[aria-current=step]")).to_contain_text("Ask for the work")
    for _ in range(3):
        guest.tap("Done")
    last = guest.replies.last
    expect(last).to_contain_text("That was the last step.")
    expect(last.get_by_role("progressbar", name="5 of 5 answered")).to_be_visible()
    assert last.locator(".tick.is-done").count() == 5
    assert guest.said.count() == 1, "ticks stand on the list, not beside it"


def test_the_list_can_be_copied_mailed_and_printed(visit: Visit) -> None:
    guest = visit(viewport={"width": 1280, "height": 800}, permissions=["clipboard-read", "clipboard-write"]).open()
    answer = guest.ask("summary")
    answer.get_by_role("button", name="Copy").click()
    expect(guest.page.get_by_text("Copied.").first).to_be_attached()
    copied = guest.page.evaluate("navigator.clipboard.readText()")
    assert "Check that the head made the decision" in copied
    assert "Who can help:" in copied
    mine, _, rest = copied.partition("For you:")[2].partition("Ask the school:")
    school, _, settled = rest.partition("Already settled:")
    assert "☐ Check your letter" in mine
    assert "☐ Have you looked at" in school
    assert "☑ Check that the head made the decision" in settled
    assert "Your place is kept" not in copied, "words of the conversation are no part of the list"
    expect(answer).to_contain_text("Your place is kept")
    assert "☐" not in answer.locator(".tick").first.inner_text()
    mail = answer.get_by_role("link", name="Send by email").get_attribute("href") or ""
    assert mail.startswith("mailto:?subject=My%20list")
    assert "Check%20your%20letter" in mail
    assert "Your%20place%20is%20kept" not in mail
    guest.page.evaluate("window.print = () => { window.printed = true }")
    answer.get_by_role("button", name="Print or save as PDF").click()
    assert guest.page.evaluate("window.printed")
    guest.page.emulate_media(media="print")
    paper = guest.page.locator(".paper")
    expect(paper).to_be_visible()
    expect(paper).to_contain_text("Where this comes from:")
    expect(paper).to_contain_text("Ask the school:")
    expect(paper).not_to_contain_text("Your place is kept")
    expect(paper.locator("ul.ticks li").first).to_contain_text("☐")
    expect(guest.page.locator("main")).to_be_hidden()
    expect(guest.page.locator(".panel")).to_be_hidden()
    guest.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(guest.page.locator("main")).to_be_visible()
    expect(paper).to_be_hidden()


# ------------------------------------------------------------------------------------------------- helpful, hand-over


def test_helpful_and_why_not(double: Double, visit: Visit) -> None:
    guest = visit().open()
    first, second = guest.ask("duties"), guest.ask("not-covered")
    first.get_by_role("button", name="Yes").click()
    expect(first.locator(".feedback")).to_have_text("Thank you.")
    second.get_by_role("button", name="No").click()
    second.get_by_label("What was missing or wrong? (optional)").fill("the date")
    second.get_by_role("button", name="Send").click()
    expect(second.locator(".feedback")).to_contain_text("This helps us")
    assert double.calls("/web/feedback") == [
        {"reply": "2", "helpful": True, "reason": None},
        {"reply": "4", "helpful": False, "reason": None},
        {"reply": "4", "helpful": False, "reason": "the date"},
    ]
    guest.page.reload()
    expect(guest.replies.first.locator(".feedback")).to_have_text("Thank you.")


def test_where_no_helpline_is_set_up_it_says_whom_to_call(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.menu().get_by_role("button", name="Talk to a person").click()
    expect(guest.replies).to_have_count(1)
    assert guest.replies.first.get_attribute("data-status") == "offers_person"
    assert double.calls("/web/handover") == [None]


def test_a_summary_goes_to_the_helpline_only_with_consent_and_as_edited(double: Double, visit: Visit) -> None:
    double.helpline = True
    guest = visit(**PHONE).open()
    guest.menu().get_by_role("button", name="Talk to a person").click()
    view = guest.page.locator(".view")
    summary = view.get_by_label("What the adviser will read")
    expect(summary).to_have_value(re.compile("4 suspensions"))
    summary.fill("Please call me about my daughter.")
    view.get_by_label("How to reach you").fill("01234 567890, evenings")
    send = view.get_by_role("button", name="Send to the helpline")
    send.click()
    expect(view).to_contain_text("Please tick the box")
    expect(view.get_by_label("I agree")).to_be_focused()
    assert double.calls("/web/handover") == [None]
    view.get_by_label("I agree").check()
    send.click()
    expect(guest.log).to_contain_text("It is sent.")
    said = {"summary": "Please call me about my daughter.", "contact": "01234 567890, evenings"}
    assert double.calls("/web/handover") == [None, said]


# ------------------------------------------------------------------------------------------------------- the composer


def test_the_counter_warns_near_the_limit_and_over_it_nothing_is_sent(double: Double, visit: Visit) -> None:
    guest = visit().open()
    left = guest.page.locator(".left")
    guest.input.fill("x" * 800)
    expect(left).to_be_empty()
    guest.input.fill("x" * 950)
    expect(left).to_have_text("50 characters left")
    guest.input.fill("x" * 1012)
    expect(left).to_have_text("12 characters too many")
    guest.page.keyboard.press("Enter")
    assert guest.input.get_attribute("aria-invalid") == "true"
    guest.page.wait_for_timeout(200)
    assert sent(double) == []
    guest.input.fill("x" * 1000)
    guest.page.keyboard.press("Enter")
    expect(guest.replies).to_have_count(1)


def test_an_empty_message_is_not_sent_and_shift_enter_makes_a_line(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.input.press("Enter")
    expect(guest.page.locator(".left")).to_have_text("Please type your question first.")
    guest.input.press_sequentially("one")
    guest.input.press("Shift+Enter")
    guest.input.press_sequentially("two")
    guest.page.get_by_role("button", name="Send").click()
    expect(guest.replies).to_have_count(1)
    assert [body["text"] for body in sent(double)] == ["one\ntwo"]


def test_without_storage_it_still_works(double: Double, page_of: Callable[..., Page]) -> None:
    page = page_of()
    page.add_init_script(
        "for (const kind of ['localStorage', 'sessionStorage'])"
        "Object.defineProperty(window, kind, { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page.goto(double.url)
    guest = Guest(page).open()
    guest.ask("duties")
    guest.ask("greeting")
    assert [body["text"] for body in sent(double)] == ["duties", "greeting"]
