"""Leaving, and coming back by the browser's own button: nothing that was left is seen again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.widget.conftest import LAPTOP, PHONE, chromium
from tests.widget.double import Double
from tests.widget.guest import ROOT, Guest, Visit

pytestmark = pytest.mark.slow
NEUTRAL = "https://neutral.example/x"
HOST = f"<!doctype html><title>Host</title><p>Host</p><script src='$SCRIPT' data-leave='{NEUTRAL}'></script>"
BARE = "<!doctype html><title>Bare</title><p>Bare</p>"
# what the page shows in the first frame after it is back, before anything else can happen
FIRST_FRAME = f"""addEventListener('pageshow', (e) => {{
  window.back = e.persisted;
  requestAnimationFrame(() => {{ window.frame = {ROOT}.innerText + {ROOT}.querySelector('#question').value; }});
}});"""
SECRET = "crisis"  # what is asked; its answer has the help card


@pytest.fixture(scope="module")
def remembering(browser: Browser) -> Iterator[Browser]:
    """Chromium that keeps pages of the history as they were, as people's browsers do."""
    off = ["--disable-back-forward-cache"]
    launched = browser.browser_type.launch(executable_path=chromium(), args=["--no-sandbox"], ignore_default_args=off)
    yield launched
    launched.close()


@pytest.fixture
def surf(remembering: Browser, page_of: Callable[..., Page]) -> Iterator[Callable[..., Guest]]:
    """Somebody who goes from page to page in one tab of such a browser."""
    contexts = []

    def make(address: str, **options: Any) -> Guest:
        context = remembering.new_context(**(options or LAPTOP))
        context.set_default_timeout(6000)
        contexts.append(context)
        page = page_of(context)
        page.route("https://neutral.example/**", lambda route: route.fulfill(body="<title>Weather</title>"))
        page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>"))
        page.goto(address)
        return Guest(page)

    yield make
    for context in contexts:
        context.close()


def leave(guest: Guest, how: str) -> None:
    """Away from here."""
    if how == "button":
        guest.page.get_by_role("button", name="Leave this page now").click()
    else:
        for _ in range(3):
            guest.page.keyboard.press("Shift")
    guest.page.wait_for_url(re.compile("^https:"))


def back(guest: Guest) -> None:
    """The browser's Back, to a page that it kept as it was."""
    guest.page.evaluate("() => void setTimeout(() => history.back())")
    guest.page.wait_for_url(re.compile("^http:"), wait_until="commit")
    guest.page.wait_for_function("window.frame !== undefined")
    assert guest.page.evaluate("window.back") is True


@pytest.mark.parametrize("how", ["button", "Shift"])
@pytest.mark.parametrize("kept", [False, True], ids=["in the tab", "on the device"])
@pytest.mark.parametrize("options", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_after_leaving_on_a_later_page_back_shows_nothing(
    how: str, kept: bool, options: dict[str, Any], double: Double, surf: Callable[..., Guest]
) -> None:
    first, second = double.host("one", HOST), double.host("two", HOST)
    guest = surf(first, **options).open()
    guest.ask(SECRET)
    if kept:
        guest.menu().get_by_label("Keep it on this device").check()
        guest.page.get_by_role("button", name="Back to the conversation").click()
    guest.input.fill("half a thought")
    guest.page.evaluate(FIRST_FRAME)
    guest.page.goto(second)
    expect(guest.replies).to_have_count(1)
    leave(guest, how)
    back(guest)
    expect(guest.page.locator(".launcher")).to_be_visible()
    expect(guest.page.locator(".panel")).to_be_hidden()
    shown = guest.page.evaluate("window.frame")
    assert "half a thought" not in shown
    assert SECRET not in shown
    guest.page.wait_for_timeout(1500)
    assert guest.kept() == {}
    sessions = len(double.calls("/web/session"))
    guest.open()
    expect(guest.replies).to_have_count(0)
    expect(guest.input).to_have_value("")
    expect(guest.page.locator(".told")).to_have_count(0)  # no word of a conversation that there was
    assert len(double.calls("/web/session")) == sessions + 1
    assert double.calls("/web/session")[-1]["token"] is None


@pytest.mark.parametrize("how", ["button", "Shift"])
def test_after_leaving_back_to_the_page_of_our_own_shows_nothing(
    how: str, double: Double, surf: Callable[..., Guest]
) -> None:
    guest = surf(double.url + "/chat")
    guest.ask(SECRET)
    guest.menu()
    guest.page.evaluate(FIRST_FRAME)
    guest.page.goto(double.url + "/")
    expect(guest.replies).to_have_count(1) if guest.replies.count() else guest.open()
    leave(guest, how)
    back(guest)
    shown = guest.page.evaluate("window.frame")
    assert SECRET not in shown
    assert "Delete this conversation" not in shown
    expect(guest.first).to_be_visible()
    expect(guest.replies).to_have_count(0)
    guest.ask("greeting")


def test_after_deleting_on_a_later_page_back_shows_nothing(double: Double, surf: Callable[..., Guest]) -> None:
    guest = surf(double.host("one", HOST)).open()
    guest.ask(SECRET)
    guest.page.evaluate(FIRST_FRAME)
    guest.page.goto(double.host("two", HOST))
    expect(guest.replies).to_have_count(1)
    guest.menu().get_by_role("button", name="Delete this conversation").click()
    guest.page.get_by_role("button", name="Yes, delete it").click()
    expect(guest.log).to_contain_text("The conversation is deleted.")
    guest.ask("greeting")
    back(guest)
    assert SECRET not in guest.page.evaluate("window.frame")
    expect(guest.replies).to_have_count(1)  # of the new one
    expect(guest.said).to_contain_text("greeting")


def test_where_nothing_can_be_stored_back_shows_nothing_either(double: Double, surf: Callable[..., Guest]) -> None:
    guest = surf(double.host("bare", BARE))
    for kind in ("sessionStorage", "localStorage"):
        guest.page.add_init_script(f"Object.defineProperty(window, '{kind}', {{ get() {{ throw new Error('no') }} }})")
    guest.page.goto(double.host("one", HOST))
    guest.open().ask(SECRET)
    guest.page.evaluate(FIRST_FRAME)
    guest.page.goto(double.host("two", HOST))
    guest.open()
    leave(guest, "button")
    back(guest)
    assert SECRET not in guest.page.evaluate("window.frame")


@pytest.mark.parametrize("kept", [False, True], ids=["in the tab", "on the device"])
def test_who_only_went_on_comes_back_to_all_of_the_conversation(
    kept: bool, double: Double, surf: Callable[..., Guest]
) -> None:
    guest = surf(double.host("one", HOST)).open()
    guest.ask("greeting")
    guest.input.fill("half a thought")
    guest.page.evaluate(FIRST_FRAME)
    guest.page.goto(double.host("two", HOST))
    expect(guest.replies).to_have_count(1)
    if kept:
        guest.menu().get_by_label("Keep it on this device").check()
        guest.page.get_by_role("button", name="Back to the conversation").click()
    guest.ask("duties")
    back(guest)
    expect(guest.input).to_have_value("half a thought")
    expect(guest.replies).to_have_count(2)
    guest.ask("long")
    expect(guest.replies).to_have_count(3)
    expect(guest.first).to_contain_text("kept on this device" if kept else "ends when you close this tab")


def test_what_the_page_showed_is_hidden_while_it_is_away(double: Double, surf: Callable[..., Guest]) -> None:
    guest = surf(double.host("one", HOST)).open()
    guest.ask(SECRET)
    hidden = "getComputedStyle(root.querySelector('.msg')).visibility"
    guest.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert guest.eval(hidden) == "hidden"
    guest.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert guest.eval(hidden) == "visible"
    expect(guest.replies).to_have_count(1)


# --------------------------------------------------------------------------------------------- three presses of Shift


@pytest.mark.parametrize("path", ["/chat", "/host/one"])
def test_three_presses_of_shift_leave_a_page_that_nobody_has_touched(path: str, double: Double, visit: Visit) -> None:
    double.host("one", HOST.replace("<script ", "<script data-open "))
    guest = visit(f"http://localhost:{double.port}{path}")
    guest.page.route("https://*.*/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    expect(guest.first).to_be_visible()
    leave(guest, "Shift")


def test_three_presses_of_shift_leave_with_the_focus_on_the_host_s_page(double: Double, visit: Visit) -> None:
    greedy = "<script>document.addEventListener('keydown', (e) => e.stopImmediatePropagation(), true)</script>"
    guest = visit(double.host("one", HOST.replace("<p>Host</p>", "<p>Host</p><input id='own'>") + greedy))
    guest.page.route("https://*.*/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    guest.open()
    guest.page.locator("#own").focus()
    leave(guest, "Shift")


def test_shift_does_nothing_while_the_chat_is_closed_or_the_mouse_chooses(double: Double, visit: Visit) -> None:
    guest = visit(double.host("one", HOST))
    for _ in range(4):
        guest.page.keyboard.press("Shift")
    guest.open()
    for _ in range(4):
        guest.page.get_by_text("Host", exact=True).click(modifiers=["Shift"])
    guest.page.wait_for_timeout(300)
    assert guest.page.url.endswith("/host/one")


# ------------------------------------------------------------------------------------------- where the browser refuses


def test_leaving_works_where_the_browser_refuses_to_forget(double: Double, visit: Visit) -> None:
    guest = visit(double.host("one", HOST))
    guest.page.route("https://*.*/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    guest.open().ask(SECRET)
    guest.page.evaluate("() => { Storage.prototype.removeItem = () => { throw new Error('no') } }")
    leave(guest, "button")


def test_deleting_works_where_the_browser_refuses_to_forget(visit: Visit) -> None:
    guest = visit().open()
    guest.ask(SECRET)
    guest.page.evaluate("() => { Storage.prototype.removeItem = () => { throw new Error('no') } }")
    guest.menu().get_by_role("button", name="Delete this conversation").click()
    guest.page.get_by_role("button", name="Yes, delete it").click()
    expect(guest.log).to_contain_text("The conversation is deleted.")
    expect(guest.replies).to_have_count(0)


def test_a_device_that_keeps_nothing_says_so(visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    guest.page.evaluate(
        """() => {
          const set = Storage.prototype.setItem;
          Storage.prototype.setItem = function (...all) {
            if (this === localStorage) throw new Error("no");
            set.apply(this, all);
          };
        }"""
    )
    view = guest.menu()
    view.get_by_label("Keep it on this device").click()
    expect(view.get_by_label("Keep it on this device")).not_to_be_checked()
    expect(view).to_contain_text("does not let me keep anything")
    guest.page.reload()
    expect(guest.replies).to_have_count(1)
    expect(guest.first).to_contain_text("ends when you close this tab")


def test_rubbish_under_our_name_from_another_tab_does_no_harm(visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    guest.menu().get_by_label("Keep it on this device").check()
    guest.page.get_by_role("button", name="Back to the conversation").click()
    other = guest.page.context.new_page()
    other.goto(guest.page.url)
    other.evaluate("Object.keys(localStorage).forEach((name) => localStorage.setItem(name, '{'))")
    guest.page.wait_for_timeout(300)
    guest.ask("duties")
