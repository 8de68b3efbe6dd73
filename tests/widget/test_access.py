"""Everybody can use it: axe, the keyboard alone, what is read out, small and zoomed screens, motion, colours, paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Locator, Page, expect

from bot.widget import pages
from tests.widget.conftest import PHONE
from tests.widget.double import Double
from tests.widget.guest import Guest, Visit

pytestmark = pytest.mark.slow
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "async ([place, levels]) => (await axe.run(place || document, {runOnly: levels})).violations"
KEYBOARD = 300  # what a phone's keyboard leaves of 640 pixels
# a screen reader's reading of the whole conversation: sideways scrolling anywhere would show here
WIDE = """[...root.querySelectorAll('*')].filter((n) => n.scrollWidth > n.clientWidth + 1
  && !['hidden', 'visible', 'clip'].includes(getComputedStyle(n).overflowX)).map((n) => n.className)"""

# where the focus is: the look of its outline, and whether something else lies over its beginning
SPOT = """(() => {
  const all = root.getRootNode();
  const node = all.activeElement;
  if (!node) return null;
  const box = node.getBoundingClientRect();
  const from = node.closest('.log')?.getBoundingClientRect().y || 0;
  const on = all.elementFromPoint(box.x + Math.min(box.width, 300) / 2, Math.max(box.y, from) + 4);
  const seen = Boolean(on && (node.contains(on) || on.contains(node)));
  return { outline: getComputedStyle(node).outlineStyle, seen, what: node.className };
})()"""


def axe(page: Page, place: Any = None) -> list[str]:
    """What axe finds on the page or in one place of it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(RUN, [place, LEVELS])
    return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"]]


def settle(page: Page) -> None:
    """Wait until what fades in is there: half-faded text has too little contrast."""
    page.wait_for_function(
        "() => (document.querySelector('inclusion-guide').shadowRoot || document).getAnimations()"
        ".every((a) => a.playState === 'finished' || a.effect.getTiming().iterations === Infinity)"
    )


# ------------------------------------------------------------------------------------------------------------- axe


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_example(scheme: str, visit: Visit) -> None:
    guest = visit(**PHONE, color_scheme=scheme, reduced_motion="reduce").open()
    found = {}
    for name in pages.examples():
        answer = guest.ask(name)
        for fold in answer.locator("details").all():
            fold.evaluate("node => { node.open = true }")
        place = f".msg[data-event='{answer.get_attribute('data-event')}']"
        found[name] = axe(guest.page, {"include": {"fromShadowDom": ["inclusion-guide", place]}})
    found["all"] = axe(guest.page)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(scheme: str, double: Double, visit: Visit) -> None:
    guest = visit(viewport={"width": 1280, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    found = {"closed": axe(guest.page)}
    guest.open()
    found["open"] = axe(guest.page)
    double.helpline = True
    guest.menu().get_by_role("button", name="Delete this conversation").click()
    found["menu"] = axe(guest.page)
    guest.page.locator(".view").get_by_role("button", name="Talk to a person").click()
    expect(guest.page.get_by_label("What the adviser will read")).to_be_visible()
    guest.page.get_by_role("button", name="Send to the helpline").click()
    found["handover"] = axe(guest.page)
    guest.page.get_by_role("button", name="Back to the conversation").click()
    guest.ask("duties").locator(".scope").click()
    found["scope"] = axe(guest.page)
    guest.page.get_by_role("button", name="Back to the conversation").click()
    guest.replies.last.get_by_role("button", name="No", exact=True).click()
    found["feedback"] = axe(guest.page)
    guest.tap("Walk me through it")
    guest.tap("Done")
    guest.page.locator(".walk:not(.folded) .all summary").click()
    found["checklist"] = axe(guest.page)
    guest.input.fill("x" * 1001)
    found["too long"] = axe(guest.page)
    double.delay = 5
    guest.type("greeting")
    guest.input.fill("hello")
    guest.input.press("Enter")
    expect(guest.page.locator(".typing")).to_be_visible()
    found["typing"] = axe(guest.page)
    guest.page.context.set_offline(True)
    guest.type("duties")
    expect(guest.notice).to_be_visible()
    found["offline"] = axe(guest.page)
    assert {state: faults for state, faults in found.items() if faults} == {}


@pytest.mark.parametrize("path", ["/", "/chat"])
def test_axe_finds_nothing_on_the_pages(path: str, visit: Visit) -> None:
    guest = visit(path)
    expect(guest.page.locator(".launcher, .first").first).to_be_visible()
    settle(guest.page)
    assert axe(guest.page) == []


def test_axe_finds_nothing_on_the_page_without_javascript(double: Double, page_of: Callable[..., Page]) -> None:
    page = page_of()
    page.route("**/widget.js", lambda route: route.abort())  # axe itself is a script
    page.goto(f"{double.url}/chat")
    expect(page.get_by_text("For that it needs JavaScript")).to_be_visible()
    assert axe(page) == []


# ----------------------------------------------------------------------------------------------------- the keyboard


def press_until(page: Page, target: Locator, key: str = "Tab", most: int = 40) -> None:
    """Press a key until the focus is there."""
    for _ in range(most):
        page.keyboard.press(key)
        if target.evaluate("node => node.getRootNode().activeElement === node"):
            return
    raise AssertionError(f"{most} presses of {key} did not reach it")


def test_the_keyboard_alone_does_everything(double: Double, visit: Visit) -> None:
    guest = visit()
    page = guest.page
    launcher = page.locator(".launcher")
    press_until(page, launcher)
    page.keyboard.press("Enter")
    expect(guest.input).to_be_focused()
    page.keyboard.type("duties")
    page.keyboard.press("Enter")
    expect(guest.replies).to_have_count(1)
    expect(guest.input).to_be_focused()
    fold = guest.replies.locator(".sources summary")
    press_until(page, fold, "Shift+Tab")
    page.keyboard.press("Enter")
    expect(guest.replies.locator(".sources li").first).to_be_visible()
    press_until(page, guest.replies.get_by_role("button", name="Walk me through it"))
    page.keyboard.press("Space")
    expect(guest.replies).to_have_count(2)
    done = page.get_by_role("button", name="Done", exact=True)
    press_until(page, done)
    page.keyboard.press("Enter")
    expect(guest.replies).to_have_count(3)
    expect(page.get_by_role("heading", name="Check your letter")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Done", exact=True).last).to_be_focused()
    menu = page.get_by_role("button", name="Menu and settings")
    press_until(page, menu, "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Menu and settings")).to_be_focused()
    press_until(page, page.get_by_label("Keep it on this device"))
    page.keyboard.press("Space")
    assert "token" in " ".join(guest.kept().values())
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    page.keyboard.press("Escape")
    expect(launcher).to_be_focused()
    expect(page.locator(".panel")).to_be_hidden()


def test_on_a_phone_the_focus_stays_in_the_sheet(visit: Visit) -> None:
    guest = visit(**PHONE).open()
    expect(guest.page.get_by_role("heading", name="School suspension help")).to_be_focused()
    for _ in range(25):
        guest.page.keyboard.press("Tab")
        assert guest.page.evaluate("document.activeElement.localName") in ("inclusion-guide", "body")


def test_the_focus_is_never_taken_by_what_arrives(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    leave = guest.page.get_by_role("button", name="Leave this page now")
    leave.focus()
    double.reply(next(iter(double.conversations.values())), "duties")
    expect(guest.replies).to_have_count(2)
    expect(leave).to_be_focused()
    outside = guest.page.locator(".questions button").first
    outside.focus()
    double.reply(next(iter(double.conversations.values())), "crisis")
    expect(guest.replies).to_have_count(3)
    expect(outside).to_be_focused()


def test_opening_again_after_a_reload_takes_no_focus(visit: Visit) -> None:
    guest = visit().open()
    guest.ask("greeting")
    guest.page.reload()
    expect(guest.replies).to_have_count(1)
    assert guest.page.evaluate("document.activeElement.localName") == "body"


def test_the_focus_is_seen_and_not_covered(visit: Visit) -> None:
    guest = visit(viewport={"width": 320, "height": 256}).open()
    guest.ask("duties")
    box = guest.page.locator(".panel").bounding_box()
    assert box
    for _ in range(30):
        guest.page.keyboard.press("Tab")
        spot = guest.eval(SPOT)
        if spot:
            assert spot["outline"] == "solid", spot
            assert spot["seen"], spot


# ------------------------------------------------------------------------------------------------- what is read out


def test_each_new_message_is_read_once_and_history_never(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.listen()
    guest.ask("noted")
    guest.ask("noted")
    noted = [line for line in guest.heard if line.startswith("Thanks. I'll remember")]
    assert len(noted) == len(guest.heard) == 2
    guest.page.reload()
    expect(guest.replies).to_have_count(2)
    assert guest.page.locator("[aria-live]").inner_text() == ""
    guest.listen()
    guest.ask("duties")
    assert len(guest.heard) == 1
    assert "Go to all the meetings" in guest.heard[0]
    assert "- Go" not in guest.heard[0]


def test_what_is_read_names_contacts_and_counts_choices(visit: Visit) -> None:
    guest = visit().open()
    guest.listen()
    guest.ask("crisis")
    guest.ask("which-area")
    assert "Who can help: Police, ambulance and fire: 999, NHS 111" in guest.heard[0]
    assert guest.heard[1].endswith("5 choices follow.")


def test_there_is_one_polite_live_region_and_it_empties(visit: Visit) -> None:
    guest = visit().open()
    assert guest.eval("[...root.querySelectorAll('[aria-live], [role=log], [role=status], [role=alert]')].length") == 1
    guest.page.clock.install()
    guest.ask("noted")
    guest.page.clock.fast_forward(10_000)
    expect(guest.page.locator("[aria-live]")).to_be_empty()


def test_loss_of_line_is_said_once(double: Double, visit: Visit) -> None:
    guest = visit().open()
    guest.listen()
    guest.page.context.set_offline(True)
    expect(guest.notice).to_be_visible()
    guest.page.wait_for_timeout(2500)
    guest.page.context.set_offline(False)
    expect(guest.notice).to_be_hidden()
    assert len(guest.heard) == 2
    assert guest.heard[0].startswith("You are offline")
    assert guest.heard[1] == "You are connected again."


# ------------------------------------------------------------------------------------------------------ small screens


def every_example(guest: Guest) -> None:
    """Ask for every example."""
    for name in pages.examples():
        guest.ask(name)
        for fold in guest.replies.last.locator("details").all():
            fold.evaluate("node => { node.open = true }")


@pytest.mark.parametrize("size", [(320, 640), (320, 256)], ids=["320 pixels", "400% zoom of 1280x1024"])
def test_nothing_scrolls_sideways(size: tuple[int, int], visit: Visit) -> None:
    guest = visit(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce").open()
    every_example(guest)
    assert guest.eval(WIDE) == []
    assert guest.eval("root.querySelector('.log').scrollWidth <= root.querySelector('.log').clientWidth")
    guest.menu()
    assert guest.eval(WIDE) == []
    guest.page.keyboard.press("Escape")
    room = guest.log.bounding_box()
    assert room
    assert room["height"] >= size[1] * 0.3, "there is room to read in"
    for part in ("#question", ".send", ".leave"):
        expect(guest.page.locator(part)).to_be_in_viewport(ratio=1)


def test_larger_text_and_wider_spacing_lose_nothing(visit: Visit) -> None:
    guest = visit(**PHONE).open()
    guest.eval("(root.getRootNode().host.style.cssText = 'font-size: 32px !important', 0)")
    guest.eval(
        "(() => { const sheet = new CSSStyleSheet(); sheet.replaceSync("
        "'* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
        " p { margin-bottom: 2em !important }');"
        "root.getRootNode().adoptedStyleSheets = [...root.getRootNode().adoptedStyleSheets, sheet] })()"
    )
    guest.ask("crisis")
    guest.ask("step")
    assert guest.eval(WIDE) == []
    for part in ("#question", ".send", ".leave"):
        expect(guest.page.locator(part)).to_be_in_viewport(ratio=1)


def test_the_keyboard_of_a_phone_covers_nothing(visit: Visit) -> None:
    guest = visit(**PHONE).open()
    answer = guest.ask("duties")
    guest.page.evaluate(
        f"Object.defineProperty(visualViewport, 'height', {{ get: () => {KEYBOARD} }});"
        "visualViewport.dispatchEvent(new Event('resize'))"
    )
    for part in (guest.input, guest.page.locator(".send"), guest.page.locator(".leave")):
        box = part.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= KEYBOARD
    room = guest.log.bounding_box()
    assert room
    assert room["height"] > KEYBOARD / 2
    expect(answer).to_be_visible()


def test_turning_the_phone_keeps_the_conversation_and_what_is_typed(visit: Visit) -> None:
    guest = visit(viewport={"width": 700, "height": 900}).open()
    guest.ask("duties")
    guest.input.fill("half a sent")
    guest.page.set_viewport_size({"width": 400, "height": 900})
    expect(guest.page.locator(".panel.sheet")).to_be_visible()
    expect(guest.input).to_have_value("half a sent")
    expect(guest.input).to_be_focused()
    guest.page.set_viewport_size({"width": 700, "height": 900})
    expect(guest.page.locator(".panel.sheet")).to_have_count(0)
    expect(guest.replies).to_have_count(1)


def test_every_target_is_large_enough(visit: Visit) -> None:
    guest = visit(**PHONE).open()
    every_example(guest)
    small = guest.eval(
        "[...root.querySelectorAll('button, a.act, summary, input, textarea')].filter((n) => n.offsetParent)"
        ".map((n) => [n.className || n.id || n.textContent, n.offsetWidth, n.offsetHeight])"
        ".filter(([, width, height]) => width < 24 || height < 24)"
    )
    assert small == []


# --------------------------------------------------------------------------------------- motion, colours, print, words


def test_nothing_moves_for_those_who_want_no_motion(double: Double, visit: Visit) -> None:
    guest = visit(**PHONE, reduced_motion="reduce").open()
    double.delay = 1
    guest.type("long")
    expect(guest.page.locator(".typing")).to_be_visible()
    assert guest.eval("root.getRootNode().getAnimations().length") == 0


def test_with_forced_colours_every_part_has_an_edge(visit: Visit) -> None:
    guest = visit(viewport={"width": 1280, "height": 800}, forced_colors="active").open()
    guest.ask("step")
    guest.ask("crisis")
    for part in (".me .bubble", ".send", ".crisis .bubble", ".act.strong", ".walk .choice", ".leave"):
        edge = guest.page.locator(part).first.evaluate(
            "n => { const s = getComputedStyle(n); return [s.borderTopStyle, s.borderTopWidth] }"
        )
        assert edge[0] == "solid", part
        assert float(edge[1].removesuffix("px")) >= 1, part


def test_the_chat_prints_nothing_of_itself_on_the_host_s_page(visit: Visit) -> None:
    guest = visit().open()
    guest.page.emulate_media(media="print")
    expect(guest.page.locator(".panel")).to_be_hidden()
    expect(guest.page.locator(".launcher")).to_be_hidden()
    expect(guest.page.get_by_role("heading", level=1)).to_be_visible()


def test_the_full_page_prints_the_conversation(visit: Visit) -> None:
    guest = visit("/chat")
    guest.ask("duties")
    guest.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    guest.page.emulate_media(media="print")
    paper = guest.page.locator(".paper")
    expect(paper).to_contain_text("You said: duties")
    expect(paper).to_contain_text("https://www.gov.uk/government/publications/school-exclusion")
    expect(guest.page.locator(".panel")).to_be_hidden()


def test_translators_find_the_language_and_leave_numbers_alone(visit: Visit) -> None:
    guest = visit().open()
    answer = guest.ask("crisis")
    assert guest.eval("root.lang") == "en"
    assert answer.get_by_role("link", name="Call 999").get_attribute("translate") == "no"
    assert guest.page.locator("inclusion-guide img, inclusion-guide canvas, inclusion-guide text").count() == 0
