"""What is written stays with its writer: not in the browser once it is saved, not under another's name, not lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Dialog, Page, Route, expect

from bot.people.accounts import IDLE
from bot.people.callbacks import CallBacks
from bot.people.calls import Calls
from bot.people.concerns import Concerns
from tests.console.conftest import PASSWORD, Adviser, Desk, Server

Sit = Callable[..., Desk]
By = Callable[..., Adviser]
PERSONAL = "Ring mum on 07700 900123, 12 Mare Street. "
MARKED = "Ring mum on [phone number], [street address]. "
TURNED = "pay \u202egnp.exe\u202c no\u200bw"
PLAIN = "pay gnp.exe now"


def stored(server: Server, ref: str) -> str:
    """The note as the server has it."""
    call = Calls(server.people).get(ref)
    assert call
    return str(call["note"])


def in_the_browser(page: Page) -> dict[str, str]:
    """All that this browser keeps of the console."""
    return dict(page.evaluate("() => ({ ...localStorage, ...sessionStorage })"))


def until_nothing_is_left(page: Page) -> None:
    """Wait until this browser keeps nothing of the console."""
    for _ in range(60):
        if not in_the_browser(page):
            return
        page.wait_for_timeout(100)
    raise AssertionError(in_the_browser(page))


def in_another_tab(desk: Desk, name: str) -> Page:
    """Somebody else takes over the browser: signs out who is there, and signs in."""
    page: Page = desk.page.context.new_page()
    page.goto(desk.url)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_contain_text(name)
    return page


def end_the_sign_in(server: Server) -> None:
    """As if nobody had done anything for half an hour."""
    with server.people.begin() as connection:
        connection.execute(sa.text("UPDATE signins SET seen = seen - :s"), {"s": IDLE + 1})


# ------------------------------------------------------------------------------------------- nothing personal is left


@pytest.mark.slow
def test_nothing_personal_outlives_a_save_and_no_one_else_is_said_to_have_changed_it(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.write(PERSONAL)
    expect(anna.page.locator("#personal .spot")).to_have_count(2)
    anna.settled()
    assert stored(server, ref) == MARKED
    assert in_the_browser(anna.page) == {}
    expect(anna.note).to_have_value(PERSONAL)  # undecided, on the page alone
    anna.page.reload()
    expect(anna.note).to_have_value(MARKED)
    anna.write("More. ")
    expect(anna.trouble).to_be_empty()
    assert stored(server, ref) == "More. " + MARKED


@pytest.mark.slow
def test_what_was_saved_as_the_page_ended_is_gone_from_the_browser_with_the_next_page(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.write("Before. ")
    anna.note.press_sequentially(PERSONAL)
    anna.page.get_by_role("link", name="Call-backs").first.click()
    expect(anna.page.get_by_role("heading", name="Call-backs")).to_be_visible()
    until_nothing_is_left(anna.page)
    assert stored(server, ref) == "Before. " + MARKED
    anna.page.goto(f"{server.url}/calls/{ref}")
    anna.write("After. ")
    expect(anna.trouble).to_be_empty()
    assert stored(server, ref) == "After. Before. " + MARKED


@pytest.mark.slow
@pytest.mark.parametrize("at", ["the same call", "another page"])
def test_words_that_never_reached_the_server_are_saved_by_the_next_page(at: str, sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.write("Before. ")
    context = anna.page.context
    server.stop()
    anna.note.press_sequentially(PERSONAL)
    anna.page.close()
    server.start()
    page = context.new_page()
    page.goto(f"{server.url}/calls/{ref}" if at == "the same call" else f"{server.url}/callbacks")
    until_nothing_is_left(page)
    assert stored(server, ref) == "Before. " + MARKED
    page.goto(f"{server.url}/calls/{ref}")
    expect(page.locator("#trouble")).to_be_empty()


@pytest.mark.slow
def test_a_save_whose_answer_got_lost_is_no_change_by_somebody_else(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    lost: list[str] = []

    def taken_but_not_said(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    anna.page.route("**/save", taken_but_not_said)
    anna.note.press_sequentially(PERSONAL)
    expect(anna.trouble).to_contain_text("no connection")
    anna.note.press_sequentially("More. ")
    anna.settled()
    expect(anna.trouble).to_be_empty()
    assert stored(server, ref) == MARKED + "More. "
    assert lost


@pytest.mark.slow
def test_what_looks_personal_is_asked_about_before_the_call_ends(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    page = anna.page
    anna.note.press_sequentially("Ring mum on 07700 900123. ")
    page.locator("#end").click()
    box = page.locator("#personal")
    expect(box).to_contain_text("Before you end the call")
    expect(box.get_by_role("button", name="Take it out")).to_be_focused()
    assert page.url.endswith(ref)
    box.get_by_role("button", name="Keep it").click()
    expect(box.locator(".spot")).to_have_count(0)
    page.locator("#end").click()
    expect(page.get_by_role("heading", name=f"End call {ref}")).to_be_visible()
    assert stored(server, ref) == "Ring mum on 07700 900123. "


def test_what_its_writer_decided_to_keep_is_not_taken_out_by_the_next_save(people: Any, adviser: By) -> None:
    anna = adviser()
    ref = anna.call()
    anna.save(ref, note="Ring 07700 900123.", keep=["07700 900123"])
    again = anna.save(ref, note="Ring 07700 900123. Or 07700 900456.").json
    assert [spot["words"] for spot in again["personal"]] == ["07700 900456"]
    assert again["stored"] == "Ring 07700 900123. Or [phone number]."
    anna.save(ref, note="Ring.")
    assert anna.save(ref, note="Ring 07700 900123.").json["stored"] == "Ring [phone number]."


@pytest.mark.slow
def test_signing_out_saves_what_was_written_last_and_leaves_nothing(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.page.evaluate("""() => {
      localStorage.setItem('call-417-2058-99', '{"note": "07700 900123"}');  // of another adviser
      localStorage.setItem('concern-7', '{"said": "words of a child"}');  // of an earlier console
      sessionStorage.setItem('call-417-2058-1', '{"note": "07700 900123"}');
    }""")
    anna.note.press_sequentially(PERSONAL)
    anna.page.get_by_role("button", name="Sign out").click()
    expect(anna.page.get_by_text("You are signed out.")).to_be_visible()
    assert in_the_browser(anna.page) == {}
    assert stored(server, ref) == MARKED


@pytest.mark.slow
def test_signing_out_with_words_that_cannot_be_saved_asks_first(sit: Sit, server: Server) -> None:
    anna = sit()
    anna.start()
    page = anna.page
    asked: list[str] = []

    def no(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.route("**/save", lambda route: route.abort())
    anna.note.press_sequentially(PERSONAL)
    page.once("dialog", no)
    page.get_by_role("button", name="Sign out").click()
    expect(anna.trouble).to_contain_text("no connection")
    assert "is not saved" in asked[0]
    expect(anna.note).to_have_value(PERSONAL)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert in_the_browser(page) == {}


@pytest.mark.slow
def test_a_safeguarding_record_stays_in_the_browser_no_longer_than_until_it_is_saved(sit: Sit, server: Server) -> None:
    anna = sit()
    page = anna.page
    page.goto(f"{server.url}/safeguarding")
    with page.expect_navigation():
        page.get_by_role("button", name="Write a safeguarding record").click()
    server.stop()
    page.locator("#said").press_sequentially("my stepdad")
    page.get_by_label("I have told the safeguarding lead").check()
    expect(page.locator("#trouble")).to_contain_text("no connection")
    address, context = page.url, page.context
    page.close()
    server.start()
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#said")).to_have_value("my stepdad")
    expect(page.locator("#saved")).to_contain_text("Saved")
    record = Concerns(server.people).all()[0]
    assert (record["said"], record["lead_told"]) == ("my stepdad", True)
    assert in_the_browser(page) == {}


# ----------------------------------------------------------------------------------------------------- under whose name


@pytest.mark.slow
@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_words_typed_after_staying_signed_in_are_written(
    how: str, page_of: Callable[..., Page], server: Server
) -> None:
    page = page_of()
    page.clock.install()
    anna = Desk(page, server.url)
    ref = anna.start()
    anna.write("Before. ")
    with server.people.begin() as connection:
        connection.execute(sa.text("UPDATE signins SET seen = seen - :s"), {"s": IDLE - 100})
    page.clock.fast_forward(int(IDLE - 110) * 1000)
    stay = page.get_by_role("button", name="Stay signed in")
    expect(stay).to_be_visible()
    stay.click() if how == "mouse" else page.keyboard.press("Enter")
    expect(page.locator("#warn")).to_be_hidden()
    expect(anna.note).to_be_focused()
    page.keyboard.type("After.")
    expect(anna.note).to_have_value("Before. After.")
    page.clock.run_for(2000)
    anna.settled()
    assert stored(server, ref) == "Before. After."


@pytest.mark.slow
@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_words_typed_after_signing_in_again_are_written(how: str, sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.write("Before. ")
    end_the_sign_in(server)
    anna.note.press_sequentially("Meanwhile. ")
    again = anna.page.locator("#again")
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Go on").click() if how == "mouse" else anna.page.keyboard.press("Enter")
    expect(again).to_be_hidden()
    expect(anna.note).to_be_focused()
    anna.page.keyboard.type("After.")
    expect(anna.note).to_have_value("Before. Meanwhile. After.")
    anna.settled()
    anna.page.locator("#end").click()
    expect(anna.page.get_by_role("heading", name=f"End call {ref}")).to_be_visible()
    assert stored(server, ref) == "Before. Meanwhile. After."


@pytest.mark.slow
def test_what_is_typed_on_ones_page_is_not_saved_under_the_next_one_s_sign_in(sit: Sit, server: Server) -> None:
    ben = sit("ben")
    ref = ben.start()
    ben.write("First. ")
    other = in_another_tab(ben, "anna")
    ben.note.press_sequentially("More. ")
    again = ben.page.locator("#again")
    expect(again).to_contain_text("Somebody else has signed in in this browser.")
    expect(again).to_contain_text("Sign in as ben to save it.")
    assert stored(server, ref) == "First. "
    expect(ben.note).to_have_value("First. More. ")
    other.reload()
    expect(other.locator(".who")).to_contain_text("anna")  # who is not signed out by it
    again.get_by_label("Password").fill(PASSWORD)
    ben.page.keyboard.press("Enter")
    expect(again).to_be_hidden()
    ben.settled()
    assert stored(server, ref) == "First. More. "


@pytest.mark.slow
def test_a_safeguarding_record_is_not_written_on_under_a_lead_s_sign_in(sit: Sit, server: Server) -> None:
    ben = sit("ben")
    ben.page.goto(f"{server.url}/safeguarding")
    with ben.page.expect_navigation():
        ben.page.get_by_role("button", name="Write a safeguarding record").click()
    in_another_tab(ben, "lea")  # who may read it
    ben.page.locator("#said").press_sequentially("words of ben")
    expect(ben.page.locator("#again")).to_contain_text("Sign in as ben to save it.")
    assert Concerns(server.people).all()[0]["said"] == ""
    expect(ben.page.locator("#said")).to_have_value("words of ben")


def test_nothing_that_a_page_s_script_sends_counts_under_another_account(app: Flask, people: Any, adviser: By) -> None:
    anna, ben = adviser("anna"), adviser("ben")
    ref = ben.call()
    number = ben.post("/concerns", kind="child-disclosing", area="suffolk", ref=ref).headers["Location"]
    bens = ben.heads()["X-Account"]
    bodies: dict[str, Any] = {
        f"/calls/{ref}/save": {"version": 1, "note": "x", "facts": {}},
        f"/calls/{ref}/told": {"record": "managed-move-meaning", "told": True},
        f"/calls/{ref}/ask": {"question": "what is a managed move?", "title": None},
        f"{number}/save": {"version": 1, "said": "x", "done": "", "lead_told": True},
        "/session": {},
    }
    for path, body in bodies.items():
        refused = anna.send(path, body, account=bens)
        assert (refused.status_code, refused.json) == (401, {"error": "another"}), path
    nameless = anna.client.post(
        f"/calls/{ref}/save",
        json=bodies[f"/calls/{ref}/save"],
        headers={name: value for name, value in anna.heads().items() if name != "X-Account"},
    )
    assert nameless.status_code == 401
    call = Calls(people).get(ref)
    assert call
    assert (call["note"], call["told"], call["version"]) == ("", [], 1)


def test_a_form_of_one_adviser_s_page_is_refused_under_another_s_sign_in(people: Any, adviser: By) -> None:
    ben = adviser("ben")
    ref, form = ben.call(), {"csrf_token": ben.token(), "version": 1, "outcome": "answered"}
    ben.post("/sign-out")
    assert ben.post("/sign-in", name="anna", password=PASSWORD).status_code == 302
    assert ben.client.post(f"/calls/{ref}/end", data=form).status_code == 400
    call = Calls(people).get(ref)
    assert call
    assert call["state"] == "open"


# --------------------------------------------------------------------------------------------- texts as people see them


def test_no_text_that_enters_can_turn_against_its_reader(people: Any, adviser: By) -> None:
    anna = adviser()
    ref = anna.call()
    assert anna.save(ref, note=TURNED, facts={"meeting_note": TURNED, "safe": TURNED}).json["stored"] == PLAIN
    record = anna.post("/concerns", kind="child-disclosing", area="suffolk", ref=ref).headers["Location"]
    anna.send(f"{record}/save", {"version": 1, "said": TURNED, "done": TURNED, "lead_told": False})
    anna.send(f"/calls/{ref}/ask", {"question": TURNED, "title": TURNED})
    form = {"outcome": "call-back", "day": "2099-01-05", "time": "10:00", "name": TURNED, "safe": TURNED}
    version = Calls(people).get(ref)["version"]  # type: ignore[index]
    ended = anna.post(f"/calls/{ref}/end", version=version, number=f"\u202e{TURNED}", other=TURNED, **form)
    assert ended.status_code == 302
    kept = json.dumps([Calls(people).some(), CallBacks(people).open(), Concerns(people).all()], ensure_ascii=False)
    shown = [anna.get(path).text for path in (f"/calls/{ref}", f"/calls/{ref}/end", "/callbacks", record)]
    for text in (kept, *shown):
        assert PLAIN in text
        assert not set(text) & set("\u202e\u202c\u200b")


def test_another_outcome_s_words_are_as_people_see_them(people: Any, adviser: By) -> None:
    anna = adviser()
    ref = anna.call()
    anna.post(f"/calls/{ref}/end", version=1, outcome="other", other=TURNED)
    assert Calls(people).get(ref)["outcome_note"] == PLAIN  # type: ignore[index]


@pytest.mark.slow
def test_what_is_pasted_into_a_note_shows_at_once_as_it_is_kept(sit: Sit, server: Server) -> None:
    anna = sit()
    ref = anna.start()
    anna.note.fill(TURNED)
    expect(anna.note).to_have_value(PLAIN)
    anna.page.keyboard.type("!")
    expect(anna.note).to_have_value(PLAIN + "!")
    anna.settled()
    expect(anna.saved).to_contain_text("Saved")
    anna.page.locator("#end").click()
    expect(anna.page.locator("#text-case")).to_contain_text(f"Note: {PLAIN}!")
    assert stored(server, ref) == PLAIN + "!"
