"""What is personal is taken out before anything else sees a message; what is not personal stays."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import NAMES, keep_days, redact
from knowledge.desk import Desk
from tests.eval import personal

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
    # however they are spelt
    ("kelly.marsh at gmail dot com", "[email address]", ["email"]),
    ("jd (at) hotmail.co.uk, t.o[at]yahoo[dot]com", "[email address], [email address]", ["email"]),
    ("danny dot reeves at btinternet dot com ta", "[email address] ta", ["email"]),
    ("my number is O77OO 9OO 782", "my number is [phone number]", ["phone"]),
    ("0 7 7 0 0 9 0 0 5 5 2 or 7700900813", "[phone number] or [phone number]", ["phone"]),
    ("oh seven seven double oh nine double oh three one four ok", "[phone number] ok", ["phone"]),
    ("LE3-1QD, S T 1 7 9 X B and IP3 OEW", "[postcode], [postcode] and [postcode]", ["postcode"]),
    ("upn A-123-4567-8901-2", "upn [pupil number]", ["upn"]),
    ("UPN: A 1234 5678 9012, UPN A12345678901234", "UPN: [pupil number], UPN [pupil number]", ["upn"]),
    ("nhs no 4 0 1 0 2 3 2 1 3 7, 943.476.5919", "nhs no [NHS number], [NHS number]", ["nhs"]),
    # births
    ("dob 12/03/2011, year 9", "dob [date of birth], year 9", ["born"]),
    ("she was born on the 9th of August 2013", "she was born on [date of birth]", ["born"]),
    ("my dob 15th march 1985 and his is 20/1/2011", "my dob [date of birth] and his is [date of birth]", ["born"]),
    # addresses
    ("send it to Flat 3, 45 Brook Lane", "send it to [street address]", ["address"]),
    ("we live at 14 marlowe road, stafford", "we live at [street address], stafford", ["address"]),
    # numbers of offices and banks
    ("NI is JK 12 34 56 D", "NI is [National Insurance number]", ["ni"]),
    ("sort code 20-45-77 account 12345678", "sort code [bank details] account [bank details]", ["bank"]),
    ("it took 4111 1111 1111 1111", "it took [card number]", ["card"]),
    ("passport no. 533 380 006", "passport no. [passport number]", ["passport"]),
    ("he scratched AB12 CDE, reg bd19xkl", "he scratched [number plate], reg [number plate]", ["car"]),
    # accounts
    ("his insta is @tyler_x07, snap: kaydenn.b", "his insta is [user name], snap: [user name]", ["user"]),
    # people
    ("my son tyler got suspended", "my son [name] got suspended", ["name"]),
    ("hes called mason, his name is Muhammad Ibrahim", "hes called [name], his name is [name]", ["name"]),
    ("my son Zayaan and Mrs O'Neill", "my son [name] and Mrs [name]", ["name"]),
    ("mr hughes told him", "mr [name] told him", ["name"]),
    ("Kyle and Reece fought, only kyle got excluded", "[name] and [name] fought, only [name] got excluded", ["name"]),
    ("tylers been suspended, Tyler's mum", "[name]s been suspended, [name]'s mum", ["name"]),
    ("pupil K.T., year 9", "pupil [name], year 9", ["name"]),
    ("who decides? Kind regards, Donna Price", "who decides? Kind regards, [name]", ["name"]),
    ("MY SON KAYDEN WAS SUSPENDED", "MY SON [name] WAS SUSPENDED", ["name"]),
    # schools: what kind it is stays, and the name of an area
    ("he goes to Northfield Park high school", "he goes to [school name] high school", ["school"]),
    ("at paget academy, at st marys primary", "at [school name] academy, at [school name] primary", ["school"]),
    ("Stafford Manor High School", "Stafford [school name] High School", ["school"]),
    # several
    (
        "al@example.com, 07700 900123, IP1 2BX",
        "[email address], [phone number], [postcode]",
        ["email", "phone", "postcode"],
    ),
]

# looks like it, and is not
ORDINARY = [
    # in another language
    "ma famille veut me marier de force cet été",
    "mia figlia dice che non vuole tornare a scuola",
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
    "the meeting is on 12/03/2026, he was excluded on 4th May 2026",
    "he is 14, she will be 15 in march",
    "my son just got suspended, my daughter recieved a letter",
    "my son will be back, my boy may have adhd, my lad aint coping",
    "can i mark the days off, i hope so, the grace period",
    "he was called names, school called to say come",
    "Miss said he cant come in, sir shouted, dr said anxiety",
    "thanks. What next?",
    "Dear Parent, regards the meeting",
    "I'm Muslim, i am Polish, I am Deputy Head",
    "he goes to a special school, at secondary school, to another academy, at our primary",
    "we are in Stafford, Hackney, Leicestershire or Suffolk",
    "2 lads from 3 schools, 12 high risk incidents, a 4 way meeting",
    "half a dozen suspensions, one two three strikes",
    "he grunts at me, keep trying or give up",
    "look at gov.uk",
    "the YR10 BOY got 20-45 minutes",
    "passport to learning, on account of 12 incidents",
    "insta was down, they said on facebook that schools must",
    "Pupil A and pupil B fought",
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


def test_names_and_addresses_of_our_own_stay(desk: Desk) -> None:
    services = desk.knowledge.services.values()
    names = [name for service in services for name in (service.title, *service.aliases)]
    asked = [f"how do i reach {name}" for name in names] + [s.email for s in services if s.email]
    assert len(asked) > 300
    assert [text for text in asked if redact(text, desk.public_numbers) != (text, [])] == []


# the least share that is found, by kind, of the half that nobody tuned on
FOUND = 0.9


def test_most_of_what_is_personal_is_found() -> None:
    every = personal.cases("report")
    total = Counter(kind for case in every for kind, _, _ in case.personal)
    missed = Counter(kind for case in every for kind, _ in case.missed(personal.find(case.text)))
    assert set(total) == set(NAMES)
    assert 1 - sum(missed.values()) / sum(total.values()) >= FOUND
    assert [kind for kind in total if missed[kind] > max(1, total[kind] * 0.2)] == []


@pytest.mark.parametrize("half", ["tune", "report"])
def test_ordinary_messages_lose_no_words(half: str) -> None:
    everyday = personal.ordinary(half)
    assert len(everyday) > 600
    lost = personal.lost(everyday)
    assert len(lost) <= len(everyday) / 200, lost


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
