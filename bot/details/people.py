"""Names of people: listed ones, and what stands where a name does."""

from __future__ import annotations

import re
from typing import Iterator

from bot.details.text import Span, Text, Word, listed, loose, never
from bot.details.words import word_list
from knowledge.words import english

MOST = 4  # words of one name
_LITTLE = ["little", "one"]
_PLAIN_TITLE = frozenset(("mr", "mrs", "ms", "mx"))
_PERSON_VERB = re.compile(
    r"\s+(?:just |has |have |had |was |is |been |being |got |gets |getting |also |now )+"
    r"(?:suspended|excluded|expelled|permed|pexed|kicked|sent|chucked|isolated|blamed|bullied|\d+ days?|a detention)\b",
    re.I,
)
_OF_AGE = re.compile(
    r"(?:,? is in|,? in|,)? (?:year|yr|y|reception|age|aged)\b ?\d*|,? is \d{1,2}(?! (?:days?|weeks?|times?))\b"
    r"|, \d{1,2},",
    re.I,
)
_STRONG = re.compile(
    r"(?:\bnames?(?:'s|s)?(?: (?:is|was|are))?|\bsurname(?: is)?|\bsigned(?: by)?|\bcaller is|\bspoke(?:n)? (?:to|with)"
    r"|\bspeaking (?:to|with)|\bname:|\byours (?:sincerely|faithfully))"
    r"[\s:,=-]{1,3}(?=[^\W\d_])",
    re.I,
)
_HEADED = re.compile(r"\b(?:dear |(?:re|child|pupil|student|parent|caller|mum|dad):\s?)(?=[^\W\d_])", re.I)
_CALLED = re.compile(
    r"\b(?:he|hes|he's|she|shes|she's|they|is|are|was|who|whos|boy|girl|lad|son|daughter|child|kid|pupil|student"
    r"|teacher|head|mum|dad|one|mate|friend|man|woman|lady|worker|tutor)s?(?: (?:is|was))? (?:called|named)\s"
    r"(?=[^\W\d_])",
    re.I,
)
_NAMED = re.compile(r"(?:^|[.,;!?]\s)named\s(?=[^\W\d_])", re.I)
_SELF = re.compile(r"\b(?:i am|i'm|im|this is|its|it's|its about|it's about|about)\s(?=[^\W\d_])", re.I)
_SIGN_OFF = re.compile(
    r"(?:\bregards|\bthanks|\bthank you|\bthankyou|\bcheers|\byours|\bsincerely|\bfaithfully|\bta)[\s,:-]+"
    r"(?P<it>(?:[A-Z]\.? ?)?[^\W\d_][\w'-]+(?: [^\W\d_][\w'-]+)?)[\s.!xX]*$"
)
_INITIALS = re.compile(
    r"\b(?:initials?\W{0,3}(?:are |is )?(?P<a>[A-Z](?:[. ]?[A-Z]){1,2}\b\.?)"
    r"|(?:pupil|student|child|son|daughter|boy|girl)\W{1,2}(?P<b>[A-Z]\.? ?[A-Z]\.))",
)


def people(text: Text) -> Iterator[Span]:
    """Names of people."""
    found: dict[int, int] = {}  # the first word of a name and its last
    for at, sure in _starts(text):
        if at not in found and not never(text.lower[at]) and not text.known(at):
            found[at] = _last(text, at, sure)
    for last in list(found.values()):
        _add_joined(text, last, found)
    seen = {text.lower[at] for first, last in found.items() for at in range(first, last + 1)}
    seen = {w for w in seen if len(w) > 2 and not loose(w) and not (w in english() and not listed(w))}
    for at, word in enumerate(text.lower):
        if word in seen and not text.known(at):
            found.setdefault(at, at)
    for first, last in found.items():
        start, end = text.span(first, last)
        if text.lower[last].endswith("s") and last == first and _plural(text.lower[last]):
            end -= 1
        yield start, end
    for match in _INITIALS.finditer(text.text):
        yield match.span("a" if match["a"] else "b")


def _plural(word: str) -> bool:
    """'tias', for tia's."""
    return not listed(word) and len(word) > 3 and listed(word[:-1]) and word not in english()


def _starts(text: Text) -> Iterator[tuple[int, bool]]:
    """Words where a name begins, and whether the words before them say so."""
    at_place = {w.start: n for n, w in enumerate(text.words)}
    for n, word in enumerate(text.words):
        if word.lower in word_list("titles") and _after_title(text, n):
            yield n + 1, True
        elif (
            word.lower in word_list("relations") | word_list("offices") or text.lower[max(0, n - 1) : n + 1] == _LITTLE
        ):
            yield from ((m, True) for m in _after_relation(text, n))
        if (listed(word.lower) or _plural(word.lower)) and not word.acronym:
            if text.in_english or (word.capital and not word.first):
                yield n, word.capital
        elif word.capital and not word.first and word.lower in word_list("mostly_names") and not _described(text, n):
            yield n, True
        elif _stands_like_name(text, n) and text.strange(n):
            yield n, word.capital
        elif (word.first or word.capital) and _does_what_people_do(text, word):
            if loose(word.lower) or text.strange(n):
                yield n, False
    for pattern in (_STRONG, _CALLED, _NAMED):
        for match in pattern.finditer(text.text):
            n = at_place.get(match.end(), -1)
            if n >= 0 and _may_be_name(text, n):
                yield n, True
                if _ends_with_surname(text, n):
                    yield n + 1, True
    for match in _HEADED.finditer(text.text):
        n = at_place.get(match.end(), -1)
        if n >= 0 and _like_name(text.words[n]):
            yield n, True
    for match in _SELF.finditer(text.text):
        n = at_place.get(match.end(), -1)
        if n >= 0 and _may_be_self(text, n):
            yield n, True
    for match in _SIGN_OFF.finditer(text.text):
        n = at_place.get(match.start("it"), -1)
        if n >= 0 and (text.words[n].text[0].isupper() or listed(text.lower[n])):
            yield n, True


def _ends_with_surname(text: Text, n: int) -> bool:
    """Whether one word stands between a name and a comma or the end: 'her name is joan day'."""
    if n + 1 >= len(text.words) or text.gap(n) != " " or not re.match(r"\s*[,.\n]", text.gap(n + 1)):
        return False
    return text.lower[n + 1] not in word_list("speech")


def _stands_like_name(text: Text, n: int) -> bool:
    """Whether a word stands where names do, also with nothing that announces one."""
    word, before = text.words[n], text.lower[n - 1] if n else ""
    if word.acronym or before in word_list("before_places"):
        return False
    if word.capital and not word.first:
        return True
    after = text.lower[n + 1] if n + 1 < len(text.words) and text.gap(n) == " " else ""
    ends = n + 1 == len(text.words) or bool(re.match(r"\s*[,.?!\n]", text.gap(n)))
    acts = after in word_list("after_names")
    return acts if word.first else before in word_list("before_names") and (acts or ends)


def _described(text: Text, n: int) -> bool:
    """Whether a word stands behind 'the' or 'a', or before another in capitals: 'the Grace Foundation'."""
    after = text.words[n + 1] if n + 1 < len(text.words) else None
    return text.lower[n - 1] in ("the", "a", "an", "this", "that") or bool(
        after and after.capital and after.lower in english() and after.lower not in word_list("surname_words")
    )


def _does_what_people_do(text: Text, word: Word) -> bool:
    """Whether a word stands before 'got suspended' or, in capitals, before 'is in year 4'."""
    if _PERSON_VERB.match(text.text, word.end):
        return True
    return word.capital and bool(_OF_AGE.match(text.text, word.end))


def _may_be_name(text: Text, n: int) -> bool:
    """Whether a word that stands where a name does is one."""
    word = text.words[n]
    if never(word.lower) or word.lower in word_list("titles"):
        return False
    return word.capital or listed(word.lower) or loose(word.lower) or text.strange(n)


def _like_name(word: Word) -> bool:
    """Whether a word looks like a name by itself: a listed one, or in capitals and no English word."""
    if len(word.text) < 2:
        return False
    names = word_list("also_words") | word_list("surnames") | word_list("surname_words")
    return listed(word.lower) or (word.capital and (word.lower in names or word.lower not in english()))


def _may_be_self(text: Text, n: int) -> bool:
    word = text.words[n]
    gap = text.gap(n)
    ends = bool(re.match(r"\s*[,.\n]", gap)) or (gap == " " and text.lower[n + 1] in ("and", "the", "here"))
    if never(word.lower):
        return False
    if word.lower in word_list("also_words"):
        return word.capital and ends
    return word.capital and text.strange(n) and not re.search(r"(?:ish|ian|ese|ist)$", word.lower)


def _after_title(text: Text, n: int) -> bool:
    """Whether the word after a title is a name: not so in 'Miss said'."""
    if n + 1 >= len(text.words) or not re.fullmatch(r"\.? |\.", text.gap(n)):
        return False
    title, word = text.words[n], text.words[n + 1]
    if never(word.lower) or word.lower in word_list("speech"):
        return False
    if word.capital or title.lower in _PLAIN_TITLE or (title.text.isupper() and word.text.isupper()):
        return True
    return (
        word.lower in word_list("surnames")
        or listed(word.lower)
        or text.strange(n + 1)
        or word.lower.startswith(("o'", "mc"))
    )


def _after_relation(text: Text, n: int) -> Iterator[int]:
    """The word after 'my son' or 'social worker', where it is a name."""
    if n + 1 >= len(text.words) or not re.fullmatch(r" |, | - |: |,|'s name | \(", text.gap(n)):
        return
    relation, m = text.lower[n], n + 1
    word = text.words[m]
    if word.lower in ("name", "names", "called", "named") and m + 1 < len(text.words):
        m += 1
        word = text.words[m]
    if never(word.lower) or word.lower in word_list("relations") | word_list("offices"):
        return
    if relation in word_list("offices"):
        if listed(word.lower) or (word.capital and (text.strange(m) or word.lower in word_list("surnames"))):
            yield m
    elif (
        _like_name(word)
        or (text.strange(m) and text.gap(n) == " ")
        or (loose(word.lower) and _PERSON_VERB.match(text.text, word.end))
    ):
        yield m


def _last(text: Text, at: int, sure: bool) -> int:
    """The last word of a name that begins here."""
    last = at
    while last + 1 < len(text.words) and last - at + 1 < MOST:
        gap, word = text.gap(last), text.words[last + 1]
        initial = len(text.words[last].text) == 1
        if not (re.fullmatch(r" |-", gap) or (initial and re.fullmatch(r"\.? ?", gap))):
            break
        if never(word.lower) or word.lower in word_list("speech") or text.known(last + 1):
            break
        surname = word.lower in word_list("surnames") or (sure and word.lower in word_list("surname_words"))
        if not (word.capital or surname or listed(word.lower) or (sure and text.strange(last + 1))):
            break
        last += 1
    return last


def _add_joined(text: Text, last: int, found: dict[int, int]) -> None:
    """'and Reece', behind a name."""
    n = last + 1
    if n + 1 >= len(text.words) or text.lower[n] not in ("and", "n", "or") or text.gap(last) != " ":
        return
    word, after = text.words[n + 1], text.lower[n + 2] if n + 2 < len(text.words) else ""
    if (never(word.lower) and not loose(word.lower)) or text.known(n + 1):
        return
    people_follow = after in ("are", "were", "have", "both", "got", "had", "was")
    if word.capital or text.strange(n + 1) or (loose(word.lower) and people_follow):
        found.setdefault(n + 1, _last(text, n + 1, False))
