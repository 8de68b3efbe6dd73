"""Content that exists only for tests: a whole made-up council as YAML, and a knowledge base ten times as large."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from knowledge.read import CONTENT

COUNCIL = Path(__file__).parent / "made_up"
GUIDE = "guides/just-happened/suspended-what-now.yml"  # the council adds a part to it
LOCAL = ("staffordshire", "hackney", "leicestershire", "suffolk")


def with_made_up_council(target: Path) -> Path:
    """Our content with the made-up county of Marlshire beside it."""
    shutil.copytree(CONTENT, target)
    for path in COUNCIL.glob("*/**/*.yml"):
        place = target / path.relative_to(COUNCIL)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    with (target / "inventory.txt").open("a") as names:
        names.write((COUNCIL / "inventory.txt").read_text())
    guide = target / GUIDE
    lines = guide.read_text(encoding="utf-8")
    assert "\nlocal:\n" in lines
    part = (COUNCIL / "guide_part.yml").read_text(encoding="utf-8")
    guide.write_text(lines.replace("\nlocal:\n", f"\nlocal:\n{part}"), encoding="utf-8")
    return target


def many_times(target: Path, copies: int = 9) -> Path:
    """Our content with copies of every local entry, each for made-up areas of its own."""
    shutil.copytree(CONTENT, target)
    for kind in ("areas", "stages", "duties", "guidance", "interventions", "services", "glossary"):
        for path in sorted((CONTENT / kind).glob("*.yml")):
            text = path.read_text(encoding="utf-8")
            local = re.search(r"^area: (.+)$", text, re.M)
            if kind == "areas" and path.stem not in LOCAL:
                continue
            if kind not in ("areas", "duties") and (not local or local.group(1) not in LOCAL):
                continue
            for n in range(1, copies + 1):
                copied = _copy(text, n)
                name = re.search(r"^id: (.+)$", copied, re.M)
                assert name
                (target / kind / f"{name.group(1)}.yml").write_text(copied, encoding="utf-8")
    return target


def _copy(text: str, n: int) -> str:
    """The entry under other ids, in another area, and with names and beliefs of its own, as the check wants them."""

    def rename(match: re.Match[str]) -> str:
        name = match.group(2)
        short = f"n{n}-{name}"
        if len(short) > 38:
            short = f"n{n}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        return f"{match.group(1)}{short}"

    text = re.sub(
        r"^((?:\s*- )?(?:id|stage|area): )(staffs[\w-]*|staffordshire|hackney|leicestershire|suffolk)$",
        rename,
        text,
        flags=re.M,
    )
    text = re.sub(r"^((?:\s*- )?id: )(?!n\d-)([\w-]+)$", rename, text, flags=re.M)
    text = re.sub(r"^(contacts|see):\n(?:\s*- .+\n)+", "", text, flags=re.M)
    text = re.sub(r"^( *- belief: .+)$", rf"\1, council {n}", text, flags=re.M)
    return re.sub(r"^( *(?:aliases|places):\n)(?:( +)- .+\n)+", lambda match: _made_up_name(match, n), text, flags=re.M)


def _made_up_name(match: re.Match[str], n: int) -> str:
    names = hashlib.sha256(match.group(0).encode()).hexdigest()[:8]
    return f"{match.group(1)}{match.group(2)}- made up name {n} of {names}\n"
