"""The summary of a call, three ways: to read back, for the caller, and for the case system.

Made of what the adviser noted and of records; nothing of safeguarding, and no call-back details.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

from bot.console.answers import caller_role
from bot.console.state import Console
from bot.console.wording import day, helpline, moment, when, wording
from knowledge import clock, render
from knowledge.render import contact_line, source_line

MAIL_LIMIT = 1800  # characters of a mailto address that mail programs are sure to take
# what a summary for the caller leaves out: what only held during the call, or is about the caller
NOT_SHOWN = ("safe", "where_now", "ring_back", "role", "interpreter")


def texts(call: dict[str, Any], console: Console, adviser: str) -> dict[str, str]:
    """The three texts, and a mailto address where the caller's fits into one."""
    said = wording()["summary"]
    caller = _for_caller(call, console)
    subject = said["subject"].format(helpline=helpline(), reference=call["reference"])
    mail = f"mailto:?subject={quote(subject)}&body={quote(caller.replace(chr(10), chr(13) + chr(10)))}"
    short = f"mailto:?subject={quote(subject)}"
    return {
        "read_back": _read_back(call, console),
        "caller": caller,
        "case": _for_case(call, console, adviser),
        "mail": mail if len(mail) <= MAIL_LIMIT else short,
        "fits": "yes" if len(mail) <= MAIL_LIMIT else "",
    }


def _facts(call: dict[str, Any], console: Console, left_out: tuple[str, ...] = NOT_SHOWN) -> list[str]:
    scripts, knowledge = console.scripts, console.desk.knowledge
    return [
        f"{kind.short or kind.label}: {scripts.shown(name, call['facts'][name], knowledge)}"
        for name, kind in scripts.facts.items()
        if call["facts"].get(name) not in (None, "") and name not in left_out
    ]


def _told(call: dict[str, Any], console: Console) -> tuple[list[str], list[str]]:
    """The records that the caller was told: all but contacts, and the contacts."""
    knowledge = console.desk.knowledge
    names = [name for name in call["told"] if name in knowledge.records]
    return [n for n in names if n not in knowledge.services], [n for n in names if n in knowledge.services]


def _contact_lines(call: dict[str, Any], console: Console) -> list[str]:
    """How to reach those whom the caller was told of, in the caller's form."""
    knowledge = console.desk.knowledge
    _, services = _told(call, console)
    return [contact_line(render.contact(knowledge.services[n], caller_role(call["facts"]))) for n in services]


def _next(call: dict[str, Any], console: Console) -> list[str]:
    said, lines = wording()["summary"], []
    callback = console.callbacks.of(call["reference"])
    if callback:
        lines.append(said["ring_back"].format(when=moment(callback["due"])))
    if call["outcome"] == "referred" and call["outcome_note"]:
        lines.append(said["referred"].format(names=call["outcome_note"]))
    if call["follow_up"]:
        lines.append(said["follow_up"].format(date=day(call["follow_up"])))
    return [*lines, said["nothing_next"]]


def _read_back(call: dict[str, Any], console: Console) -> str:
    said, knowledge = wording()["summary"], console.desk.knowledge
    records, services = _told(call, console)
    titles = [knowledge.records[n].title for n in [*records, *services]]
    blocks = [
        _block(said["i_understood"], _facts(call, console)),
        _block(said["i_said"], titles),
        _block(said["next"], _next(call, console)),
    ]
    return "\n\n".join(filter(None, blocks))


def _for_caller(call: dict[str, Any], console: Console) -> str:
    said, knowledge = wording()["summary"], console.desk.knowledge
    date = day(clock.shown(call["begun"]).isoformat())
    blocks = [
        said["heading"].format(helpline=helpline(), date=date, reference=call["reference"]),
        _block(said["understood"], _facts(call, console)),
    ]
    records, _ = _told(call, console)
    if records:
        blocks.append(said["talked"])
    for name in records:
        shown = render.answer(knowledge, [name], caller_role(call["facts"]))
        where = said["written"].format(sources="; ".join(source_line(s) for s in shown.sources))
        blocks.append("\n".join([knowledge.records[name].title.upper(), shown.text, where]))
    blocks += [
        _block(said["contacts"], _contact_lines(call, console)),
        _block(said["next"], _next(call, console)),
        said["closing"],
    ]
    return "\n\n".join(filter(None, blocks))


def _for_case(call: dict[str, Any], console: Console, adviser: str) -> str:
    said, knowledge = wording()["summary"], console.desk.knowledge
    names, scripts = said["case_lines"], console.scripts.scripts
    records, _ = _told(call, console)
    sources: list[str] = []
    for name in records:
        lines = [source_line(s) for s in render.answer(knowledge, [name], "adviser").sources]
        sources += [line for line in lines if line not in sources]
    length = round(((call["ended"] or time.time()) - call["begun"]) / 60)
    special = scripts.get(call["special"] or "")
    rows = {
        "reference": call["reference"],
        "begun": when(call["begun"]),
        "length": str(max(1, length)),
        "adviser": adviser,
        "script": scripts[call["script"]].title if call["script"] in scripts else call["script"],
        "special": special.title if special else "",
        "before": call["before"] or "",
        "situation": "; ".join(_facts(call, console, ())),
        "note": call["note"].strip(),
        "told": "; ".join(f"{knowledge.records[n].title} ({n})" for n in records),
        "contacts": "; ".join(knowledge.services[n].title for n in _told(call, console)[1]),
        "outcome": " – ".join(
            filter(None, [wording()["end"]["outcomes"].get(call["outcome"] or "", ""), call["outcome_note"]])
        ),
        "follow_up": day(call["follow_up"]) if call["follow_up"] else "",
        "callback": said["case_callback"] if console.callbacks.of(call["reference"]) else "",
        "sources": "; ".join(sources),
        "safeguarding": said["case_safeguarding"] if console.concerns.of(call["reference"]) else "",
    }
    return "\n".join(f"{names[name]}: {text}" for name, text in rows.items() if text)


def _block(heading: str, lines: list[str]) -> str:
    return "\n".join([heading, *(f"- {line}" for line in lines)]) if lines else ""
