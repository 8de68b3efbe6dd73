"""Text as it is compared."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Lower case, straight apostrophes dropped, white space folded."""
    text = text.lower().replace("’", "'").replace("`", "'")
    text = re.sub(r"(?<=\w)'(?=\w)", "", text)
    return re.sub(r"\s+", " ", text).strip()
