"""Taking out of a message what is surely personal, before anything else sees it."""

from __future__ import annotations

import os
import re
from typing import Callable, Iterable

import phonenumbers
from stdnum.gb import nhs

# any letters, also accented; the last part of the address begins with one, so 'see you @ 10.30' stays
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}\s?@\s?[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]+")
# the postcode areas there are: 'yr9 2nd suspension' and 'KS3 1st time' have the shape of a postcode and are none
_AREAS = (
    "A[BL] B[ABDHLNRST]? C[ABFHMORTVW] D[ADEGHLNTY] E[CHNX]? F[KY] G[LUY]? H[ADGPRSUX] I[GMPV] JE K[ATWY] L[ADELNSU]? "
    "M[EKL]? N[EGNPRW]? O[LX] P[AEHLOR] R[GHM] S[AEGKLMNOPRSTWY]? T[ADFNQRSW] UB W[ACDFNRSV]? YO ZE"
).replace(" ", "|")
# a full UK postcode; outward codes alone (a town's 'ST16') stay, they point at no one
_POSTCODE = re.compile(rf"\b(?:GIR ?0AA|(?:{_AREAS})\d[A-HJKMNPR-Y\d]? ?\d[ABD-HJLNP-UW-Z]{{2}})\b", re.I)
# unique pupil number: a letter, then twelve characters of which only the last may be a letter
_UPN = re.compile(r"\b[A-HJ-NP-RT-Z][ -]?\d{3}[ -]?\d{4}[ -]?\d{4}[0-9A-HJ-NP-RT-Z]\b", re.I)
_NHS = re.compile(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b")
_DIGITS = re.compile(r"\D")

KEEP_DAYS = 28

NAMES = {
    "email": "email address",
    "phone": "phone number",
    "postcode": "postcode",
    "upn": "pupil number",
    "nhs": "NHS number",
}


def redact(text: str, public_numbers: Iterable[str] = ()) -> tuple[str, list[str]]:
    """The text with personal details replaced by '[kind]', and the kinds found.

    `public_numbers` are phone numbers of services: these stay, since people ask about them.
    """
    found: list[str] = []

    def out(kind: str) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            if kind == "nhs" and not nhs.is_valid(match.group()):
                return match.group()
            found.append(kind)
            return f"[{NAMES[kind]}]"

        return replace

    text = _EMAIL.sub(out("email"), text)
    text = _UPN.sub(out("upn"), text)
    text = _NHS.sub(out("nhs"), text)
    public = {_national(n) for n in public_numbers}
    for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, "GB", phonenumbers.Leniency.POSSIBLE))):
        digits = _DIGITS.sub("", match.raw_string)
        if (
            _national(digits) in public
            or not (digits.startswith(("0", "44")) or match.raw_string.startswith("+"))
            or len(digits) < 10
        ):
            continue
        found.append("phone")
        text = f"{text[: match.start]}[{NAMES['phone']}]{text[match.end :]}"
    text = _POSTCODE.sub(out("postcode"), text)
    return text, list(dict.fromkeys(found))


def _national(number: str) -> str:
    """A phone number's digits as dialled within the UK."""
    return re.sub(r"^(?:00)?440?(?=[1-9]\d{8})", "0", _DIGITS.sub("", number))


def keep_days() -> int:
    """For how many days after its last message a conversation is kept: INCLUSION_GUIDE_KEEP_DAYS, else 28."""
    return int(os.environ.get("INCLUSION_GUIDE_KEEP_DAYS") or KEEP_DAYS)
