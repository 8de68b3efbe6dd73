"""On other people's pages: hostile styles, strict policies, no traces, options by attribute; and our own two pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.widget import pages
from tests.widget.conftest import PHONE
from tests.widget.double import Double
from tests.widget.guest import Visit

pytestmark = pytest.mark.slow
HOSTILE = """
* { display: none !important; font: 40px/1 serif !important; color: lime !important; all: unset !important }
html { font-size: 4px; transform: translateX(40px) } body { transform: scale(.5); filter: blur(4px) }
inclusion-guide { opacity: 0; position: absolute; left: -9999px; font-size: 2px; z-index: -1 }
button, dialog, p, li, h2 { position: static !important; float: right !important; width: 3px !important }
:root { --ink: red; --fill: red }
"""
STRICT = "default-src 'none'; script-src {url}; connect-src {url}; style-src 'none'; require-trusted-types-for 'script'"


def host(double: Double, name: str, attributes: str = "", head: str = "", headers: dict | None = None) -> str:
    """A host's page with the script tag."""
    page = (
        f"<!doctype html><html lang=en><head><title>Host</title>{head}</head><body><main><h1>Host</h1><p id=text>Text"
    )
    return double.host(name, f"{page}</p></main><script src='$SCRIPT' {attributes}></script></body></html>", headers)


def test_hostile_styles_of_the_host_do_nothing(double: Double, visit: Visit) -> None:
    guest = visit(host(double, "hostile", head=f"<style>{HOSTILE}</style>"))
    guest.page.mouse.click(1150, 750)
    expect(guest.first).to_be_visible()
    answer = guest.ask("duties")
    style = answer.locator(".prose p").first.evaluate(
        "n => { const s = getComputedStyle(n); return [s.fontSize, s.color, s.display, s.opacity] }"
    )
    assert style == ["16px", "rgb(27, 41, 48)", "block", "1"]
    box = guest.page.locator(".panel").bounding_box()
    assert box
    assert box["x"] + box["width"] <= 1280
    assert box["width"] == pytest.approx(424, abs=2)


def test_the_chat_changes_nothing_of_the_host_s_page(double: Double, visit: Visit) -> None:
    guest = visit(double.host("plain", "<!doctype html><title>x</title><h1>Host</h1><p>Text</p><button>B</button>"))
    look = (
        "() => [...document.body.querySelectorAll('h1, p, button')].map((n) => {"
        "const s = getComputedStyle(n); return [...s].map((k) => s.getPropertyValue(k)).join() })"
    )
    before = guest.page.evaluate(look)
    names = set(guest.page.evaluate("Object.getOwnPropertyNames(window)"))
    guest.page.evaluate(
        "async (src) => { const s = document.createElement('script'); s.src = src; document.head.append(s);"
        "await new Promise((done) => (s.onload = done)) }",
        f"{double.url}/widget.js",
    )
    guest.open().ask("duties")
    assert guest.page.evaluate(look) == before
    assert set(guest.page.evaluate("Object.getOwnPropertyNames(window)")) - names == {"InclusionGuide"}
    assert guest.page.evaluate("document.body.querySelectorAll('*').length") == 3
    assert guest.page.evaluate("document.adoptedStyleSheets.length + document.cookie.length") == 0


def test_a_strict_content_policy_of_the_host_holds(double: Double, visit: Visit) -> None:
    policy = {"Content-Security-Policy": STRICT.format(url=double.url)}
    guest = visit(host(double, "strict", "data-colour='#5b2a86'", headers=policy))
    said: list[str] = []
    guest.page.on("console", lambda message: said.append(message.text))
    guest.page.evaluate("() => document.addEventListener('securitypolicyviolation', () => console.log('refused'))")
    guest.open().ask("duties")
    guest.tap("Walk me through it")
    assert guest.page.locator(".send").evaluate("n => getComputedStyle(n).backgroundColor") == "rgb(91, 42, 134)"
    assert [line for line in said if "refused" in line.lower()] == []


def test_no_request_goes_to_anybody_else(double: Double, visit: Visit) -> None:
    guest = visit(host(double, "plain"))
    asked: list[str] = []
    guest.page.on("request", lambda request: asked.append(request.url))
    guest.open().ask("crisis")
    guest.ask("summary")
    assert asked
    assert all(url.startswith(double.url) for url in asked)
    assert guest.page.context.cookies() == []


def test_the_script_twice_makes_one_chat(double: Double, visit: Visit) -> None:
    guest = visit(host(double, "twice", head=f"<script src='{double.url}/widget.js' async></script>"))
    guest.open()
    assert guest.page.locator("inclusion-guide").count() == 1


def test_options_by_attribute(double: Double, visit: Visit) -> None:
    attributes = (
        "data-area=staffordshire data-role=parent data-title='Ask about school' data-colour='#5b2a86' "
        "data-position=left data-open data-privacy='https://council.example/privacy' data-lang=xx"
    )
    guest = visit(host(double, "options", attributes))
    expect(guest.page.get_by_role("heading", name="Ask about school")).to_be_visible()
    expect(guest.first.get_by_role("link", name="How your words are kept")).to_have_attribute(
        "href", "https://council.example/privacy"
    )
    assert double.calls("/web/session")[0] == {"token": None, "area": "staffordshire", "role": "parent", "keep": False}
    box = guest.page.locator(".panel").bounding_box()
    assert box
    assert box["x"] < 40
    guest.page.get_by_role("button", name="Close").click()
    guest.page.reload()
    expect(guest.page.locator(".launcher")).to_be_visible()
    expect(guest.page.locator(".panel")).to_be_hidden()


@pytest.mark.parametrize(
    ("colour", "used"),
    [
        ("#5b2a86", "rgb(91, 42, 134)"),
        ("#ffd400", "rgb(11, 90, 96)"),
        ("#888", "rgb(11, 90, 96)"),
        ("red;}", "rgb(11, 90, 96)"),
    ],
)
def test_a_colour_in_which_text_could_not_be_read_gives_way(
    colour: str, used: str, double: Double, visit: Visit
) -> None:
    guest = visit(host(double, "colour", f'data-colour="{colour}"'))
    assert guest.page.locator(".launcher").evaluate("n => getComputedStyle(n).backgroundColor") == used


@pytest.mark.parametrize("colour", ["#5b2a86", "#00703c", "#000000"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_in_the_host_s_colour_can_be_read(colour: str, scheme: str, double: Double, visit: Visit) -> None:
    from tests.widget.test_access import axe

    options = {**PHONE, "color_scheme": scheme, "reduced_motion": "reduce"}
    guest = visit(host(double, "colour", f'data-colour="{colour}"'), **options).open()
    guest.ask("step")
    guest.ask("duties")
    assert axe(guest.page) == []


def test_the_host_can_open_it_and_put_a_question(double: Double, visit: Visit) -> None:
    head = "<button data-inclusion-guide='What now?'>Ask</button>"
    guest = visit(host(double, "asks", head=""))
    guest.page.evaluate("html => { document.querySelector('main').insertAdjacentHTML('beforeend', html) }", head)
    guest.page.get_by_role("button", name="Ask").click()
    expect(guest.input).to_have_value("What now?")
    expect(guest.input).to_be_focused()
    guest.page.evaluate("InclusionGuide.close()")
    expect(guest.page.locator(".panel")).to_be_hidden()
    guest.page.evaluate("InclusionGuide.open()")
    expect(guest.page.locator(".panel")).to_be_visible()
    assert guest.page.evaluate("Object.keys(InclusionGuide)") == ["open", "close"]


# ----------------------------------------------------------------------------------------------------- our own pages


def test_the_demo_page_has_the_chat_and_questions_to_try(double: Double, visit: Visit) -> None:
    guest = visit()
    faults: list[str] = []
    guest.page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    guest.page.reload()
    question = pages.examples()["duties"]["ask"]
    guest.page.get_by_role("button", name=question).click()
    expect(guest.input).to_have_value(question)
    guest.page.keyboard.press("Enter")
    expect(guest.replies).to_have_count(1)
    assert faults == []


def test_the_full_page_needs_no_launcher_and_no_shadow(visit: Visit) -> None:
    guest = visit("/chat", **PHONE)
    expect(guest.first).to_be_visible()
    expect(guest.page.get_by_role("heading", level=1)).to_have_text("School suspension help")
    assert guest.page.evaluate("document.querySelector('inclusion-guide').shadowRoot") is None
    assert guest.page.locator(".launcher").count() == 0
    guest.ask("duties")
    guest.page.reload()
    expect(guest.replies).to_have_count(1)


def test_without_javascript_the_full_page_says_whom_to_call(double: Double, page_of: Callable[..., Page]) -> None:
    page = page_of(java_script_enabled=False)
    page.goto(f"{double.url}/chat")
    expect(page.get_by_role("link", name="Call 999")).to_be_visible()
    for contact in pages.examples()["person"]["reply"]["contacts"]:
        expect(page.get_by_role("heading", name=contact["title"], exact=True)).to_be_visible()


def test_the_page_without_javascript_escapes_what_it_shows() -> None:
    bad = "<script>alert(1)</script>"
    contact = {
        "title": bad,
        "for": bad,
        "phone": bad,
        "text_number": bad,
        "email": f'"{bad}',
        "web": 'https://x/"' + bad,
    }
    made = pages.full([{**contact, "hours": bad, "note": bad}])
    assert "<script>alert" not in made
    assert '""' not in made
    assert "javascript:" not in pages.full([{"title": "x", "web": "javascript:alert(1)"}])
