"""The whole way in Microsoft's own local client, the Microsoft 365 Agents Playground, as a person does it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.teams.conftest import Server
from tests.widget.conftest import chromium

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(server: Server, playground: str) -> Iterator[Page]:
    """The Playground in a browser."""
    path = chromium()
    if path is None:
        pytest.skip(
            "There is no Chromium, so Teams was not tested in its Playground. On Debian: apt-get install chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1280, "height": 1000})
        opened.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        opened.goto(playground)
        yield opened
        expect.set_options(timeout=6_000)
        browser.close()


def say(page: Page, text: str) -> None:
    box = page.locator("[contenteditable=true]").first
    box.click()
    box.press_sequentially(text)
    page.keyboard.press("Enter")


def last(page: Page, words: str) -> Locator:
    """The last card that has these words."""
    found = page.locator(".ac-adaptiveCard", has_text=words).last
    expect(found).to_be_visible()
    return found


def test_a_member_of_staff_is_welcomed_asks_ticks_and_looks_at_the_sources(page: Page, server: Server) -> None:
    welcome = last(page, "Please don't type a pupil's name")
    expect(welcome.get_by_role("listitem").filter(has_text="'delete': Delete all")).to_be_visible()
    welcome.get_by_role("button", name="Staffordshire").click()
    last(page, "Thanks. I'll remember")

    say(page, "what do we have to do after 4 suspensions?")
    answer = last(page, "4 suspensions in Staffordshire: what schools are expected to do")
    expect(answer.get_by_role("listitem").first).to_be_visible()
    source = answer.get_by_text("Staffordshire County Council, October 2025").first
    expect(source).to_be_hidden()
    answer.get_by_role("button", name="Where this comes from").click()
    expect(source).to_be_visible()

    answer.get_by_role("button", name="Walk me through it").click()
    first = last(page, "Step 1 of 30")
    expect(first.get_by_text("☐ Make sure the head decides (you are here)").first).to_be_visible()
    cards = page.locator(".ac-adaptiveCard").count()
    first.get_by_role("button", name="Done").click()
    second = last(page, "Step 2 of 30")
    expect(second.get_by_text("✓ Make sure the head decides (Done)").first).to_be_visible()
    assert page.locator(".ac-adaptiveCard").count() == cards, "the tick is set in the card that was there"
    expect(page.get_by_text("Step 1 of 30")).to_have_count(0)

    # nothing of the markup shows as such
    assert not [text for text in page.locator(".ac-textBlock").all_inner_texts() if "\\" in text or "](" in text]
    assert {a["channelId"] for a in server.microsoft.passed} == {"msteams"}


def test_someone_in_danger_comes_first(page: Page) -> None:
    say(page, "a pupil of mine says she wants to kill herself")
    crisis = last(page, "Safety comes first")
    expect(
        crisis.get_by_role("link", name="Call 999").or_(crisis.get_by_role("button", name="Call 999"))
    ).to_be_visible()


NARROW = """cards => cards.flatMap(card => {
  card.style.width = '288px';
  const edge = card.getBoundingClientRect().right + 1;
  const wide = [...card.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > edge);
  const found = [...wide.map(e => e.innerText), ...(card.offsetWidth === 288 ? [] : ['is ' + card.offsetWidth])];
  card.style.width = '';
  return found;
})"""


def test_every_card_fits_a_phone(page: Page) -> None:
    cards = page.locator(".ac-adaptiveCard")
    assert cards.count() >= 4
    assert cards.evaluate_all(NARROW) == []


def test_in_a_group_it_answers_who_mentions_it(page: Page, server: Server) -> None:
    page.get_by_role("treeitem", name="Group Chat").click()
    before = len(server.microsoft.passed)
    box = page.locator("[contenteditable=true]").first
    box.click()
    box.press_sequentially("@Incl")
    page.get_by_role("option", name="Inclusion Guide").or_(
        page.locator("[role=listbox] >> text=Inclusion Guide")
    ).first.click()
    box.press_sequentially(" what is a managed move?")
    page.keyboard.press("Enter")
    last(page, "A managed move")
    said = [a for a in server.microsoft.passed[before:] if a["type"] == "message"]
    assert said[0]["conversation"]["conversationType"] == "groupChat"
    assert any(entity["type"] == "mention" for entity in said[0]["entities"])
