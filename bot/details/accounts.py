"""Names on social media and in games."""

from __future__ import annotations

import functools
import re
from typing import Iterator

from bot.details.text import Span, never, strange
from bot.details.words import any_of, word_list
from knowledge.words import english


@functools.lru_cache(maxsize=1)
def _accounts() -> re.Pattern[str]:
    where = any_of(word_list("platforms"))
    return re.compile(
        rf"\b(?:{where})\b(?!\.\w)(?:'s)?(?:\s?\b(?:{where}|name|tag|id|account|handle)\b)*"
        r"(?P<says>(?:\s(?:is|hes|shes|he's|she's|its)\b|\s?[:=-])?)\s?(?P<it>@?\w[\w.#-]*\w)",
        re.I,
    )


_AT_NAME = re.compile(r"(?<![\w.])@(?P<it>[\w.]*[^\W_][\w.]*\w)")
_PROFILE = re.compile(
    r"\b(?:instagram|facebook|fb|tiktok|twitter|x|snapchat|t|linkedin|youtube|threads)\.(?:com|me|net)/(?P<it>@?[\w.-]*\w)",
    re.I,
)


def accounts(text: str) -> Iterator[Span]:
    """Names on social media and in games."""
    for match in _PROFILE.finditer(text):
        yield match.span("it")
    for match in _AT_NAME.finditer(text):
        if not (match["it"].lower() in english() or match["it"].isdigit() or never(match["it"].lower())):
            yield match.span()
    for match in _accounts().finditer(text):
        name = match["it"]
        shaped = re.search(r"[\d_.#]", name) and re.search(r"[^\W\d_]", name)
        odd = strange(name.lower()) or (name.startswith("@") and len(name) > 2)
        if shaped or odd or (match["says"].strip() in (":", "=", "-") and not never(name.lower())):
            yield match.span("it")
