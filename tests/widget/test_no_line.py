"""No connection when the chat is opened: whom to ring stands there at once, and what is typed is not lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.widget import bundle
from knowledge.desk import Desk
from knowledge.render import words
from tests.widget.conftest import PHONE
from tests.widget.double import Double, sent
from tests.widget.guest import Guest, Visit
from tests.widget.test_access import axe

CRY = "my son wants to kill himself"
# the ways in which a line is missing
MISSING: dict[str, Callable[[Page], Any]] = {
    "refused": lambda page: page.route("**/web/**", lambda route: route.abort()),
    "silent": lambda page: page.route("**/web/**", lambda route: None),
    "offline": lambda page: page.context.set_offline(True),
}


def without_line(guest: Guest, how: str) -> None:
    """Open the chat where nothing gets through."""
    MISSING[how](guest.page)
    guest.page.locator(".launcher").click()
    expect(guest.page.locator(".panel")).to_be_visible()


def with_line(guest: Guest) -> None:
    """The line is there."""
    guest.page.unroute_all()
    guest.page.context.set_offline(False)


def test_the_bundle_s_numbers_are_those_of_the_records(desk: Desk) -> None:
    first, named = bundle.first_help(), words()["web"]["no_line"]
    services = [desk.knowledge.services[name] for name in (named["urgent"], *named["others"])]
    assert [(c["title"], c["phone"]) for c in first["contacts"]] == [(s.title, s.phone) for s in services[1:]]
    assert len(first["contacts"]) == 2
    assert first["urgent"] in words()["web"]["start"]
    assert str(services[0].phone) in first["urgent"]
    assert all(service.verified and str(service.phone) in bundle.script().decode() for service in services)


@pytest.mark.slow
@pytest.mark.parametrize("how", list(MISSING))
@pytest.mark.parametrize("options", [{}, PHONE], ids=["laptop", "phone"])
def test_whom_to_ring_stands_there_at_once_and_after_a_while_the_words_say_so(
    how: str, options: dict[str, Any], double: Double, visit: Visit
) -> None:
    guest = visit(**options)
    without_line(guest, how)
    early = guest.page.locator(".early")
    expect(early).to_contain_text("If someone is in danger now, ring 999.")
    for number in ("999", "116123", "08001111"):
        assert guest.eval(f"root.querySelector('.early a[href=\"tel:{number}\"]').offsetHeight > 0"), number
    guest.listen()
    guest.type(CRY)
    expect(guest.page.locator(".way")).to_have_text("Waiting for a connection")
    expect(guest.notice).to_contain_text("I have no connection, so I can't answer now.", timeout=12000)
    expect(guest.notice.locator("a[href='tel:999']")).to_be_visible()
    expect(guest.notice.locator("a[href='tel:116123']")).to_be_visible()
    expect(guest.page.locator(".way")).to_have_text("Waiting for a connection")
    guest.page.wait_for_timeout(3000)
    assert sum("Samaritans" in said for said in guest.heard) == 1  # read out, and once
    expect(guest.notice).to_contain_text("Samaritans")
    with_line(guest)
    if how != "silent":
        guest.page.evaluate("dispatchEvent(new Event('online'))")
        expect(guest.replies).to_have_count(1, timeout=15000)
        expect(guest.notice).to_be_hidden()
        expect(guest.first).to_be_visible()
        expect(early).to_be_hidden()
        assert [body["text"] for body in sent(double)] == [CRY]


@pytest.mark.slow
def test_what_waits_is_seen_again_and_sent_after_a_reload_without_a_line(double: Double, visit: Visit) -> None:
    guest = visit()
    without_line(guest, "refused")
    guest.type(CRY)
    expect(guest.page.locator(".way")).to_have_text("Waiting for a connection")
    guest.page.reload()
    expect(guest.said).to_contain_text(CRY)
    expect(guest.page.locator(".early")).to_be_visible()
    with_line(guest)
    expect(guest.replies).to_have_count(1, timeout=15000)
    assert [body["text"] for body in sent(double)] == [CRY]
    expect(guest.said).to_have_count(1)


@pytest.mark.slow
def test_the_full_page_keeps_its_numbers_until_there_is_a_line(double: Double, page_of: Callable[..., Page]) -> None:
    page = page_of()
    page.route("**/web/**", lambda route: route.abort())
    page.goto(double.url + "/chat")
    early = page.locator(".early")
    expect(early).to_contain_text("ring 999")
    assert early.locator("li").count() > 2
    expect(early.locator("a[href^='tel:']").nth(2)).to_be_visible()
    assert axe(page) == []
    guest = Guest(page)
    guest.type(CRY)
    expect(guest.notice).to_contain_text("I can't answer now", timeout=12000)
    expect(early).to_be_visible()
    page.unroute_all()
    expect(guest.replies).to_have_count(1, timeout=15000)
    expect(early).to_be_hidden()


@pytest.mark.slow
def test_in_the_middle_of_a_conversation_too_the_words_say_whom_to_ring(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    MISSING["refused"](guest.page)
    double.stop()
    guest.type(CRY)
    expect(guest.page.locator(".way")).to_have_text("Waiting for a connection")
    expect(guest.notice).to_contain_text("If someone is in danger now, ring 999.", timeout=12000)
    double.start()
    with_line(guest)
    expect(guest.replies).to_have_count(2, timeout=20000)
    expect(guest.notice).to_be_hidden()


@pytest.mark.slow
def test_a_page_that_may_not_use_the_chat_keeps_saying_why_beside_the_numbers(double: Double, visit: Visit) -> None:
    double.refuse = lambda m, path, b: (403, {"error": "Not set up here."}) if path.startswith("/web/") else None
    guest = visit()
    guest.page.locator(".launcher").click()
    expect(guest.notice).to_have_text("Not set up here.")
    guest.page.wait_for_timeout(7000)
    expect(guest.notice).to_have_text("Not set up here.")
    expect(guest.page.locator(".early")).to_contain_text("999")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_without_a_line(scheme: str, visit: Visit) -> None:
    guest = visit(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    without_line(guest, "refused")
    guest.type(CRY)
    expect(guest.notice).to_contain_text(re.compile("can't answer now"), timeout=12000)
    assert axe(guest.page) == []
