"""Text as it is taken in and as it is compared."""

from __future__ import annotations

import functools
import importlib.resources
import re
import unicodedata

from confusable_homoglyphs import confusables

MAX_SEGMENTS = 8
SAME_SIGN = 3  # so many of one sign or letter in a row say all that more would
SIGNS = 12  # signs in a row, whichever they are
_WORDS_OF_A_LETTER = set("abciknruy")
TOKEN = 100  # characters without a space

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
# every apostrophe, prime and single quote; every double quote
_QUOTES = str.maketrans(
    {**dict.fromkeys("`´ʹʻʼʽˈˊ‘’‚‛′‹›＇", "'"), **dict.fromkeys("ˮ“”„‟″«»＂", '"')},
)
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:[^\W_]|[\u0300-\u036f])*")
_LOOSE_MARKS = re.compile(r"(?:(?<=[A-Za-z\s])|^)[\u0300-\u036f\u20d0-\u20f0]+")
_FRACTIONS = {"½": (".5", "half"), "¼": (".25", "quarter"), "¾": (".75", "three quarters")}
_SAME = re.compile(r"([^\W\d]|[^\w\s]|_)\1{%d,}" % SAME_SIGN)
_RUN = re.compile(r"((?:[^\w\s]|_){%d})(?:[^\w\s]|_)+" % SIGNS)
_LONG = re.compile(r"(\S{%d})(?=\S)" % TOKEN)
_FANCY = re.compile(r"(?:NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL|LATIN) LETTER (?:SMALL CAPITAL )?([A-Z])")
_SPACED = re.compile(r"(?<!\S)(?:[^\W_] ){2}(?:[\w!@$] )*[\w!@$](?!\S)")
# and words so written, with wider gaps between them: 'h e  h i t s  m e'
_GAPPED = re.compile(r"(?<!\S)[^\W_](?: [\w!@$])*(?: {2,}[^\W_](?: [\w!@$])*)+(?!\S)")
_LINES = re.compile(r"\n{3,}")


def visible(text: str) -> str:
    """The text without control, invisible and direction-changing characters and lone surrogates; line breaks stay."""
    text = unicodedata.normalize("NFC", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)


def fold(text: str) -> str:
    """The text in ordinary letters, whatever font or look-alike it was written in, and of bounded cost to read.

    Compatibility forms (full width, mathematical) become plain letters, quotes of every kind straight ones, letters
    of other scripts that stand among Latin ones the Latin letter they look like (Unicode's table of confusables).
    Words written letter by letter are put together. Runs of one sign are cut to three, runs of signs to twelve, and
    what has no space for long gets one.
    """
    text = visible(text).translate(_QUOTES)
    for sign, (decimal, word) in _FRACTIONS.items():  # else '3½' would become 31/2
        text = re.sub(rf"(?<=\d)\s?{sign}", decimal, text).replace(sign, word)
    text = visible(unicodedata.normalize("NFKC", text)).translate(_QUOTES)
    text = "".join(_letter(c) for c in _LOOSE_MARKS.sub("", text))
    if not text.isascii():
        text = _in_latin(text)
    text = _GAPPED.sub(_closed_up, text)
    text = _SPACED.sub(lambda letters: letters[0].replace(" ", "") if _spelt(letters[0]) else letters[0], text)
    text = _RUN.sub(r"\1", _SAME.sub(lambda run: run[1] * SAME_SIGN, text))
    text = _LONG.sub(r"\1 ", text)
    return _LINES.sub("\n\n", re.sub(r"[^\S\n]+", " ", text)).strip()


def _closed_up(match: re.Match[str]) -> str:
    """The words of a stretch that is written letter by letter."""
    words = re.split(r" {2,}", match[0])
    return " ".join(word.replace(" ", "") for word in words) if any(map(_spelt, words)) else match[0]


def _spelt(letters: str) -> bool:
    """Whether these are a word's letters with a space after each: 'k i l l'; 'u r a' is three words."""
    distinct = {c for c in letters.lower() if c.isalpha()}
    return len(distinct) >= 3 and not distinct <= _WORDS_OF_A_LETTER


def _letter(sign: str) -> str:
    """The letter in a black circle or square, or written as a small capital: normalising leaves these as they are."""
    if sign.isascii():
        return sign
    name = unicodedata.name(sign, "")
    match = _FANCY.fullmatch(name)
    return match[1].lower() if match else sign


@functools.lru_cache(maxsize=1)
def _look_alikes() -> dict[str, str]:
    """Letters outside ASCII to the ASCII letter that each looks like."""
    letters = {}
    for sign, alike in confusables.confusables_data.items():
        latin = next((a["c"] for a in alike if a["c"].isascii() and a["c"].isalpha()), None)
        if len(sign) == 1 and not sign.isascii() and sign.isalpha() and latin:
            letters[sign] = latin
    return letters


def _in_latin(text: str) -> str:
    """Look-alikes of Latin letters put right, in words that mix them with Latin or stand in a Latin text."""
    letters = [c for c in text if c.isalpha()]
    mostly_latin = 2 * sum(_is_latin(c) for c in letters) >= len(letters)
    alike = _look_alikes()

    def word(match: re.Match[str]) -> str:
        written = match[0]
        strange = [c for c in written if not c.isascii() and not _is_latin(c)]
        mixed = any(_is_latin(c) for c in written)
        if not (mixed or mostly_latin):
            return written
        latin = {c: alike.get(c) or (alike.get(c.upper(), "").lower() if mixed else "") for c in set(strange)}
        if not all(latin.values()):
            return written
        return "".join(latin.get(c) or alike.get(c, c) for c in written)

    return _WORD.sub(word, text)


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")


@functools.lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """Common English words, in lower case."""
    lines = (importlib.resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    return frozenset(line.split(" ")[0] for line in lines.splitlines() if line)


def plain(text: str) -> str:
    """Lower case, straight apostrophes dropped, white space folded."""
    text = text.translate(_QUOTES).lower()
    text = re.sub(r"(?<=\w)'(?=\w)", "", text)
    return re.sub(r"\s+", " ", text).strip()


def segments(text: str) -> list[str]:
    """The message itself and, where it has several sentences (or else clauses), each of them; questions first."""
    whole = re.sub(r"\s+", " ", text).strip()
    parts = [p.strip() for p in re.split(r"(?<=[.?!;])\s+|\n+|\s+[-–]\s+", text) if len(p.split()) >= 2]
    if len(parts) < 2:
        parts = [p.strip() for p in re.split(r",\s+", whole) if len(p.split()) >= 4]
    if len(parts) < 2:
        return [whole]
    parts.sort(key=lambda p: not p.endswith("?"))
    return [whole, *parts[:MAX_SEGMENTS]]
