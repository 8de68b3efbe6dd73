"""How often danger is seen, and how often it is seen where there is none: by kind, by form, two kinds, languages."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Callable, Optional

import joblib
import numpy as np
from ruamel.yaml import YAML
from sklearn.linear_model import LogisticRegression

from bot.engine import model
from bot.nlu import whole
from bot.nlu.danger import Finding, Signs
from bot.nlu.signs import over, plain_words

CRISIS = Path(__file__).parent.parent / "crisis"
HALVES = {"tune": ("dev", "stories_tune"), "report": ("report", "everyday", "stories_report", "languages")}
LEARNT_FROM = "stories_tune"
PAGE = 0.8  # the chance of danger from which clauses together are a page; lower, and more safe stories get one
SIZES = (2, 5, 10, 15)  # clauses; among messages of one size danger is made as frequent as among those of another
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


# ------------------------------------------------------------------------ what the decision over a message learns from


@dataclasses.dataclass
class Read:
    """A message of the measured files: whether it shows danger, plain words of it, and what its clauses show."""

    danger: bool
    plain: bool
    findings: list[Finding]


def _signs() -> Signs:
    """The trained part of the detector, out of the model as it lies."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(model.path()) as packed:
        packed.extractall(folder)
        (path,) = Path(folder).rglob("signs.joblib")
        loaded: Signs = joblib.load(path)
    return loaded


def _read(signs: Signs, name: str) -> list[Read]:
    found = []
    for danger, group in zip((True, False), cases(name)):
        for case in group:
            words = plain_words(case["text"])
            findings = [f for f in signs.read(words.rest) if not over(f.text)]
            found.append(Read(danger, any(s.page for s in words.signs), findings))
    return found


Score = Callable[[list[Finding]], float]


def _limit(read: list[Read], score: Score, false: int) -> float:
    """What a score must be above so that so many safe messages get a page by it."""
    return sorted((score(r.findings) for r in read if not r.danger), reverse=True)[false]


def _told(name: str, read: list[Read], score: Score, limit: float) -> None:
    pages = [r.plain or score(r.findings) > limit for r in read]
    danger, safe = ([p for p, r in zip(pages, read) if r.danger is kind] for kind in (True, False))
    false = 100 * sum(safe) / max(len(safe), 1)
    print(f"  {name}: page for {share(sum(danger), len(danger))} of the dangers, {false:.1f} of 100 safe ones")


def fingerprint() -> str:
    """The files from which the decision over a message is learnt, in short."""
    return hashlib.sha256((CRISIS / f"{LEARNT_FROM}.yml").read_bytes()).hexdigest()[:16]


def _even(sizes: list[int], danger: list[bool]) -> list[float]:
    """What each message counts, so that its length says nothing about danger: writers were told how long to write."""
    cells = [(sum(size > most for most in SIZES), kind) for size, kind in zip(sizes, danger)]
    each, rows = collections.Counter(cells), collections.Counter(row for row, _ in cells)
    share_of = {kind: danger.count(kind) / len(danger) for kind in (True, False)}
    return [rows[row] * share_of[kind] / each[row, kind] for row, kind in cells]


def learn() -> None:
    """Learn what each measure of a message counts, write it, and print how well, beside the strongest clause alone.

    The latter is measured where it gives as many of the safe messages that are learnt from a page.
    """
    signs = _signs()
    read = {name: _read(signs, name) for half in ("tune", "report") for name in HALVES[half] if name != "languages"}
    learnt_from = [r for r in read[LEARNT_FROM] if not r.plain]
    danger = [r.danger for r in learnt_from]
    weight = _even([sum(not f.pair for f in r.findings) for r in learnt_from], danger)
    names = list(whole.measures([]))
    rows = np.array([[whole.measures(r.findings)[name] for name in names] for r in learnt_from])
    spread = rows.std(axis=0)
    fitted = LogisticRegression(max_iter=1000).fit(rows / spread, danger, weight)
    weights = {name: round(float(weight), 3) for name, weight in zip(names, fitted.coef_[0] / spread)}
    with whole.WEIGHTS.open("w", encoding="utf-8") as file:
        file.write(
            "# What each measure of bot/nlu/whole.py counts, and the least chance of danger for a page. Written by\n"
            f"# ./run eval --danger --learn from tests/crisis/{LEARNT_FROM}.yml.\n"
        )
        least = {"page": PAGE, "start": round(float(fitted.intercept_[0]), 3)}
        YAML().dump({"learnt_from": fingerprint(), **least, "weights": weights}, file)
    whole.learnt.cache_clear()
    false = sum(whole.enough(r.findings) for r in learnt_from if not r.danger)
    alone = _limit(learnt_from, _strongest, false)
    print(f"=== The strongest clause alone (above {alone:.2f})")
    for name, some in read.items():
        _told(name, some, _strongest, alone)
    print(f"=== Together (a page from {PAGE})")
    for name, some in read.items():
        _told(name, some, lambda findings: float(whole.enough(findings)), 0.5)


def _strongest(findings: list[Finding]) -> float:
    return max((f.strength for f in findings), default=whole.NOTHING)
