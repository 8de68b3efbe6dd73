"""The console in a browser: whole calls, the keyboard alone, what happens when things fail, access for all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from bot.people.accounts import IDLE
from bot.people.callbacks import CallBacks
from bot.people.calls import Calls
from bot.people.handovers import Handovers
from tests.console.conftest import PASSWORD, Desk, Server
from tests.widget.test_access import axe

pytestmark = pytest.mark.slow
Sit = Callable[..., Desk]
WIDE = """[...document.querySelectorAll('*')].filter((n) => n.scrollWidth > n.clientWidth + 1 && n.clientWidth
  && !['hidden', 'visible', 'clip'].includes(getComputedStyle(n).overflowX)).map((n) => n.className)"""
SMALL = """[...document.querySelectorAll('a, button, select, input:not([type=hidden], .pill input), summary')]
  .map((n) => [n, n.getBoundingClientRect()])
  .filter(([n, r]) => r.width && r.height < 23.5 && !n.closest('p, li, dd, td, .contact, .written'))
  .map(([n]) => n.outerHTML.slice(0, 90))"""


def kept(server: Server, ref: str) -> dict[str, Any]:
    """The call as it is stored."""
    call = Calls(server.people).get(ref)
    assert call
    return call


def to(page: Page, target: Locator, key: str = "Tab", most: int = 120) -> None:
    """Press a key until the focus is there."""
    for _ in range(most):
        if target.evaluate("node => document.activeElement === node"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{most} presses of {key} did not reach it")


# --------------------------------------------------------------------------------------------------- whole calls


def test_a_parent_s_whole_call_by_keyboard_alone(sit: Sit, server: Server) -> None:
    anna = sit()
    page = anna.page
    to(page, page.get_by_role("button", name="Parent or carer").first)
    page.keyboard.press("Enter")
    expect(anna.note).to_be_visible()
    ref = page.url.rsplit("/", 1)[1]
    page.keyboard.press("Alt+s")
    to(page, page.locator("[data-script=parent] [data-fact=safe]").first)
    page.keyboard.press("Space")
    page.keyboard.press("Alt+n")
    page.keyboard.type("Mum from Ipswich. Year 11, suspended for 6 days, 2 suspensions this year, no letter.")
    expect(anna.known).to_contain_text("Suffolk")
    expect(anna.known).to_contain_text("Suspended")
    expect(page.get_by_text("Taken from what you wrote")).to_be_visible()
    # the script has branched, and says why
    branch = page.locator("[data-step=parent-no-letter]")
    expect(branch).to_be_visible()
    expect(branch).to_contain_text("Why: They said that no letter has come.")
    answer = anna.ask("what must be in the letter?")
    expect(answer.locator(".say")).to_contain_text("written notice")
    expect(answer.locator(".written")).to_contain_text("Regulations 2012")
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator("#heard")).to_contain_text("Answer: ")
    tell = answer.locator(".tells .tell").first
    to(page, tell)
    page.keyboard.press("Enter")
    expect(tell).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Alt+r")
    page.keyboard.type("managed mo")
    expect(page.locator("#results li").first).to_be_visible()
    expect(page.locator("#found")).to_contain_text("found")
    to(page, page.locator("#results button").first)
    page.keyboard.press("Enter")
    expect(page.locator("#record .say")).to_be_visible()
    page.keyboard.press("Alt+c")
    expect(page.locator("#contacts")).to_contain_text("Suffolk SENDIASS")
    to(page, page.locator("#contacts .tell").first)
    page.keyboard.press("Space")
    anna.settled()
    to(page, page.locator("#end"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"End call {ref}")).to_be_visible()
    to(page, page.locator("#outcome-answered"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#outcome-referred")).to_be_checked()
    to(page, page.locator("#referred-0"))
    if not page.locator("#referred-0").is_checked():
        page.keyboard.press("Space")
    to(page, page.get_by_role("tab", name="Read back"))
    page.keyboard.press("ArrowRight")
    text = page.locator("#text-caller").input_value()
    assert ref in text
    assert "WHAT THE LETTER MUST SAY" in text
    assert "Where this is written" in text
    to(page, page.get_by_role("button", name="Close the call"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Call {ref} is closed.")).to_be_visible()
    call = kept(server, ref)
    assert call["outcome"] == "referred"
    assert call["facts"]["exam_year"] == "yes"
    assert call["facts"]["letter"] == "no"
    assert "Mum from Ipswich" in call["note"]


def test_a_head_teacher_s_call_has_the_schools_script_and_the_schools_words(sit: Sit, server: Server) -> None:
    anna = sit()
    page = anna.page
    anna.start("School staff or governor")
    anna.write("Head in Stafford. Fourth suspension of a Year 8 pupil with a social worker.")
    expect(anna.known).to_contain_text("4")
    expect(anna.known).to_contain_text("Staffordshire")
    page.locator("[data-script=school] [data-fact=decision][value=suspended]").check()
    expect(page.locator("[data-step=school-council]")).to_be_visible()
    anna.settled()
    anna.ask("what is the school expected to do?")
    _, _, known = server.double.asked[-1]
    assert known == {"role": "school", "area": "staffordshire", "stage": "4", "decision": "suspended"}
    page.locator("#caller").select_option("parent")
    expect(page.locator("[data-script=parent]")).to_be_visible()
    expect(page.locator("[data-script=parent] [data-fact=decision][value=suspended]")).to_be_checked()


def test_a_call_that_goes_differently_opens_its_own_short_script(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    page = anna.page
    for script in (
        "not-the-parent",
        "interpreter",
        "child-calling",
        "abusive",
        "silent",
        "repeat-caller",
        "complaint",
        "press",
    ):
        page.locator("#special").select_option(script)
        expect(page.locator(f"[data-special={script}]")).to_be_visible()
        expect(page.locator(".special:visible")).to_have_count(1)
    anna.settled()
    assert kept(server, ref)["special"] == "press"
    page.reload()
    expect(page.locator("[data-special=press]")).to_be_visible()


def test_an_answer_near_danger_asks_above_whether_it_is_about_safety(sit: Sit) -> None:
    anna = sit()
    anna.start()
    answer = anna.ask("it is so hard for her, what is a managed move?")
    near = answer.get_by_role("button", name="Is this about somebody's safety? Alt+G")
    expect(near).to_be_visible()
    assert answer.evaluate(
        "(turn) => turn.querySelector('.near').compareDocumentPosition(turn.querySelector('.say')) === 4"
    )
    near.click()
    expect(anna.page.locator("#safeguarding .danger")).to_be_visible()
    assert anna.ask("what is a managed move?").locator(".near").count() == 0


def test_a_crisis_in_a_question_gets_an_adviser_s_steps_beside_the_note(sit: Sit) -> None:
    anna = sit()
    anna.start()
    anna.write("Child in Ipswich.")
    answer = anna.ask("he says his stepdad hurts me at home")
    expect(answer.locator(".danger")).to_contain_text("Say: 'Thank you for telling me.")
    answer.get_by_role("button", name="Safeguarding").click()
    panel = anna.page.locator("#safeguarding")
    expect(panel).to_contain_text("A child is being hurt or abused")
    expect(panel).to_contain_text("Suffolk")
    expect(anna.note).to_be_visible()
    with anna.page.expect_popup() as opened:
        panel.get_by_role("button", name="Write a safeguarding record").click()
    record = opened.value
    record.get_by_label("What was said, in their own words").fill("my stepdad")
    expect(record.locator("#saved")).to_contain_text("Saved")
    record.reload()
    expect(record.get_by_label("What was said, in their own words")).to_have_value("my stepdad")
    anna.page.reload()
    expect(anna.page.get_by_text("A safeguarding record belongs to this call.")).to_be_visible()


# ---------------------------------------------------------------------------------------------------- nothing lost


def test_a_question_asked_while_an_answer_is_on_its_way_is_answered_after_it(sit: Sit, server: Server) -> None:
    anna = sit()
    anna.start()
    server.double.delay = 1.0
    keyboard, turns = anna.page.keyboard, anna.page.locator("#answers .turn")
    keyboard.press("Alt+q")
    keyboard.type("what is a managed move?")
    keyboard.press("Enter")
    keyboard.press("Enter")  # pressed twice, asked once
    keyboard.type("what is a PSP?")
    keyboard.press("Enter")
    keyboard.type("half a th")
    expect(turns.locator(".say")).to_have_count(2)
    assert [said for _, said, _ in server.double.asked] == ["what is a managed move?", "what is a PSP?"]
    assert turns.locator("h3:first-child").all_inner_texts()[:1] == ["what is a PSP?"]
    expect(anna.page.locator("#question")).to_have_value("half a th")


def test_a_question_that_could_not_be_asked_is_still_there(sit: Sit, server: Server) -> None:
    anna = sit()
    anna.start()
    server.double.broken = True
    anna.page.keyboard.press("Alt+q")
    anna.page.keyboard.type("what is a managed move?")
    anna.page.keyboard.press("Enter")
    expect(anna.page.locator("#answers [role=alert]")).to_be_visible()
    expect(anna.page.locator("#question")).to_have_value("what is a managed move?")
    server.double.broken = False
    anna.page.keyboard.press("Enter")
    expect(anna.page.locator("#answers .turn").first.locator(".say")).to_be_visible()


def test_what_looks_personal_is_pointed_out_before_it_is_kept(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.note.fill("Ring 07700 900123, Mrs Smith, born 12/03/2014.")
    spots = anna.page.locator("#personal .spot")
    expect(spots).to_have_count(3)
    stored = kept(server, ref)["note"]
    assert not any(secret in stored for secret in ("07700", "Smith", "12/03"))
    spots.filter(has_text="Smith").get_by_role("button", name="Take it out").click()
    expect(spots).to_have_count(2)
    spots.filter(has_text="12/03").get_by_role("button", name="Take it out").click()
    spots.filter(has_text="07700").get_by_role("button", name="Keep it").click()
    expect(spots).to_have_count(0)
    anna.settled()
    stored = kept(server, ref)["note"]
    assert "07700 900123" in stored
    assert "Smith" not in stored + anna.note.input_value()


def test_what_was_filled_in_can_be_undone_and_stays_undone(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.write("Dad rings about a school in Hackney. ")
    expect(anna.known).to_contain_text("Hackney")
    anna.known.get_by_role("button", name=re.compile("Undo.*School in")).click()
    expect(anna.known).not_to_contain_text("Hackney")
    anna.write("More words.")
    assert "school_area" not in kept(server, ref)["facts"]


def test_a_session_that_ends_in_the_middle_loses_no_word(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.write("Before. ")
    with server.people.begin() as connection:
        connection.execute(sa.text("UPDATE signins SET seen = seen - :s"), {"s": IDLE + 1})
    anna.note.press_sequentially("After it ended. ")
    again = anna.page.locator("#again")
    expect(again).to_be_visible()
    assert "After" not in kept(server, ref)["note"]
    again.get_by_label("Password").fill("wrong")
    anna.page.keyboard.press("Enter")
    expect(again.get_by_role("alert")).to_contain_text("don't go together")
    again.get_by_label("Password").fill(PASSWORD)
    anna.page.keyboard.press("Enter")
    expect(again).to_be_hidden()
    anna.settled()
    expect(anna.note).to_have_value("Before. After it ended. ")
    assert kept(server, ref)["note"] == "Before. After it ended. "


def test_a_warning_comes_before_the_end_and_one_key_stays(
    sit: Sit, page_of: Callable[..., Page], server: Server
) -> None:
    page = page_of()
    page.clock.install()
    anna = Desk(page, server.url)
    with server.people.begin() as connection:
        connection.execute(sa.text("UPDATE signins SET seen = seen - :s"), {"s": IDLE - 100})
    page.clock.fast_forward(int(IDLE - 110) * 1000)
    warn = page.locator("#warn")
    expect(warn).to_be_visible()
    expect(warn.get_by_role("button", name="Stay signed in")).to_be_focused()
    with page.expect_response("**/session"):
        page.keyboard.press("Enter")
    expect(warn).to_be_hidden()
    with server.people.connect() as connection:
        seen = connection.execute(sa.text("SELECT max(seen) - min(created) FROM signins")).scalar()
    assert seen > 0
    assert anna.name == "anna"


def test_a_server_that_is_gone_for_a_while_loses_no_word(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.write("Before. ")
    server.stop()
    anna.note.press_sequentially("While it was gone. ")
    expect(anna.trouble).to_contain_text("no connection")
    server.start()
    anna.settled()
    expect(anna.trouble).to_be_empty()
    assert kept(server, ref)["note"] == "Before. While it was gone. "


def test_a_tab_that_is_closed_while_the_server_is_gone_loses_no_word(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.write("Before. ")
    server.stop()
    anna.note.press_sequentially("Never sent.")
    expect(anna.trouble).to_contain_text("no connection")
    context = anna.page.context
    anna.page.close()
    server.start()
    page = context.new_page()
    page.goto(f"{server.url}/calls/{ref}")
    expect(page.locator("#note")).to_have_value("Before. Never sent.")
    expect(page.locator("#restored")).to_contain_text("that had not been saved are back")
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert kept(server, ref)["note"] == "Before. Never sent."
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_tab_that_is_closed_in_the_middle_of_a_word_loses_nothing(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.note.press_sequentially("Half a wo")
    context = anna.page.context
    anna.page.close()
    page = context.new_page()
    page.goto(f"{server.url}/calls/{ref}")
    expect(page.locator("#note")).to_have_value("Half a wo")


def test_two_advisers_at_once_keep_to_their_own_calls_and_in_one_call_lose_nothing(sit: Sit, server: Server) -> None:
    anna, ben = sit("anna"), sit("ben")
    first, second = anna.start(), ben.start("School staff or governor")
    anna.write("The first note. ")
    ben.write("The second note. ")
    assert (kept(server, first)["note"], kept(server, second)["note"]) == ("The first note. ", "The second note. ")
    ben.page.goto(f"{server.url}/find?reference={first.replace('-', '')}")
    expect(ben.page.get_by_text("anna has this call open too.")).to_be_visible()
    ben.write("Theirs. ")
    anna.note.press_sequentially("Ours.")
    expect(anna.trouble).to_contain_text("This call was changed elsewhere")
    expect(anna.trouble.locator("blockquote")).to_contain_text("Theirs.")
    anna.trouble.get_by_role("button", name="Keep both").click()
    anna.settled()
    assert "Theirs." in kept(server, first)["note"]
    assert "Ours." in kept(server, first)["note"]


def test_a_hand_over_from_the_chat_is_taken_by_one(sit: Sit, server: Server) -> None:
    Handovers(server.people).put("web-1", "Parent · Hackney\n- what now?", "anna@example.org", "hackney", "parent")
    anna, ben = sit("anna"), sit("ben")
    for who in (anna, ben):
        who.page.get_by_role("link", name=re.compile("From the chat")).first.click()
    anna.page.get_by_role("button", name="Take it").click()
    expect(anna.page.locator(".handover")).to_contain_text("what now?")
    expect(anna.known).to_contain_text("Hackney")
    ben.page.get_by_role("button", name="Take it").click()
    expect(ben.page.get_by_text("Somebody else has taken that one")).to_be_visible()
    assert len(Calls(server.people).some()) == 1


def test_a_call_back_is_arranged_made_and_tried_again(sit: Sit, server: Server) -> None:
    anna = sit()
    anna.start()
    anna.write("Wants a call. ")
    page = anna.page
    page.locator("#end").click()
    page.locator("#outcome-call-back").check()
    page.get_by_role("button", name="Close the call").click()
    expect(page.locator("#faults")).to_contain_text("Write the number to ring back.")
    page.get_by_label("Day").fill("2099-01-05")
    page.get_by_label("Time").fill("15:30")
    page.get_by_label("Number to ring").fill("01473 111222")
    page.get_by_role("button", name="Close the call").click()
    page.get_by_role("link", name="Call-backs", exact=True).click()
    expect(page.locator(".callback")).to_contain_text("01473 111222")
    page.get_by_text("No answer, try again").first.click()
    page.get_by_label("Try again on").fill("2099-01-06")
    page.get_by_label("at", exact=True).fill("10:00")
    page.get_by_role("button", name="No answer, try again").click()
    expect(page.locator(".callback")).to_contain_text("1 tried")
    page.get_by_role("button", name="Ring and start a call").click()
    expect(page.get_by_text("They rang before")).to_be_visible()
    page.goto(f"{server.url}/callbacks")
    page.get_by_role("button", name=re.compile("^Done")).click()
    expect(page.get_by_text("No call-backs are due.")).to_be_visible()
    assert CallBacks(server.people).open() == []


# -------------------------------------------------------------------------------------------------- for everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_screen(scheme: str, sit: Sit, server: Server) -> None:
    Handovers(server.people).put("web-1", "Parent · Hackney\n- what now?", None, "hackney", "parent")
    sue = sit("sue", viewport={"width": 1280, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    page = sue.page
    found = {"home": axe(page)}
    sue.start()
    sue.note.fill("Mrs Smith from Ipswich. Suspended, no letter, 07700 900123.")
    expect(page.locator("#personal .spot")).to_have_count(2)
    sue.ask("what must be in the letter?").locator(".own summary").click()
    page.locator("#special").select_option("child-calling")
    found["call"] = axe(page)
    page.keyboard.press("Alt+r")
    page.keyboard.type("managed move")
    expect(page.locator("#results li").first).to_be_visible()
    found["search"] = axe(page)
    page.locator("#results button").first.click()
    expect(page.locator("#record .say")).to_be_visible()
    found["record"] = axe(page)
    page.keyboard.press("Alt+c")
    found["contacts"] = axe(page)
    page.keyboard.press("Alt+g")
    expect(page.locator("#safeguarding .danger")).to_be_visible()
    found["safeguarding"] = axe(page)
    page.evaluate("document.getElementById('again').showModal()")
    found["sign in again"] = axe(page)
    page.evaluate("document.getElementById('again').close()")
    page.locator("#end").click()
    expect(page.locator("#personal")).to_contain_text("Before you end the call")
    found["asked before the end"] = axe(page)
    for left in (1, 0):
        page.get_by_role("button", name="Take it out").first.click()
        expect(page.locator("#personal .spot")).to_have_count(left)
    page.locator("#end").click()
    page.locator("#outcome-call-back").check()
    page.get_by_role("button", name="Close the call").click()
    found["end"] = axe(page)
    for path in ("/callbacks", "/handovers", "/supervisor", "/safeguarding", "/nothing"):
        if scheme == "light":  # the colours are those of the screens before
            page.goto(server.url + path)
            found[path] = axe(page)
    page.goto(server.url)
    page.get_by_role("button", name="Sign out").click()
    found["sign in"] = axe(page)
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (320, 256)])
def test_nothing_scrolls_sideways_and_targets_are_large_enough(
    width: int, height: int, sit: Sit, server: Server
) -> None:
    anna = sit(viewport={"width": width, "height": height})
    page = anna.page
    anna.start()
    anna.note.fill("Mum from Ipswich, suspended, 07700 900123.")
    anna.settled()
    anna.ask("who can help me?")
    for tab in ("search", "contacts", "safeguarding", "answer"):
        page.locator(f"#tab-{tab}").click()
        assert page.evaluate(WIDE) == [], tab
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
        assert page.evaluate(SMALL) == [], tab
    page.locator("#end").click()
    for path in ("/", "/callbacks", "/safeguarding"):
        page.goto(server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
