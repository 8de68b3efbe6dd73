"""The assistant's own pages: one with the chat on it, and the chat alone on a page of its own."""

from __future__ import annotations

import functools
import html
import re
from pathlib import Path
from string import Template
from typing import Any, Iterable

from ruamel.yaml import YAML

from bot.widget import bundle

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-cache",
}
TO_TRY = ("next-steps", "duties", "long", "person")


@functools.cache
def examples() -> dict[str, dict[str, Any]]:
    """The example replies by name, each with what was asked."""
    loaded = YAML(typ="safe").load((HERE / "examples.yml").read_text(encoding="utf-8"))
    return {example["name"]: example for example in loaded["examples"]}


def demo() -> str:
    """The page with the chat on it."""
    asked = [html.escape(examples()[name]["ask"], quote=True) for name in TO_TRY]
    questions = "\n".join(f'<li><button type="button" data-inclusion-guide="{q}">{q}</button></li>' for q in asked)
    return _template("demo").substitute(questions=questions)


def full(contacts: Iterable[dict[str, Any]]) -> str:
    """The chat on a page of its own; without JavaScript it shows these contacts (as `knowledge.render.contact`)."""
    return _template("chat").substitute(contacts="\n".join(_contact(contact) for contact in contacts))


@functools.cache
def style() -> str:
    """The style sheet of both pages."""
    return (HERE / "html" / "pages.css").read_text(encoding="utf-8") + bundle.styles()


def _contact(contact: dict[str, Any]) -> str:
    ways = []
    if contact.get("phone"):
        ways.append(_link(f"tel:{re.sub(r'[^0-9+]', '', contact['phone'])}", contact["phone"]))
    if contact.get("text_number"):
        ways.append(html.escape(f"text {contact['text_number']}"))
    if contact.get("email"):
        ways.append(_link(f"mailto:{contact['email']}", contact["email"]))
    if contact.get("web", "").startswith("https://"):
        ways.append(_link(contact["web"], contact["web"].removeprefix("https://").rstrip("/")))
    small = "; ".join(html.escape(contact[key]) for key in ("hours", "note") if contact.get(key))
    return _template("contact").substitute(
        title=html.escape(contact["title"]),
        about=html.escape(contact.get("for", "")),
        ways=f"<p>{' · '.join(ways)}</p>" if ways else "",
        small=f'<p class="small">{small}</p>' if small else "",
    )


def _link(address: str, words: str) -> str:
    return f'<a href="{html.escape(address, quote=True)}">{html.escape(words)}</a>'


def _template(name: str) -> Template:
    return Template((HERE / "html" / f"{name}.html").read_text(encoding="utf-8"))
