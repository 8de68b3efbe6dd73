"""Numbers as people type them: spelt out, or with the letters O and l in them, put into digits with their places."""

from __future__ import annotations

import re

_WORDS = {
    "zero": "0", "nought": "0", "nil": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_SPOKEN = rf"(?:(?:{'|'.join(_TIMES)}) )?(?:{'|'.join(_WORDS)}|\d)(?![^\W\d_])"
_RUN = re.compile(rf"(?<![^\W\d_])(?:{_SPOKEN}[ ,.-]{{0,2}}){{5,}}(?:{_SPOKEN})(?![^\W_])", re.I)
_PART = re.compile(_SPOKEN, re.I)
_ALIKE = re.compile(r"(?<![^\W\d_])[\dOoIl](?:[ ().\-/_]{0,3}[\dOoIl]){4,}(?![^\W\d_])")
_DIGITS = str.maketrans("OoIl", "0011")


class Digits:
    """A text in which numbers are digits, and where each of its characters stands in the text as it was written."""

    def __init__(self, written: str) -> None:
        text: list[str] = []
        places: list[tuple[int, int]] = []

        def keep(part: str, start: int, end: int) -> None:
            """Put a part in; each of its characters stands for the whole of what was written, or for its own."""
            same = len(part) == end - start
            text.append(part)
            places.extend((start + n, start + n + 1) if same else (start, end) for n in range(len(part)))

        at = 0
        for run in _RUN.finditer(written):
            if not re.search(r"[^\W\d_]{2}", run.group()):
                continue
            keep(written[at : run.start()], at, run.start())
            at = run.start()
            for part in _PART.finditer(written, *run.span()):
                gap = written[at : part.start()]
                keep(gap, at, part.start())
                *times, digit = part.group().lower().split()
                keep(_WORDS.get(digit, digit) * (_TIMES[times[0]] if times else 1), *part.span())
                at = part.end()
        keep(written[at:], at, len(written))
        self.text = _ALIKE.sub(_in_digits, "".join(text))
        self._places = places

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the text stands in what was written."""
        return self._places[start][0], self._places[end - 1][1]


def _in_digits(run: re.Match[str]) -> str:
    """A run that is mostly digits with its look-alike letters as digits; a letter alone at its edge is a word."""
    inner = re.sub(r"^[OoIl]\b|\b[OoIl]$", lambda alone: " ", run.group())
    real = sum(c.isdigit() for c in inner)
    if real < 4 or real < sum(c.isalpha() for c in inner):
        return run.group()
    start = 1 if inner[0] == " " else 0
    end = len(inner) - (1 if inner[-1] == " " else 0)
    return run.group()[:start] + inner[start:end].translate(_DIGITS) + run.group()[end:]
