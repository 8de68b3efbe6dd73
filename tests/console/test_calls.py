"""Calls without a browser: what is kept, filled in and told, how one ends, and what waits afterwards."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from bot import privacy
from bot.console import answers, filling, scripts
from bot.people.callbacks import CallBacks
from bot.people.calls import Calls
from bot.people.handovers import Handovers
from bot.replies import Button, Reply, body
from knowledge import render
from knowledge.blocks import Block, block_text
from knowledge.desk import Desk
from tests.console.conftest import Adviser
from tests.console.double import Double

By = Callable[..., Adviser]
SOON = (datetime.date.today() + datetime.timedelta(days=3)).isoformat()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ring 07700 900123 or a.b@c.org", ["phone", "email"]),
        ("lives at 12 Hill Road, IP1 2AB", ["address", "postcode"]),
        ("Mrs O'Neill says her son is called Jake", ["name", "name"]),
        ("dob 1.2.2014", ["born"]),
        ("born on 3rd March 2015, UPN A123456789012", ["born", "upn"]),
        ("I left out the [phone number], now 07700 900123", ["phone"]),
        ("Ring SENDIASS on 01473 265210. Year 9, 4 suspensions, 6 days, 12 Oct.", []),
        ("Mum says he was called names. Head of Year rang.", []),
        ("", []),
    ],
)
def test_what_looks_personal_in_a_note(text: str, kinds: list[str], desk: Desk) -> None:
    found = privacy.spots(text, desk.public_numbers)
    assert [s.kind for s in found] == kinds
    for spot in found:
        assert text[spot.start : spot.end] == spot.words
        assert spot.words not in privacy.without(text, found)


def test_a_note_is_kept_without_what_looks_personal_until_its_writer_says_so(people: Any, adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    first = anna.save(ref, note="Ring 07700 900123.").json
    assert first["personal"] == [{"kind": "phone", "words": "07700 900123", "start": 5, "end": 17}]
    assert first["stored"] == "Ring [phone number]."
    assert anna.save(ref, note="Ring 07700 900123.", keep=["07700 900123"]).json["personal"] == []
    call = Calls(people).get(ref)
    assert call
    assert call["note"] == "Ring 07700 900123."


def test_what_is_written_fills_in_only_what_is_not_known(people: Any, adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    note = "Mum in Hackney, permanently excluded, no letter, 3 suspensions before, has an EHCP, Y11"
    said = anna.save(ref, note=note, facts={"decision": "suspended"}, read=True).json
    facts = said["facts"]
    assert facts["decision"] == "suspended"
    assert (facts["school_area"], facts["letter"], facts["suspensions"]) == ("hackney", "no", 3)
    assert (facts["ehc_plan"], facts["exam_year"], facts["phase"]) == ("yes", "yes", "secondary")
    assert "School in" in said["new"].values()
    undone = anna.save(ref, note=note, facts={}, undo="school_area", read=True).json
    assert "school_area" not in undone["facts"]
    assert "school_area" not in anna.save(ref, note=note + " more", facts={}, read=True).json["facts"]


@pytest.mark.parametrize(
    ("note", "known"),
    [
        ("Suspended yesterday. EHCP.", {"decision": "suspended", "ehc_plan": "yes"}),
        ("pex today, was suspended before", {"decision": "permanent"}),
        ("sent home at lunch, no EHCP", {"decision": "sent-home", "ehc_plan": "no"}),
        ("applied for an EHCP, suspended last term", {}),
        ("Y6, letter received", {"phase": "primary", "exam_year": "no", "letter": "yes"}),
        ("head rang, 15 years old, year 2026", {}),
    ],
)
def test_shorthand_in_a_note_is_read(note: str, known: dict[str, str], desk: Desk) -> None:
    found = filling.read(note, desk.reader, scripts.load(desk.knowledge)[0])
    names = ("decision", "ehc_plan", "phase", "exam_year", "letter")
    assert {name: found[name] for name in names if name in found} == known


def test_the_script_branches_by_what_is_known(adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    assert "parent-permanent-letter" not in anna.save(ref).json["visible"]
    shown = anna.save(ref, facts={"decision": "permanent", "letter": "yes", "meeting_kind": "board"}).json["visible"]
    assert {"parent-permanent-letter", "parent-board-date"} <= set(shown)
    assert "parent-days-out" not in shown


def test_a_save_over_a_newer_one_is_told_what_stands_there(adviser: By) -> None:
    anna, ben = adviser("anna"), adviser("ben")
    ref = anna.call()
    ben.save(ref, note="by one", facts={"decision": "suspended"})
    answer = anna.send(f"/calls/{ref}/save", {"version": 1, "note": "by another", "facts": {}})
    assert answer.status_code == 409
    assert (answer.json["note"], answer.json["facts"]["decision"]) == ("by one", "suspended")


def test_two_who_add_to_the_summary_both_do(adviser: By, people: Any) -> None:
    anna, ben = adviser("anna"), adviser("ben")
    ref = anna.call()
    anna.send(f"/calls/{ref}/told", {"record": "managed-move-meaning", "told": True})
    ben.send(f"/calls/{ref}/told", {"record": "suffolk-sendiass", "told": True})
    assert anna.send(f"/calls/{ref}/told", {"record": "nothing", "told": True}).status_code == 400
    call = Calls(people).get(ref)
    assert call
    assert call["told"] == ["managed-move-meaning", "suffolk-sendiass"]


# ----------------------------------------------------------------------------------------------------- the answers


def reply(desk: Desk, *ids: str, role: str = "adviser", belief: str | None = None) -> Reply:
    shown = render.answer(desk.knowledge, ids, role, belief)
    return Reply(
        "answered",
        shown.text,
        list(ids),
        {"role": role},
        shown.sources,
        shown.contacts,
        belief=belief,
        verbatim=True,
    )


def words(blocks: list[Block]) -> str:
    return "\n".join(map(block_text, blocks))


def test_the_caller_s_words_are_the_record_s_words_for_them(desk: Desk) -> None:
    law = desk.knowledge.law["board-must-meet-15-days"]
    made = answers.of_reply(reply(desk, law.id), {"role": "parent"}, desk.knowledge)
    assert words(made.say).startswith(law.text.parent)
    assert words(made.own).startswith(law.text.staff)
    child = answers.of_reply(reply(desk, law.id), {"role": "child"}, desk.knowledge)
    assert words(child.say).startswith(str(law.text.child))
    head = answers.of_reply(reply(desk, law.id, role="school"), {"role": "school"}, desk.knowledge)
    assert (head.say, head.own) == (made.own, [])


def test_a_mistaken_belief_is_put_right_in_the_caller_s_words_too(desk: Desk) -> None:
    law = desk.knowledge.law["complain-about-suspension"]
    made = answers.of_reply(reply(desk, law.id, belief=law.corrects[0].belief), {"role": "parent"}, desk.knowledge)
    assert words(made.say).startswith(law.corrects[0].instead)
    assert law.text.parent in words(made.say)


def test_an_answer_that_is_more_than_its_records_is_shown_as_it_is(desk: Desk) -> None:
    given = reply(desk, "managed-move-meaning")
    given.text, given.verbatim = f"{given.text}\n\nAnd more.", False
    assert answers.of_reply(given, {"role": "parent"}, desk.knowledge).say == body(given)


def test_every_record_can_be_shown_to_every_caller_with_its_source(desk: Desk) -> None:
    for name, record in desk.knowledge.records.items():
        for role in ("parent", "school"):
            made = answers.of_record(name, {"role": role, "school_area": record.area}, desk.knowledge)
            assert made.say, name
            assert made.sources or record.kind == "services", name


def test_what_to_check_says_for_which_decision_a_rule_holds(desk: Desk) -> None:
    known = {"role": "parent", "school_area": "suffolk"}
    law = next(x for x in desk.knowledge.law.values() if x.decisions == ["permanent"] and not x.effective_from)
    asked = answers.of_record(law.id, known, desk.knowledge).check
    other = answers.of_record(law.id, {**known, "decision": "suspended"}, desk.knowledge).check
    right = answers.of_record(law.id, {**known, "decision": "permanent"}, desk.knowledge).check
    assert asked == ["Ask what was decided. This holds for: Permanently excluded."]
    assert other == ["This holds for: Permanently excluded. This call: Suspended."]
    assert right == []


def test_what_the_assistant_is_told_of_a_call(desk: Desk) -> None:
    facts = {"role": "parent", "school_area": "staffordshire", "suspensions": 4, "decision": "suspended"}
    known = {"role": "adviser", "area": "staffordshire", "stage": "4", "decision": "suspended"}
    assert answers.known(facts, desk.knowledge) == known
    assert answers.known({"role": "governor", "home_area": "suffolk"}, desk.knowledge) == {
        "role": "governor",
        "area": "suffolk",
    }
    serious = answers.known({"school_area": "staffordshire", "serious": "yes"}, desk.knowledge)
    assert serious["stage"] == "serious-breach"


def test_every_kind_of_danger_has_an_adviser_s_steps_and_the_area_s_numbers(desk: Desk) -> None:
    for kind in desk.knowledge.safeguarding:
        made = answers.of_replies([Reply("crisis", "x", [kind])], {"home_area": "suffolk"}, desk.knowledge)[0]
        record = desk.knowledge.safeguarding[kind]
        said = record.roles["adviser"]
        special = [part.roles["adviser"] for part in record.parts if "adviser" in part.roles]
        assert said.lead in words(made.say)
        assert all(step in words(made.say) for step in [*said.steps, *(s for part in special for s in part.steps)])
        wanted = {s.id for s in desk.knowledge.contacts("suffolk", said.local)} | set(said.services)
        wanted |= {name for part in special for name in part.services}
        assert {c["id"] for c in made.contacts} == wanted


def test_two_kinds_of_danger_are_both_shown_and_the_way_on_stands_once(desk: Desk) -> None:
    page = Reply("crisis", "x", ["suicide-or-self-harm", "domestic-abuse"], buttons=[Button("On", "/answer_too")])
    made = answers.of_replies([page], {"home_area": "suffolk"}, desk.knowledge)
    assert [a.kind for a in made] == ["suicide-or-self-harm", "domestic-abuse"]
    assert [len(a.buttons) for a in made] == [0, 1]
    assert desk.knowledge.safeguarding["domestic-abuse"].roles["adviser"].lead in words(made[1].say)


def test_an_answer_near_danger_says_so_to_the_adviser(desk: Desk) -> None:
    plain, near = Reply("answered", "x"), Reply("answered", "x", hint="If someone is not safe")
    assert [a.near for a in answers.of_replies([plain, near], {}, desk.knowledge)] == [False, True]


def test_search_never_gives_one_area_s_rule_as_another_s(desk: Desk) -> None:
    for text in ("managed move", "referral", "sendiass", "ma", "pastoral support"):
        found = answers.search(desk.finder, text, "suffolk", None)
        assert found
        assert {r.area for r in found} <= {"suffolk", "england", "uk"}
    assert "suffolk-virtual-school" in [r.id for r in answers.search(desk.finder, "virtual", "suffolk", None)[:3]]
    schools = answers.search(desk.finder, "what to do after four suspensions", "staffordshire", "schools")
    assert schools
    assert all(r.audience in (None, "schools") for r in schools)


# ------------------------------------------------------------------------------------------------------- the ending


def end(who: Adviser, ref: str, people: Any, **form: Any) -> Any:
    call = Calls(people).get(ref)
    assert call
    return who.post(f"/calls/{ref}/end", version=call["version"], **form)


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, "Choose how the call ended."),
        ({"outcome": "vanished"}, "Choose how the call ended."),
        ({"outcome": "referred"}, "Choose whom you referred to."),
        ({"outcome": "other"}, "Say in a few words what it was."),
        ({"outcome": "call-back", "day": SOON, "time": "10:00"}, "Write the number to ring back."),
        ({"outcome": "call-back", "number": "1", "time": "10:00"}, "Write the day of the call-back."),
        ({"outcome": "call-back", "number": "1", "day": SOON}, "Write the time of the call-back."),
        (
            {"outcome": "call-back", "number": "1", "day": "2020-01-01", "time": "1:00"},
            "Write the day of the call-back.",
        ),
        ({"outcome": "answered", "follow_up": "31/12/2026"}, "Write the date as a day that there is"),
        ({"outcome": "answered", "version": "99"}, "The call was changed elsewhere meanwhile."),
    ],
)
def test_an_ending_that_lacks_something_says_what(form: dict[str, str], fault: str, people: Any, adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    answer = anna.post(f"/calls/{ref}/end", **{"version": 1, **form})
    assert answer.status_code == 400
    assert fault in answer.text
    call = Calls(people).get(ref)
    assert call
    assert call["state"] == "open"
    assert CallBacks(people).open() == []


def test_the_summaries_say_what_was_told_and_nothing_of_safeguarding_or_numbers(people: Any, adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    anna.save(
        ref, note="Wants to know about the move.", facts={"school_area": "suffolk", "in_care": "yes", "safe": "no"}
    )
    anna.send(f"/calls/{ref}/told", {"record": "managed-move-meaning", "told": True})
    anna.post("/concerns", kind="child-disclosing", area="suffolk", ref=ref)
    form = {"outcome": "call-back", "day": SOON, "time": "10:00", "number": "01473 999888", "name": "Zebedee"}
    assert end(anna, ref, people, **form).status_code == 302
    page = anna.get(f"/calls/{ref}/end").text
    caller = page.split('id="text-caller"')[1].split("</textarea>")[0]
    case = page.split('id="text-case"')[1].split("</textarea>")[0]
    for text in (caller, case):
        assert "01473" not in text
        assert "Zebedee" not in text
    assert "A managed move is" in caller or "managed move" in caller
    assert "Where this is written" in caller
    assert "We ring you back on" in caller
    assert "afeguarding" not in caller
    assert "Child safe" not in caller
    assert "Wants to know about the move." in case
    assert "a record is kept apart" in case
    assert "managed-move-meaning" in case


def test_a_call_back_says_what_came_of_it_once(people: Any, adviser: By) -> None:
    anna, ben = adviser("anna"), adviser("ben")
    ref = anna.call()
    end(anna, ref, people, outcome="call-back", day=SOON, time="10:00", number="01473 999888")
    number = CallBacks(people).open()[0]["id"]
    assert "01473 999888" in ben.get("/callbacks").text
    assert "Noted." in anna.post(f"/callbacks/{number}", what="done", follow=True).text
    assert "closed by somebody else" in ben.post(f"/callbacks/{number}", what="done", follow=True).text
    assert ben.post(f"/callbacks/{number}", what="nonsense").status_code == 400
    assert "still to come" in ben.post(f"/callbacks/{number}", what="again", day="x", follow=True).text


def test_a_repeat_caller_s_new_call_knows_what_the_last_one_knew(people: Any, adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    anna.save(ref, note="the note", facts={"school_area": "suffolk", "safe": "yes"})
    again = Calls(people).get(anna.call(script="", before=ref))
    assert again
    assert (again["before"], again["note"]) == (ref, "")
    assert again["facts"] == {"role": "parent", "school_area": "suffolk"}


def test_a_call_is_found_by_its_reference_and_a_slip_is_told(adviser: By) -> None:
    anna, ben = adviser("anna"), adviser("ben")
    ref = anna.call()
    assert ben.get(f"/find?reference={ref.replace('-', '+')}").headers["Location"] == f"/calls/{ref}"
    slip = ref[:-1] + str((int(ref[-1]) + 1) % 10)
    assert "can&#39;t be a reference" in ben.get(f"/find?reference={slip}", follow_redirects=True).text
    other = "000-0000" if ref != "000-0000" else "000-0018"
    assert f"There is no call {other}" in ben.get(f"/find?reference={other}", follow_redirects=True).text


def test_a_hand_over_is_taken_once_and_gone_with_its_writer_s_conversation(
    people: Any, adviser: By, double: Double
) -> None:
    handovers = Handovers(people)
    handovers.put("web-1", "WORDS OF THE CHAT", "0123", "hackney", "school")
    number = handovers.waiting()[0]["id"]
    anna, ben = adviser("anna"), adviser("ben")
    assert "WORDS OF THE CHAT" in ben.get("/handovers").text
    taken = anna.post(f"/handovers/{number}/take")
    page = anna.get(taken.headers["Location"]).text
    assert "WORDS OF THE CHAT" in page
    call = Calls(people).some()[0]
    assert (call["script"], call["facts"]) == ("school", {"role": "school", "school_area": "hackney"})
    assert "Somebody else has taken" in ben.post(f"/handovers/{number}/take", follow=True).text
    assert len(Calls(people).some()) == 1
    handovers.erase("web-1")
    assert "WORDS OF THE CHAT" not in anna.get(taken.headers["Location"]).text


def test_a_call_that_is_over_shows_its_answers_again(adviser: By, people: Any) -> None:
    anna = adviser("anna")
    ref = anna.call()
    asked = anna.send(f"/calls/{ref}/ask", {"question": "what is a managed move?", "title": None})
    assert "Managed move" in asked.text or "managed move" in asked.text
    assert "what is a managed move?" in anna.get(f"/calls/{ref}").text
    with people.connect() as connection:
        assert connection.execute(sa.text("SELECT state FROM calls")).scalar() == "open"
