"""Personal details that are told by their form: addresses to write or ring to, numbers of offices, births, plates.

Each pattern is looked for in a text whose numbers are digits (`digits.Digits`). Where a group is named `it`, that is
the detail and the rest only tells it.
"""

from __future__ import annotations

import functools
import re
from typing import Callable, Iterable, Iterator, Optional

import phonenumbers
from stdnum import iban, luhn
from stdnum.gb import nhs

from bot.details.words import any_of, word_list

Match = re.Match[str]
Span = tuple[int, int]


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


def _spaced(least: int, most: Optional[int] = None) -> str:
    """So many digits, also with signs or spaces between them."""
    return rf"\d(?:[ .\-/_]{{0,2}}\d){{{least - 1},{(most or least) - 1}}}"


_LOCAL = r"(?:\"[^\s@\"]{1,64}\"|[^\s@<>()\[\]{},;:\"]{1,64})"
_AT = r"(?:\s?@\s?|\s?[(\[{<]\s?at\s?[)\]}>]\s?)"
_DOT = r"(?:\.|\s\.\s?|\s?[(\[{<]\s?(?:dot|\.)\s?[)\]}>]\s?|\sdot\s)"
# any letters, also accented; the last part of the address begins with one, so 'see you @ 10.30' stays
_DOMAIN = rf"[\w-]+(?:{_DOT}[\w-]+)*{_DOT}[^\W\d_][\w-]+"
_SAID_LOCAL = r"[\w.+-]{1,64}(?:\s(?:dot|underscore|dash|hyphen)\s[\w+-]{1,64}){0,4}"


_AT_SAID = _re(r"[\s(\[{<]at[\s)\]}>]")


@functools.lru_cache(maxsize=1)
def _emails() -> list[re.Pattern[str]]:
    provider = any_of(word_list("mail_providers"))
    return [
        _re(rf"(?:(?:\w+\s(?:dot|underscore)\s){{1,3}})?{_LOCAL}{_AT}{_DOMAIN}"),
        _re(rf"{_LOCAL}{_AT}(?:{provider}),\s?(?:com|co)\b(?:[.,]uk\b)?"),
        # 'at' alone is a word: what follows has a 'dot' in it, or is where people have their mail
        _re(rf"\b{_SAID_LOCAL}\sat\s[\w-]+(?:\sdot\s[\w-]+){{1,3}}\b"),
        _re(
            rf"\b{_SAID_LOCAL}\sat\s(?:{provider})(?:\s?[.,]\s?(?:com|con|co|uk|net|org|ie|pl|eu|ro|fr|de|es|it|pt|in|pk|me)){{1,2}}\b"
        ),
    ]


# the postcode areas there are: 'yr9 2nd suspension' and 'KS3 1st time' have the shape of a postcode and are none
_AREAS = (
    "A[BL] B[ABDHLNRST]? C[ABFHMORTVW] D[ADEGHLNTY] E[CHNX]? F[KY] G[LUY]? H[ADGPRSUX] I[GMPV] JE K[ATWY] L[ADELNSU]? "
    "M[EKL]? N[EGNPRW]? O[LX] P[AEHLOR] R[GHM] S[AEGKLMNOPRSTWY]? T[ADFNQRSW] UB W[ACDFNRSV]? YO ZE"
).replace(" ", "|")
_INWARD = r"[ABD-HJLNP-UW-Z]"
# a full UK postcode; outward codes alone (a town's 'ST16') stay, they point at no one
_POSTCODES = [
    _re(rf"\b(?:GIR ?0AA|(?:{_AREAS})[\dIlO][A-HJKMNPR-Y\dIlO]?[ .\-/_]{{0,2}}[\dOIl] ?{_INWARD} ?{_INWARD})\b"),
    _re(rf"(?<!\w)(?:[A-Z] ){{1,2}}\d(?: \d){{1,2}}(?: {_INWARD}){{2}}(?!\w)"),
]
_AREA = _re(rf"(?:{_AREAS})\d")
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary|uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
_MONTHS = _re(rf"\b{_MONTH}")
_DAY = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?|(?:twenty[ -]|thirty[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth"
    r"|ninth)|(?:ten|eleven|twelf|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twentie|thirtie)th)"
)
_YEAR = r"(?:'?\d{4}|'?\d{2}|two thousand(?: and)? [a-z]+|nineteen [a-z]+(?:[ -][a-z]+)?|twenty[ -][a-z]+)\b"
_DATE = (
    rf"(?:(?:the )?{_DAY}(?: day)?(?: of)?[ .\-/]?{_MONTH}\.?(?:[, .\-/]{{0,2}}{_YEAR})?"
    rf"|{_MONTH} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,? {_YEAR})?"
    r"|(?<!\d)\d{1,4} ?[./\- ] ?\d{1,2} ?[./\- ] ?'?\d{2,4}(?!\d))"
)
_BIRTH_WORD = r"(?:\bd\.? ?o\.? ?b\b\.?(?:'?s\b)?|\bdate of birth|\bbirth ?date|\bbirth ?day|\bb-?day|\bborn|\(b\.)"
_FILLER = r"[^\w']{0,4}(?:(?:is|was|on|in|of)\b[^\w']{0,2}){0,2}"
_BIRTHS = [
    _re(
        rf"{_BIRTH_WORD}{_FILLER}(?P<it>{_DATE}|{_MONTH},? {_YEAR}|(?<!\d)(?:\d{{8}}|\d{{6}}|(?:19|20)\d\d)(?!\d))"
        rf"(?:,? (?:and|&) (?:his|hers?|theirs?|mine|my)(?: [a-z]+)?(?:'s)? (?:is )?(?P<also>{_DATE}))?"
    ),
    _re(rf"\b(?:turn(?:s|ed|ing)?|be|is) \d{{1,2}} (?:on |in )(?P<it>{_DATE})"),
    _re(rf"(?P<it>{_DATE}) baby\b"),
]

_UPNS = [
    _re(
        r"\b(?:upn|(?:unique )?pupil (?:number|num|no|ref(?:erence)?|id))\b[^\d\n]{0,30}?"
        r"(?P<it>(?:\b[A-Z][ ./-]{0,2})?\b[\dOIl]*\d(?:[ ./-]{0,2}[\dOIl]){8,14}[A-Z]?)\b"
    ),
    _re(
        r"\b(?:upn|(?:unique )?pupil (?:number|num|no|ref(?:erence)?|id))\b[^\d\n]{0,30}?"
        r"(?P<it>\b[A-Z][ ./-]{0,2}\d(?:[ ./-]{0,2}[\dOIl]){8,14}[A-Z]?)\b"
    ),
    # a letter, then twelve characters of which only the last may be a letter
    _re(r"\b[A-HJ-NP-RT-Z][ ./-]?\d(?:[ ./-]?\d){10}[ ./-]?[0-9A-HJ-NP-RT-Z]\b"),
]
_NHS_SAID = _re(rf"\bnhs\b[^\d\n]{{0,20}}?(?P<it>(?<!\d){_spaced(10)})(?!\d)")
_NHS = _re(r"(?<![\w+])\d{3}[ .\-/]?\d{3}[ .\-/]?\d{4}(?!\w)")
_NI_SAID = r"\b(?:n\.?i\.?\b|nino\b|national insurance)[^\d\n]{0,25}?"
_NIS = [
    _re(rf"{_NI_SAID}(?P<it>\b[A-Z][ .-]?[A-Z](?:[ .-]{{0,2}}[\dIlO]){{6}}(?:[ .-]{{0,2}}[A-D])?)\b"),
    _re(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ .-]?(?:\d\d[ .-]?){3}[A-D]\b"),
]
_PASSPORT = _re(
    r"\b(?:passport|brp|biometric residence permit)\b[^\d\n]{0,25}?(?P<it>\b(?:[A-Z]{1,2} ?)?\d(?:[ -]?\d){6,8})(?!\d)"
)
_CARD = re.compile(r"(?<![\w+])[3-6](?:[ -]?\d){12,18}(?!\w)")
_CARD_EXTRA = _re(
    r"\b(?:exp(?:iry|ires)?|valid to|cvv|cvc|security code)\W{0,3}(?P<it>\d\d ?/ ?\d\d(?:\d\d)?|\d{3,4})\b"
)
_IBAN = _re(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
_SIX = _spaced(6)
_EIGHT = r"\d(?:[ -]?\d){7}(?!\d)"
_BANKS = [
    _re(rf"(?<![\d/.-])(?P<it>\d\d[ .-]?\d\d[ .-]?\d\d[ ,;/]{{1,3}}(?:and )?{_EIGHT})"),
    _re(rf"\b(?:sort ?code|sort|s/c)\b[^\d\n]{{0,8}}(?P<it>{_SIX})(?!\d)"),
    _re(rf"\b(?:acc(?:ount|t)?|a/c)\b\.?[^\d\n]{{0,14}}(?P<it>{_EIGHT})"),
]
_PLATE = r"[A-HJ-PR-Y][A-HJ-PR-Y]\d\d[ -]?[A-HJ-PR-Z]{3}"
_CAR_SAID = r"\b(?:reg(?:istration)?|plate|car|van|vehicle|vrn)\b[^\d\n]{0,20}?"
_CARS = [
    _re(rf"{_CAR_SAID}(?P<it>\b(?:[A-Z]{{2}} ?\d\d[ -]?[A-Z]{{3}}|[A-Z]\d{{1,3}}[ -]?[A-Z]{{3}}))\b"),
    re.compile(rf"{_CAR_SAID}(?P<it>\b(?:[A-Z]{{1,3}}\d{{1,4}}|\d{{1,4}})[ -]?[A-Z]{{2,3}}|\b[A-Z]\d ?[A-Z]{{2,3}})\b"),
    _re(rf"\b{_PLATE}\b"),
]

_PHONE = re.compile(r"(?<![\w+])(?:\(?\+)?\(?\d(?:[ ().\-/_]{0,3}\d){8,15}(?!\w)")
_A_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_NO_DIGIT = re.compile(r"\D")


def national(number: str) -> str:
    """A phone number's digits as dialled within the UK."""
    return re.sub(r"^(?:00)?440?(?=[1-9]\d{8})", "0", _NO_DIGIT.sub("", number))


def _phones(text: str, public: frozenset[str]) -> Iterator[Span]:
    for match in _PHONE.finditer(text):
        digits = national(match.group())
        dialled = (digits.startswith("0") and 10 <= len(digits) <= 11) or re.fullmatch(r"7\d{9}", digits)
        if dialled and digits not in public and not _A_DATE.match(match.group()):
            yield match.span()
    for found in phonenumbers.PhoneNumberMatcher(text, "GB", phonenumbers.Leniency.POSSIBLE):
        digits = _NO_DIGIT.sub("", found.raw_string)
        abroad = found.raw_string.startswith("+") or digits.startswith(("0", "44"))
        if abroad and len(digits) >= 10 and national(digits) not in public:
            yield found.start, found.end


Check = Callable[[Match], bool]


def _all(patterns: Iterable[re.Pattern[str]], text: str, check: Check = lambda match: True) -> Iterator[Span]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            groups: list[int] = [n for name, n in pattern.groupindex.items() if name in ("it", "also")] or [0]
            for group in groups:
                if match.group(group) and check(match):
                    yield match.span(group)


def _is_postcode(match: Match) -> bool:
    code = match.group()
    joined = code.replace(" ", "")
    if not any(c.isdigit() for c in code) or (code != code.upper() and _ORDINAL.search(joined)):
        return False
    if code[1:2].islower() and code[-1].isupper():  # 's550ZA', of an Act
        return False
    if len(code) - len(joined) > 2:  # letter by letter
        return bool(_AREA.match(joined))
    return code == code.upper() or sum(c.isdigit() for c in code) >= 2


def _is_plate(match: Match) -> bool:
    """A plate that nothing announces: in capitals or in one word, and no 'YR10 BOY'."""
    if "it" in match.re.groupindex:
        return not _ORDINAL.search(match["it"]) and any(c.isalpha() for c in match["it"])
    plate = match.group()
    shaped = plate == plate.upper() or plate.isalnum()
    return shaped and plate[-3:].lower() not in word_list("plate_words") and plate[:2].lower() not in ("yr", "ks")


def _finders(public: frozenset[str]) -> list[tuple[str, Callable[[str], Iterable[Span]]]]:
    """Kind by kind, the surest first, what finds it in a text."""

    def by(patterns: list[re.Pattern[str]], check: Check = lambda match: True) -> Callable[[str], Iterable[Span]]:
        return lambda text: _all(patterns, text, check)

    return [
        ("bank", by([_IBAN], lambda m: iban.is_valid(m.group(), check_country=False))),
        ("card", by([_CARD], lambda m: luhn.is_valid(_NO_DIGIT.sub("", m.group())))),
        ("upn", by(_UPNS)),
        ("nhs", by([_NHS_SAID], lambda m: national(m["it"]) not in public)),
        ("ni", by(_NIS)),
        ("passport", by([_PASSPORT])),
        ("bank", by(_BANKS)),
        ("born", by(_BIRTHS)),
        ("nhs", by([_NHS], lambda m: nhs.is_valid(_NO_DIGIT.sub("", m.group())) and not m.group().startswith("0"))),
        ("phone", lambda text: _phones(text, public)),
        ("postcode", by(_POSTCODES, lambda m: _is_postcode(m) and m.group().replace(" ", "").upper() not in public)),
        ("car", by(_CARS, _is_plate)),
    ]


MASK = "\ufffc"  # stands in the place of what has been found, so that it is found once


def details(text: str, public: frozenset[str]) -> tuple[list[tuple[str, int, int]], str]:
    """Kinds and places of what a text of digits holds, and the text with these masked.

    `public` are numbers (as dialled), emails and postcodes of services, which are nobody's.
    """
    found: list[tuple[str, int, int]] = []
    written = text

    def take(kind: str, spans: Iterable[Span]) -> None:
        nonlocal text
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            if MASK not in text[start:end]:
                found.append((kind, start, end))
                text = text[:start] + MASK * (end - start) + text[end:]

    if "@" in text or _AT_SAID.search(text):
        take("email", _all(_emails(), text))
        found = [f for f in found if written[f[1] : f[2]].lower().strip('".') not in public]
    if any(c.isdigit() for c in text):
        for kind, spans in _finders(public):
            take(kind, spans(text))
        if any(kind == "card" for kind, _, _ in found):
            take("card", _all([_CARD_EXTRA], text))
    elif _MONTHS.search(text):
        take("born", _all(_BIRTHS, text))
    return found, text
