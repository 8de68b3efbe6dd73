"""A writer's own words in a message, without the letters, quotes and forwarded messages that it carries.

A pasted 'Dear parent' says nothing of who pastes it. The patterns are in letters.yml.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_QUOTED_WORDS = 4  # so many words between quotation marks are somebody else's; fewer are a way of speaking
_BARE = 4  # words of a message that is nothing but what somebody is: 'deputy head'
_QUOTE = re.compile(r'["“”]([^"“”]*)["“”]')
_CITED = re.compile(r"^>.*$", re.M)
_BLANK = re.compile(r"\n[^\S\n]*\n")


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    names = (sorted(words[kind], key=len, reverse=True) for kind in ("to_us", "no_greeting"))
    us, none = ("|".join(map(re.escape, each)) for each in names)
    begins = r"(?:^|(?<=[\n.:;!?\"“-]))[^\S\n]{0,3}"
    dear = rf"dear (?!(?:{none})\b)[^,:.!?\n]{{1,60}}"
    return {
        "us": _compiled(rf"{begins}dear (?:{us})\b[,:.!\s-]*"),
        "letter": _compiled(rf"{begins}(?:{dear}|{_any(words['addressed'])})(?:[,:.\n]|$)"),
        "closing": _compiled(
            rf"(?:^|(?<=[\n.!]))[^\S\n]{{0,3}}(?:{_any(words['closings'])})[^\S\n]{{0,3}}(?:[,.!\n]|$)"
        ),
        "forwarded": _compiled(rf"^(?:{_any(words['forwarded'])})"),
        "self": _compiled(_any(words["self"])),
    }


def _any(patterns: list[str]) -> str:
    return "|".join(patterns)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I | re.M)


def own_words(text: str) -> str:
    """The message without what somebody else wrote. The writer's greeting of us goes too: it says nothing of them."""
    forwarded = _patterns()["forwarded"].search(text)
    if forwarded:
        text = text[: forwarded.start()]
    text = _QUOTE.sub(lambda quote: " " if len(quote[1].split()) >= _QUOTED_WORDS else quote[0], _CITED.sub("", text))
    text = _patterns()["us"].sub("", text)
    letter = _patterns()["letter"].search(text)
    return (text[: letter.start()] + " " + _after(text[letter.end() :])).strip() if letter else text.strip()


def _after(letter: str) -> str:
    """What follows a letter: below its signature, or a last paragraph that asks something; without either nothing."""
    closing = _patterns()["closing"].search(letter)
    rest = letter[closing.end() :] if closing else letter
    paragraphs = [p for p in _BLANK.split(rest) if p.strip()]
    if closing:
        return "\n\n".join(paragraphs[1:])
    return paragraphs[-1] if len(paragraphs) > 1 and paragraphs[-1].rstrip().endswith("?") else ""


def of_self(text: str) -> bool:
    """Whether a writer says something of themselves in their own words: 'I am …', or nothing but what they are."""
    own = own_words(text)
    bare = "?" not in own and len(own.split()) <= _BARE
    return own == text.strip() and bool(own) and (bare or bool(_patterns()["self"].search(own)))
