"""Lost lines, and servers that go and come."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import PHONE
from tests.widget.double import Double, sent
from tests.widget.guest import Visit

pytestmark = pytest.mark.slow


def test_messages_wait_while_offline_and_go_out_once(double: Double, visit: Visit) -> None:
    guest = visit(**PHONE).open()
    guest.page.context.set_offline(True)
    expect(guest.notice).to_contain_text("You are offline")
    guest.type("greeting")
    guest.type("duties")
    expect(guest.page.locator(".way")).to_have_text(["Waiting for a connection"] * 2)
    guest.page.context.set_offline(False)
    expect(guest.replies).to_have_count(2)
    expect(guest.notice).to_be_hidden()
    expect(guest.page.locator(".way")).to_have_count(0)
    assert [body["text"] for body in sent(double)] == ["greeting", "duties"]


def test_a_server_that_goes_and_comes_back_loses_and_doubles_nothing(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    double.stop()
    guest.type("duties")
    expect(guest.notice).to_contain_text("I am trying again")
    double.start()
    expect(guest.replies).to_have_count(2, timeout=15000)
    expect(guest.notice).to_be_hidden()
    guest.page.reload()
    expect(guest.replies).to_have_count(2)
    expect(guest.said).to_have_text([re.compile("greeting"), re.compile("duties")])


def test_what_was_not_sent_survives_a_reload(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    double.refuse = lambda method, path, body: (503, {}) if path == "/web/message" else None
    guest.type("duties")
    expect(guest.page.locator(".way")).to_be_visible()
    guest.page.reload()
    expect(guest.said).to_have_count(2)
    double.refuse = lambda method, path, body: None
    expect(guest.replies).to_have_count(2, timeout=15000)
    conversation = next(iter(double.conversations.values()))
    assert len(conversation.ids) == len(set(conversation.ids)) == 2


def test_an_answer_lost_on_the_way_is_handled_once(double: Double, visit: Visit) -> None:
    guest = visit().open()

    def taken_but_not_said(method: str, path: str, body: Any) -> Any:
        if path != "/web/message":
            return None
        conversation = next(iter(double.conversations.values()))
        threading.Timer(2, double.take, (conversation, body)).start()  # by then it has been sent again
        double.refuse = lambda method, path, body: None
        return 502, {}

    double.refuse = taken_but_not_said
    guest.type("greeting")
    expect(guest.replies).to_have_count(1)
    guest.page.wait_for_timeout(3500)
    ids = [body["id"] for body in sent(double)]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    expect(guest.replies).to_have_count(1)
    expect(guest.said).to_have_count(1)


def test_events_that_come_twice_are_shown_once(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    conversation = next(iter(double.conversations.values()))
    with double.changed:
        conversation.events += conversation.events
        double.changed.notify_all()
    guest.ask("duties")
    expect(guest.replies).to_have_count(2)
    expect(guest.said).to_have_count(2)


def test_too_many_messages_wait_as_long_as_the_server_says(double: Double, visit: Visit) -> None:
    guest = visit().open()
    until = time.monotonic() + 1.5

    def busy(method: str, path: str, body: Any) -> Any:
        late = time.monotonic() < until
        return (429, {"error": "Please wait 2 s.", "retry_after": 2}) if path == "/web/message" and late else None

    double.refuse = busy
    guest.type("greeting")
    expect(guest.notice).to_have_text("Please wait 2 s.")
    expect(guest.replies).to_have_count(1)
    expect(guest.notice).to_be_hidden()
    assert len(sent(double)) == 2


def test_a_message_the_server_refuses_comes_back_to_be_changed(double: Double, visit: Visit) -> None:
    guest = visit().open()
    double.refuse = lambda m, path, b: (400, {"error": "Please send less."}) if path == "/web/message" else None
    guest.type("a strange message")
    expect(guest.log).to_contain_text("Please send less.")
    expect(guest.input).to_have_value("a strange message")
    expect(guest.said).to_have_count(0)


def test_a_refused_button_can_be_pressed_again(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("which-area")
    double.refuse = lambda m, path, b: (400, {"error": "That is not a button."}) if path == "/web/message" else None
    guest.page.locator(".choice", has_text="Hackney").click()
    expect(guest.log).to_contain_text("That is not a button.")
    double.refuse = lambda m, p, b: None
    guest.tap("Hackney")


def test_a_page_that_may_not_use_the_chat_says_why(double: Double, visit: Visit) -> None:
    double.refuse = lambda m, path, b: (403, {"error": "Not set up here."}) if path.startswith("/web/") else None
    guest = visit()
    guest.page.locator(".launcher").click()
    expect(guest.notice).to_have_text("Not set up here.")


def test_a_conversation_that_has_expired_gives_way_to_a_new_one(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    double.conversations.clear()
    guest.page.reload()
    expect(guest.log).to_contain_text("Your earlier conversation has ended.")
    expect(guest.replies).to_have_count(0)
    guest.ask("duties")


def test_what_was_answered_is_not_sent_again_to_a_new_conversation(double: Double, visit: Visit) -> None:
    double.slow = 5.0
    guest = visit().open()
    guest.ask("greeting")  # its answer overtakes the word that it was taken in
    expect(guest.page.locator(".way")).to_have_count(0)
    double.conversations.clear()
    guest.page.reload()
    expect(guest.log).to_contain_text("Your earlier conversation has ended.")
    expect(guest.replies).to_have_count(0)
    assert len(double.calls("/web/message")) == 1


def test_a_conversation_that_expires_while_it_stands_open(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    double.conversations.clear()
    guest.type("duties")
    expect(guest.log).to_contain_text("Your earlier conversation has ended.")
    expect(guest.replies).to_have_count(1)
    expect(guest.replies).to_contain_text("4 suspensions in Staffordshire")
