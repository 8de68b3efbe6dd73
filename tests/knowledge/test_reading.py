"""What one message says of its writer's situation, read without training."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.desk import Desk
from knowledge.reading import Reader, Reading

Said = list[tuple[str, Any]]

ROLES: Said = [
    ("I'm a SENCO in Hackney", "school"),
    ("SENCO here", "school"),
    ("im the pastoral lead at a school in Leek", "school"),
    ("I'm a head, not a parent", "school"),
    ("speaking as chair of governors", "governor"),
    ("I am a social worker", "professional"),
    ("social worker here, what is our part", "professional"),
    ("I work for Staffordshire County Council", "council"),
    ("helpline adviser with a caller on the line", "adviser"),
    ("I'm his mum", "parent"),
    ("foster carer here", "parent"),
    ("school nurse staffs, what should i be doing", "professional"),
    ("a young person of mine has been suspended", "professional"),
    ("my daughter was sent home", "parent"),
    ("our son has been suspended", "parent"),
    ("I'm 14 and got suspended", "child"),
    ("can they kick me out", "child"),
    ("my mum says I can't go back", "child"),
    ("what does the school have to do", None),
    ("he has been suspended", None),
    ("what must a governor do", None),
]

AREAS: Said = [
    ("we live in Staffordshire", "staffordshire"),
    ("Staffs", "staffordshire"),
    ("school in Burton", "staffordshire"),
    ("Burton upon Trent", "staffordshire"),
    ("she goes to school in Stafford", "staffordshire"),
    ("Stoke-on-Trent", "stoke-on-trent"),
    ("he goes to school in Stoke", "stoke-on-trent"),
    ("Hanley, Stoke on Trent", "stoke-on-trent"),
    ("Stoke Newington", "hackney"),
    ("our school is in Dalston", "hackney"),
    ("Leicestershire", "leicestershire"),
    ("a school in Hinckley", "leicestershire"),
    ("Leicester", "leicester-city"),
    ("we're in Leicester city", "leicester-city"),
    ("Leicester Forest East", "leicestershire"),
    ("Ipswich", "suffolk"),
    ("what does Suffolk's paper say", "suffolk"),
    ("City of London", "city-of-london"),
    ("a school in Cardiff", "wales"),
    ("my son was suspended", None),
]

# an area that the message says it is not about
OTHER_AREAS: Said = [
    ("not in Hackney", None),
    ("it's not Hackney", None),
    ("we don't live in Hackney", None),
    ("he doesn't go to school in Hackney", None),
    ("we are no longer in Suffolk", None),
    ("we used to live in Suffolk", None),
    ("I'm not in Staffordshire but in Suffolk", "suffolk"),
    ("not in Leicester, Leicestershire", "leicestershire"),
    ("we moved from Hackney to Ipswich", "suffolk"),
    ("I did not know Hackney had a policy", "hackney"),
    ("I don't know what Hackney does", "hackney"),
    ("his mam lives in Scotland and she rings at dinner time", None),
    ("my husband is from Wales, he doesn't know the rules here", None),
    ("her dad moved back to Northern Ireland, we're in Ipswich", "suffolk"),
    ("we live in Scotland", "scotland"),
    ("me and my husband live in Scotland", "scotland"),
    ("my partner and I moved to Wales", "wales"),
    ("our family moved to Scotland last year", "scotland"),
    ("his dad is angry, our school in Wales", "wales"),
    ("my daughter is at school in Wales", "wales"),
    ("his dad lives in Hackney", "hackney"),
]

# of two areas: the school's, and where the family lives
TWO_AREAS = [
    ("she goes to school in Hackney but we live in Suffolk", "hackney", "suffolk"),
    ("we live in Suffolk and her school is in Hackney", "hackney", "suffolk"),
    ("I live in Leicester, his school is in Leicestershire", "leicestershire", "leicester-city"),
    ("we live in Staffordshire and his school is in Tamworth", "staffordshire", None),
    ("we live in Hackney", "hackney", None),
]

COUNTS: Said = [
    ("his fourth suspension", [4]),
    ("4th suspension", [4]),
    ("4th time now", [4]),
    ("he's been suspended again, third time", [3]),
    ("suspended for eight days, Lichfield, 2nd time", [2]),
    ("this is the fifth time she's been excluded", [5]),
    ("he's had 3 suspensions", [3]),
    ("suspended for the third time", [3]),
    ("suspended four times this year", [4]),
    ("suspended twice", [2]),
    ("x3 suspensions", [3]),
    ("2nd exclusion", [2]),
    ("5+ suspensions", [5]),
    ("five or more suspensions", [5]),
    ("1 or 2 suspensions", [1]),
    ("what do social workers do at stage 4", [4]),
    ("difference between 3 suspensions and 4 suspensions", [3, 4]),
    ("her 2nd suspention", [2]),
    ("three since September and another one now", [3]),
    ("the 4th this academic year", [4]),
    ("his grandson is out for the fourth time", [4]),
    ("we have suspended her half a dozen times", [6]),
    ("suspended on five occasions", [5]),
    ("two lots of suspension", [2]),
    ("he has been excluded 4 times", [4]),
    ("she's been suspended 3x", [3]),
    ("suspended again, that's 3 now", [3]),
    ("what do we do once a pupil reaches four?", [4]),
    ("he has just been given his fifth", [5]),
]

# days, ages, classes and distances are no suspensions
NOT_COUNTS = [
    "the second time they rang me about the suspension",
    "suspended for 3 days",
    "suspended again, that's 3 days now",
    "3 day suspension",
    "a five day exclusion",
    "suspended for 2 weeks",
    "excluded for 45 days in a year",
    "the first time in my career that I exclude a pupil",
    "is two enough for the exclusion hearing if the third one drops out",
    "he is in year 4",
    "she is 5",
    "school is 2 miles away",
    "he has been suspended",
    "the meeting is at 3",
    "8 days in all since September",
]

STAGES: Said = [
    ("it was a one-off serious breach", "serious-breach"),
    ("a single very serious incident", "serious-breach"),
    ("a serious one off incident, he was never in trouble before", "serious-breach"),
    ("serious breach of the behaviour policy", "serious-breach"),
    ("no suspensions so far", "minor"),
    ("she has never been suspended", "minor"),
    ("minor behaviours", "minor"),
    ("his fourth suspension", None),
    ("he was seriously upset", None),
]

DECISIONS: Said = [
    # stated
    ("he has been suspended for 3 days", "suspended"),
    ("I got suspended", "suspended"),
    ("excluded until Monday", "suspended"),
    ("she got permanently excluded yesterday", "permanent"),
    ("they have expelled my son, he's been expelled", "permanent"),
    ("we have the permanent exclusion letter", "permanent"),
    ("kicked out for good today. im in y10", "permanent"),
    ("letter dated yesterday, y11 girl, permanently excluded, no solicitor", "permanent"),
    ("letter in his bag, out of school six days for throwing a chair", "suspended"),
    ("asked to collect most lunchtimes, no letters", "sent-home"),
    ("nothing's been decided but they want to chuck him out", "nothing"),
    ("they sent him home with no letter", "sent-home"),
    ("school rang and said pick him up early", "sent-home"),
    ("he is back in school and the reintegration meeting is tomorrow", "back"),
    ("nothing has been decided yet", "nothing"),
    ("he hasn't been permanently excluded, just suspended for 2 days", "suspended"),
    ("he was suspended last week and might be excluded now", "suspended"),
    # in the words of the staffroom and of home
    ("perm ex letter came this morning", "permanent"),
    ("governors backed the perm exclusion", "permanent"),
    ("they pexed him on friday", "permanent"),
    ("he has been p-ex", "permanent"),
    ("they have kicked him out for good", "permanent"),
    ("been thrown out of school for good", "permanent"),
    ("we have excluded a Y9 permanently", "permanent"),
    ("expelled my son", "permanent"),
    ("she's never allowed back", "permanent"),
    ("been sent home for two days with a letter", "suspended"),
    ("FTE for 5 days", "suspended"),
    ("suspended til weds", "suspended"),
    ("suspended till the 20th", "suspended"),
    ("my granddaughter got 5 days on monday", "suspended"),
    ("they told me to keep him home", "sent-home"),
    ("they want me to keep her at home", "sent-home"),
    ("school keep ringing me to pick him up", "sent-home"),
    ("he has never been suspended before this", None),
    # denied or feared
    ("one incident off being out for good", "nothing"),
    ("next time he's out, they say", "nothing"),
    ("one more and she's out", "nothing"),
    ("on the verge of permanent exclusion", "nothing"),
    ("the head is thinking of permanently excluding him", "nothing"),
    ("she'll be excluded if it happens again", "nothing"),
    ("he hasn't been suspended", "nothing"),
    ("he has not been permanently excluded", "nothing"),
    ("she is about to be suspended", "nothing"),
    ("he is going to be permanently excluded", "nothing"),
    ("he is at risk of being excluded", "nothing"),
    ("the head might permanently exclude him", "nothing"),
    ("they are threatening to suspend her", "nothing"),
    # asked
    ("what does permanent exclusion mean", None),
    ("what does pex mean", None),
    ("we have a question about permanent exclusion", None),
    ("what happens with a permanent exclusion", None),
    ("can a child have a permanent exclusion for vaping", None),
    ("do the governors have a permanent exclusion panel", None),
    ("kicked out for good if he does it again", None),
    # something else
    ("I want to keep him home", None),
    ("can he be excluded from the trip", None),
    ("he had a perm and they put him in isolation", None),
    ("he's had his hair permed", None),
    ("how many days have they got 3 days to appeal", None),
    ("can they suspend him", None),
    ("how long can a suspension be", None),
    ("who decides on a permanent exclusion", None),
]

# whom the question is about, whoever asks it
AUDIENCES = [
    ("I'm a teacher, what do parents have to do", "school", "parents"),
    ("I'm a mum, what should the school have done", "parent", "schools"),
    ("I'm a governor, what does the council do", "governor", "council"),
    ("my son's had 4, what is expected of schools", "parent", "schools"),
    ("SENCO in Stafford, what is the role of social workers", "school", "partners"),
    ("what does the council do at 3 suspensions", None, "council"),
    ("what should the school do? she has a social worker", None, "schools"),
    ("what have parents got to do", None, "parents"),
    ("what does the pathway want from us parents", None, "parents"),
    ("what does the county expect us to have in place", None, None),
    ("what ought the authority be doing at its end", None, "council"),
    ("which expectations does it place upon a school?", None, "schools"),
    ("he has an EHC plan", None, None),
    ("we have a social worker", None, None),
]

MINE = [
    ("what do I have to do as a parent", True),
    ("what are we expected to do", True),
    ("what is our role", True),
    ("what does the school have to do", False),
    ("what happens at four suspensions", False),
]

FACTS: Said = [
    ("he is in care", {"in_care": True}),
    ("she is a looked after child", {"in_care": True}),
    ("he is not in care", {"in_care": False}),
    ("she has a social worker", {"social_worker": True}),
    ("he's on a child protection plan", {"social_worker": True}),
    ("she doesn't have a social worker", {"social_worker": False}),
    ("he has an EHCP", {"ehc_plan": True}),
    ("he hasn't got an EHCP", {"ehc_plan": False}),
    ("no EHC plan", {"ehc_plan": False}),
    ("we applied for an EHCP in May", {"ehc_plan": False}),
    ("they turned him down for an EHCP", {"ehc_plan": False}),
    ("how do I get an EHCP", {}),
    ("what is in his EHCP assessment", {}),
    ("her EHCP is from 2023", {"ehc_plan": True}),
    ("he was in care until we adopted him", {"in_care": False}),
    ("she used to be in care", {"in_care": False}),
    ("she is autistic", {"sen": True}),
    ("he doesn't have SEN", {"sen": False}),
    ("he has epilepsy", {"health_need": True}),
    ("no medical needs", {"health_need": False}),
    ("in care, no EHCP", {"in_care": True, "ehc_plan": False}),
    ("he has been suspended", {}),
]

# as typed, and the words that are understood
TYPOS: Said = [
    ("leicstershire", "leicestershire"),
    ("stafordshire", "staffordshire"),
    ("staffordhsire", "staffordshire"),
    ("Hackny", "hackney"),
    ("Suffok", "suffolk"),
    ("restoritive practice", "restorative practice"),
    ("pastoral suport plan", "pastoral support plan"),
    ("a managed move in Stoke", "a managed move in stoke"),
    ("he was cross and swore", "he was cross and swore"),
    ("they haven't decided and he wouldn't go", "they havent decided and he wouldnt go"),
]

# what is asked, without the area; a name that the area belongs to is kept
WITHOUT_AREAS: Said = [
    ("who do i ring in hackney?", "who do i ring?"),
    ("managed moves in suffolk", "managed moves"),
    ("staffordshire: who is the senco", ": who is the senco"),
    ("hackney eps", "hackney eps"),
    ("what are staffordshire family hubs", "what are staffordshire family hubs"),
    ("does the staffordshire pathway say so", "does the pathway say so"),
    ("hackney", "hackney"),
]


@pytest.fixture(scope="session")
def reader(desk: Desk) -> Reader:
    return desk.reader


@pytest.mark.parametrize(("text", "role"), ROLES)
def test_role(reader: Reader, text: str, role: str | None) -> None:
    assert reader.read(text).role == role


@pytest.mark.parametrize(
    ("text", "stated"), [("I'm a SENCO", True), ("I'm his mum", True), ("my son was sent home", False)]
)
def test_a_role_that_is_stated_outweighs_one_that_is_gathered(reader: Reader, text: str, stated: bool) -> None:
    assert reader.read(text).role_stated is stated


@pytest.mark.parametrize(("text", "area"), AREAS + OTHER_AREAS)
def test_area(reader: Reader, text: str, area: str | None) -> None:
    assert reader.read(text).area == area


@pytest.mark.parametrize(("text", "school", "home"), TWO_AREAS)
def test_the_schools_area_and_the_familys(reader: Reader, text: str, school: str, home: str | None) -> None:
    reading = reader.read(text)
    assert (reading.area, reading.home_area) == (school, home)


@pytest.mark.parametrize(("text", "counts"), COUNTS + [(text, []) for text in NOT_COUNTS])
def test_number_of_suspensions(reader: Reader, text: str, counts: list[int]) -> None:
    assert reader.read(text).counts == counts


@pytest.mark.parametrize(("text", "stage"), STAGES)
def test_stage_without_a_number(reader: Reader, text: str, stage: str | None) -> None:
    assert reader.read(text).stage == stage


@pytest.mark.parametrize(("text", "decision"), DECISIONS)
def test_what_was_decided(reader: Reader, text: str, decision: str | None) -> None:
    assert reader.read(text).decision == decision


@pytest.mark.parametrize(("text", "role", "audience"), AUDIENCES)
def test_who_is_asked_about_is_not_who_asks(reader: Reader, text: str, role: str | None, audience: str | None) -> None:
    reading = reader.read(text)
    assert (reading.role, reading.audience) == (role, audience)


@pytest.mark.parametrize(("text", "mine"), MINE)
def test_asking_about_oneself(reader: Reader, text: str, mine: bool) -> None:
    assert reader.read(text).mine is mine


@pytest.mark.parametrize(("text", "facts"), FACTS)
def test_facts_are_yes_no_or_not_said(reader: Reader, text: str, facts: dict[str, bool]) -> None:
    assert reader.read(text).facts == facts


@pytest.mark.parametrize(("text", "spelt"), TYPOS)
def test_typos_in_names_are_put_right_and_ordinary_words_are_not(reader: Reader, text: str, spelt: str) -> None:
    assert reader.spell(text) == spelt


@pytest.mark.parametrize(("text", "left"), WITHOUT_AREAS)
def test_the_question_without_its_area(reader: Reader, text: str, left: str) -> None:
    assert reader.without_areas(text) == left


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("what is a boxall profile", "boxall-profile"),
        ("Hackney EPS", "hackney-eps"),
        ("tell me about APDR and SEDIS", "apdr"),
        ("tell me about APDR and SEDIS", "sedis"),
        ("what is a boxal profile", "boxall-profile"),
    ],
)
def test_records_that_a_message_names(reader: Reader, text: str, record: str) -> None:
    assert record in [name for name, _ in reader.read(text).named]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("if they send nothing, who do I ring", False),
        ("I have to send him back", False),
        ("they send him home", False),
        ("who is in the send team", True),
        ("what is send", True),
        ("kids with send", True),
        ("do I ask SEND or the school", True),
        ("he has send support", True),
    ],
)
def test_an_ordinary_word_is_no_name(reader: Reader, text: str, named: bool) -> None:
    assert any(said.startswith("send") for _, said in reader.read(text).named) is named


def test_what_was_decided_is_no_topic(reader: Reader) -> None:
    assert reader.read("he has been suspended, what must I do").named == []
    assert reader.read("what does suspended mean").named
    assert ("written-notice-contents", "suspension letter") in reader.read("the suspension letter came").named


def test_a_greeting_names_nothing(reader: Reader) -> None:
    assert reader.read("hello there").as_dict() == {"text": "hello there"}


def test_ones_own_role_is_no_topic(reader: Reader) -> None:
    assert "senco" in [record for record, _ in reader.read("what does a SENCO do").named]
    assert reader.read("I'm a SENCO").named == []


def test_what_a_message_does_not_say_is_left_out() -> None:
    assert Reading(area="hackney", text="in hackney").as_dict() == {"area": "hackney", "text": "in hackney"}
