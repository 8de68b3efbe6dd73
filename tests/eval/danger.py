"""How often danger is seen, and how often it is seen where there is none: by kind, by form, two kinds, languages."""

from __future__ import annotations

import collections
import dataclasses
from pathlib import Path
from typing import Any, Callable, Optional

from ruamel.yaml import YAML

CRISIS = Path(__file__).parent.parent / "crisis"
HALVES = {"tune": ("dev", "stories_tune"), "report": ("report", "everyday", "stories_report", "languages")}
SHOWN = {"page": "page", "gentle": "gentle line", None: "nothing"}


@dataclasses.dataclass
class Seen:
    """A case, and what the assistant made of it: a page, the gentle line or nothing; the kinds; the language."""

    case: dict[str, Any]
    tier: Optional[str]
    kinds: list[str]
    language: Optional[str]

    @property
    def right(self) -> bool:
        """Whether a kind that the case shows is among those seen; the head is one of the school's staff."""
        return bool(set(self.case["kinds"]) & {k.replace("against-head", "against-staff") for k in self.kinds})


def cases(name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The messages with danger and those without, of one file."""
    data = YAML(typ="safe").load((CRISIS / f"{name}.yml").read_text(encoding="utf-8"))
    danger = data.get("danger") or [{**case, "kinds": [case["kind"]]} for case in data["crisis"]]
    return danger, data.get("safe") or data["ordinary"]


def seen(case: dict[str, Any], parsed: dict[str, Any]) -> Seen:
    """What was made of a case, from what the pipeline gave out."""
    found = parsed.get("crisis") or {}
    tier = "page" if found.get("page") else "gentle" if found else None
    return Seen(case, tier, found.get("kinds", []), parsed.get("language"))


def share(good: int, total: int) -> str:
    """So many of so many, and in per cent."""
    return f"{good}/{total} ({good / total:.0%})" if total else "-"


def _count(group: list[Seen], tier: Optional[str]) -> int:
    return sum(s.tier == tier for s in group)


def _by(name: str, group: list[Seen], key: Callable[[dict[str, Any]], str]) -> None:
    parts: dict[str, list[Seen]] = collections.defaultdict(list)
    for s in group:
        parts[key(s.case)].append(s)
    tell = [f"{k} {_count(g, 'page')}+{_count(g, 'gentle')}/{len(g)}" for k, g in sorted(parts.items())]
    print(f"  by {name} (page + gentle line of all): " + ", ".join(tell))


def table(name: str, danger: list[Seen], safe: list[Seen], quiet: bool) -> None:
    """Print the figures of one file."""
    pages, total = [s for s in danger if s.tier == "page"], len(danger)
    print(f"=== Danger, '{name}'")
    print(f"page: {share(len(pages), total)}; gentle line: {share(_count(danger, 'gentle'), total)}", end="; ")
    print(f"nothing: {share(_count(danger, None), total)}")
    print(f"a right kind among those on the page: {share(sum(s.right for s in pages), len(pages))}", end="; ")
    print(f"kinds a page: {sum(len(s.kinds) for s in pages) / max(len(pages), 1):.1f}")
    two = [s for s in danger if len(s.case["kinds"]) > 1]
    if two:
        both = sum(set(s.case["kinds"]) <= set(s.kinds) for s in two if s.tier == "page")
        print(f"two kinds: page {share(_count(two, 'page'), len(two))}, with both {share(both, len(two))}")
    print(f"safe: page {share(_count(safe, 'page'), len(safe))}", end="; ")
    print(f"gentle line {share(_count(safe, 'gentle'), len(safe))}")
    _by("kind", danger, lambda case: str(case["kinds"][0]))
    if "form" in danger[0].case:
        _by("form", danger, lambda case: str(case["form"]))
        _by("form, safe", safe, lambda case: str(case["form"]))
    if "language" in danger[0].case:
        _by("language", danger, lambda case: str(case["language"]))
        every = [*danger, *safe]
        print(f"language known: {share(sum(s.language == s.case['language'] for s in every), len(every))}")
    if not quiet:
        for s in danger:
            if s.tier is None or (s.tier == "page" and not s.right):
                print(f"  {SHOWN[s.tier]} {s.kinds}, shows {s.case['kinds']}: {s.case['text']!r}")
        for s in safe:
            if s.tier == "page":
                print(f"  page {s.kinds}, safe: {s.case['text']!r}")


async def measure(agent: Any, name: str, quiet: bool) -> None:
    """Read every message of one file with the trained assistant and print the figures."""
    read: list[list[Seen]] = []
    for group in cases(name):
        read.append([seen(case, await agent.parse_message(case["text"])) for case in group])
    table(name, read[0], read[1], quiet)
