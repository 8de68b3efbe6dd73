"""Other tabs, keeping, leaving."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.widget.double import Double, sent
from tests.widget.guest import Visit

pytestmark = pytest.mark.slow


def test_a_conversation_goes_on_across_the_site_s_pages_and_dies_with_the_tab(double: Double, visit: Visit) -> None:
    for name in ("one", "two"):
        double.host(name, "<!doctype html><title>x</title><p>Host</p><script src='$SCRIPT'></script>")
    guest = visit(double.host("one", double.hosts["/host/one"][0]))
    guest.open().ask("greeting")
    guest.page.goto(f"http://localhost:{double.port}/host/two")
    expect(guest.replies).to_have_count(1)
    other = visit(f"http://localhost:{double.port}/host/two", context=guest.page.context).open()
    expect(other.replies).to_have_count(0)


def test_two_tabs_of_a_kept_conversation_show_the_same(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    view = guest.menu()
    expect(view).to_contain_text("on a phone or computer that others use")
    view.get_by_label("Keep it on this device").check()
    expect(guest.replies).to_have_count(1)
    other = visit(context=guest.page.context).open()
    expect(other.replies).to_have_count(1)
    expect(other.first).to_contain_text("kept on this device")
    other.ask("duties")
    expect(guest.replies).to_have_count(2)
    assert len(sent(double)) == 2
    assert double.calls("/web/session")[-1]["keep"] is True


def test_only_the_key_is_kept_never_the_words(visit: Visit) -> None:
    guest = visit().open()
    guest.ask("duties")
    guest.menu().get_by_label("Keep it on this device").check()
    kept = " ".join(guest.kept().values())
    assert "token" in kept
    assert "suspension" not in kept
    assert "duties" not in kept


def test_leaving_forgets_everything_here_and_replaces_the_page(double: Double, visit: Visit) -> None:
    page = "<!doctype html><title>Host</title><p>Host</p><script src='$SCRIPT' data-leave='https://neutral.example/x'></script>"
    before = double.host("before", "<!doctype html><title>Before</title><p>before</p>")
    guest = visit(before)
    guest.page.route("https://neutral.example/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    guest.page.goto(double.host("chat", page))
    guest.open().ask("crisis")
    guest.menu().get_by_label("Keep it on this device").check()
    guest.page.get_by_role("button", name="Leave this page now").click()
    guest.page.wait_for_url("https://neutral.example/x")
    guest.page.go_back()
    expect(guest.page).to_have_title("Before")
    assert guest.kept() == {}


def test_three_presses_of_shift_leave_too_but_capitals_do_not(double: Double, visit: Visit) -> None:
    page = "<!doctype html><title>Host</title><p>Host</p><script src='$SCRIPT' data-leave='https://neutral.example/x'></script>"
    guest = visit(double.host("chat", page))
    guest.page.route("https://neutral.example/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    guest.open()
    guest.input.focus()
    for letter in "SENDCO":
        guest.page.keyboard.press(f"Shift+{letter}")
    expect(guest.input).to_have_value("SENDCO")
    for _ in range(3):
        guest.page.keyboard.press("Shift")
    guest.page.wait_for_url("https://neutral.example/x")


def test_the_page_to_leave_for_is_never_a_script(double: Double, visit: Visit) -> None:
    page = "<!doctype html><title>Host</title><script src='$SCRIPT' data-leave='javascript:window.hurt=1'></script>"
    guest = visit(double.host("chat", page))
    guest.page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    guest.open().page.get_by_role("button", name="Leave this page now").click()
    guest.page.wait_for_url("https://www.bbc.co.uk/weather")


def test_deleting_leaves_nothing_here_or_on_the_server(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("duties")
    old = set(double.conversations)
    view = guest.menu()
    view.get_by_role("button", name="Delete this conversation").click()
    expect(view).to_contain_text("Delete it for good?")
    view.get_by_role("button", name="No, keep it").click()
    expect(view.get_by_text("Delete it for good?")).to_be_hidden()
    view.get_by_role("button", name="Delete this conversation").click()
    view.get_by_role("button", name="Yes, delete it").click()
    expect(guest.log).to_contain_text("The conversation is deleted.")
    expect(guest.replies).to_have_count(0)
    assert not old & set(double.conversations)
    guest.ask("greeting")


def test_deleting_without_a_line_says_so_and_keeps_it(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("duties")
    guest.page.context.set_offline(True)
    view = guest.menu()
    view.get_by_role("button", name="Delete this conversation").click()
    view.get_by_role("button", name="Yes, delete it").click()
    expect(view).to_contain_text("It could not be deleted")
    guest.page.context.set_offline(False)
    expect(guest.replies).to_have_count(1)


def test_start_again_is_said_to_the_assistant(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("duties")
    guest.menu().get_by_role("button", name="Start again").click()
    expect(guest.replies).to_have_count(2)
    assert sent(double)[-1]["payload"] == "/start_again"
    expect(guest.said.last).to_contain_text("Start again")
