"""What is surely personal is taken out before anything else sees a message; what is not personal stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import keep_days, redact
from knowledge.desk import Desk

HELPLINE = "0300 111 8007"

# what is typed, and what is left of it
PERSONAL = [
    # emails
    ("write to jo.bloggs@school.org.uk please", "write to [email address] please", ["email"]),
    ("jo_b+x@mail.example.", "[email address].", ["email"]),
    ("josé@example.com", "[email address]", ["email"]),
    ("o'neil@example.com", "[email address]", ["email"]),
    ("jo @ example.com", "[email address]", ["email"]),
    ("<jo@example.co.uk>, <al@example.co.uk>", "<[email address]>, <[email address]>", ["email"]),
    # phones
    ("ring me on 07700 900123", "ring me on [phone number]", ["phone"]),
    ("07700900123", "[phone number]", ["phone"]),
    ("07700.900.123", "[phone number]", ["phone"]),
    ("+44 7700 900123", "[phone number]", ["phone"]),
    ("0044 7700 900123", "[phone number]", ["phone"]),
    ("(01632) 960111 at home", "[phone number] at home", ["phone"]),
    ("020 7946 0958 or 07700900124", "[phone number] or [phone number]", ["phone"]),
    # postcodes
    ("we live at ST16 2LH", "we live at [postcode]", ["postcode"]),
    ("st162lh", "[postcode]", ["postcode"]),
    ("E8 1EA, SW1A 1AA and M1 1AE", "[postcode], [postcode] and [postcode]", ["postcode"]),
    # pupil numbers
    ("his UPN is A123456789012", "his UPN is [pupil number]", ["upn"]),
    ("H801 2000 0100A", "[pupil number]", ["upn"]),
    ("H8012000010A2", "H8012000010A2", []),
    ("H80120000100A", "[pupil number]", ["upn"]),
    ("H 801 2000 01001", "[pupil number]", ["upn"]),
    # NHS numbers
    ("NHS 943 476 5919", "NHS [NHS number]", ["nhs"]),
    ("9434765919", "[NHS number]", ["nhs"]),
    # several
    (
        "al@example.com, 07700 900123, IP1 2BX",
        "[email address], [phone number], [postcode]",
        ["email", "phone", "postcode"],
    ),
]

# looks like it, and is not
ORDINARY = [
    "he is 14 and has had 3 suspensions since 12/09/2026",
    "from 2026-11-21 to 2026-12-01",
    "yr9 2nd suspension",
    "y10 4th time",
    "KS3 1st exclusion",
    "we are in ST16",
    "see you @ 10.30",
    "@school",
    "ring 999, 111 or 0800 1111",
    "£1,000,000 and 45 days",
    "reference 1234567890",
    "943 476 5918",
    "s51A(10) of the Education Act 2002",
    "Code E, regs 22-23, SI 2012/1033",
    "",
]


@pytest.mark.parametrize(("typed", "left", "kinds"), PERSONAL)
def test_personal_details_are_taken_out_and_named(typed: str, left: str, kinds: list[str]) -> None:
    assert redact(typed) == (left, kinds)


@pytest.mark.parametrize("typed", ORDINARY)
def test_ordinary_numbers_and_words_stay(typed: str) -> None:
    assert redact(typed) == (typed, [])


@pytest.mark.parametrize("typed", [HELPLINE, "03001118007", "+44 300 111 8007", "0044 300 111 8007"])
def test_the_number_of_a_service_stays_however_it_is_written(typed: str) -> None:
    assert redact(f"is {typed} right", [HELPLINE]) == (f"is {typed} right", [])
    assert redact(f"is {typed} right") == ("is [phone number] right", ["phone"])


def test_the_numbers_of_our_own_services_stay(desk: Desk) -> None:
    numbers = desk.public_numbers
    assert len(numbers) > 50
    assert [number for number in numbers if redact(number, numbers) != (number, [])] == []


def test_each_kind_is_named_once() -> None:
    assert redact("a@example.com b@example.com")[1] == ["email"]


@given(st.emails(), st.text(), st.text())
def test_no_email_is_left(email: str, before: str, after: str) -> None:
    text, kinds = redact(f"{before} {email} {after}")
    assert email not in text
    assert "email" in kinds


@given(st.text())
def test_what_was_redacted_holds_nothing_more_to_redact(text: str) -> None:
    once, _ = redact(text)
    assert redact(once) == (once, [])


@given(st.from_regex(r"\A07[0-9]{3} ?[0-9]{6}\Z"), st.sampled_from(["my number is ", "", "tel:"]))
def test_no_mobile_number_is_left(number: str, before: str) -> None:
    assert redact(f"{before}{number}")[0] == f"{before}[phone number]"


@pytest.mark.parametrize(("setting", "days"), [("", 28), ("7", 7)])
def test_for_how_long_conversations_are_kept(setting: str, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_KEEP_DAYS", setting)
    assert keep_days() == days
