"""Each mistake an editor can make: one broken file of faults/ put into Northfold's content, and what the check says."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from knowledge import read
from knowledge.check import check, coverage, left_out, release

TODAY = datetime.date(2026, 11, 21)
FAULTS = Path(__file__).parent / "faults"
KINDS = ", ".join(
    ["sources", "areas", "stages", "duties", "guidance", "law", "interventions", "services", "safeguarding", "glossary"]
)
KINDS += ", disagreements, rights, guides, help"
TOWN = "areas/millbrook.yml"
TERM = "glossary/mill.yml"
LINES = "duties/north-2-schools.yml"
PAPER = "sources/mill-paper.yml"
SERVICE = "services/mill-helpline.yml"
CRISIS = "safeguarding/unsure.yml"
LAMP = "guides/lamps/lamp-lost.yml"
LEFT_OUT = "left-out.yml"
APART = "disagreements/mill.yml"
TABLE = "rights/school-from-day-six.yml"
OURS = "disagreements/two-is-no-limit.yml"
GAMES = "guidance/board-games.yml"
PLAN = "sources/northfold-plan.yml"
READERS = "family, child, staff, school, governor, council, professional, adviser"
MILL = "guides/mill/mill-closed.yml"
HELP = "help/mill-help.yml"
LONG = "areas/the-metropolitan-borough-of-millbrook-on-the-fold.yml"
A_DAY = "reviewed_on: must be a date such as 2026-11-21."
INSTEAD = "Correct the name or add it."
ROLES = "adviser, child, governor, parent, professional, school, unknown"

# the broken file, where it is put, and what is said; a line's number stands for the file it was put into
MISTAKES = [
    # what is not YAML
    ("duplicate_key", TOWN, "4: file: The field `title` stands twice. Keep one."),
    ("tab", TOWN, "6: file: There is a tab. Use two spaces for each level."),
    (
        "indentation",
        TOWN,
        "3: file: Fields of one level begin in the same column. Check the indentation of this line.",
    ),
    ("colon_in_text", TOWN, "4: file: A colon in the text confuses the file. Put the whole text in double quotes."),
    ("open_quote", TOWN, "4: file: A quotation mark is opened here and not closed. Close it."),
    ("invisible_character", TOWN, "2: file: There is an invisible character. Delete it, or type the line anew."),
    ("not_utf8", TOWN, "1: file: Save the file as UTF-8 text."),
    ("not_an_entry", TOWN, "1: file: Write the entry as `field: value` lines, beginning with `id:`."),
    # fields
    ("missing_field", TOWN, "1: note: is missing. Add `note: …`."),
    ("unknown_field", TOWN, "5: alliases: is not a field of this kind. Did you mean `aliases`?"),
    ("unheard_of_field", TOWN, "5: xyzzy: is not a field of this kind. Remove it."),
    ("empty_field", TOWN, "4: note: is empty. Write a value, or remove the line."),
    ("text_for_list", TOWN, "5: aliases: must be a list: each item on its own line, beginning with `- `."),
    ("list_for_text", TOWN, "4: note: must be text. Put it in double quotes."),
    ("word_not_in_list", TOWN, "3: kind: must be one of: covered, national, not-covered, other-law."),
    ("title_too_long", TOWN, "2: title: is too long: at most 80 characters."),
    ("not_true_or_false", SERVICE, "9: verified: must be true or false."),
    ("web_address", PAPER, "6: url: must be a web address that begins with https://."),
    (
        "duty_says_must",
        LINES,
        "11: groups.1.duties.1.text: must say 'must' if its strength is `must`, and only then. "
        "Keep the strength of the source.",
    ),
    ("duty_without_strength", LINES, "9: groups.1.duties.1.strength: is missing. Add `strength: …`."),
    ("crisis_without_a_role", CRISIS, f"3: roles: must have words for exactly these roles: {ROLES}"),
    (
        "pinned_without_a_number",
        CRISIS,
        "5: pin: `northfold-lamp-team` must be one of the services, with a number to call.",
    ),
    ("beside_no_step", CRISIS, "4: beside: must be numbers of the steps above, or 0."),
    (
        "sign_is_no_pattern",
        CRISIS,
        "17: parts.1.signs.1: is not a pattern: missing ), unterminated subpattern at position 4. Correct it.",
    ),
    ("part_of_no_role", CRISIS, f"17: roles: must be one of: {ROLES}."),
    ("keeps_no_step", CRISIS, "17: keeps: must be numbers of the steps of this role."),
    (
        "too_few_examples",
        TERM,
        "10: examples: has 4 example questions; write at least 5, in the words of those who would ask",
    ),
    # dates
    ("wrong_date", TOWN, f"5: {A_DAY}"),
    ("no_such_day", TOWN, f"5: {A_DAY}"),
    ("year_for_date", TOWN, f"5: {A_DAY}"),
    ("no_such_month", PAPER, "4: date: must be a date such as 2025-10 or 2025-10-31, in quotes."),
    (
        "future_date",
        TOWN,
        "5: reviewed_on: is in the future. Write the day when somebody last checked this.",
    ),
    ("law_ends_before_it_begins", "law/mill-rule.yml", "17: effective_to: is before effective_from."),
    # ids
    ("id_too_long", LONG, "1: id: is too long: at most 44 characters."),
    ("id_is_not_the_file_name", TOWN, "1: id: must be the file's name. Write `id: millbrook` or rename the file."),
    (
        "id_is_taken",
        "areas/nfp.yml",
        "glossary/nfp.yml:1: id: `nfp` is taken by knowledge/content/areas/nfp.yml. Choose another.",
    ),
    ("duty_id_of_another_list", LINES, "9: id: must begin with `north-2-schools-`."),
    # names of other entries
    ("dangling_cite", TERM, f"9: cites.1: there is no item in inventory.txt `plan/bored-games`. {INSTEAD}"),
    ("dangling_law", TERM, f"9: cites.1: there is no law entry `law/day-seven`. {INSTEAD}"),
    ("dangling_area", TERM, f"4: area: there is no area `southfold`. {INSTEAD}"),
    ("dangling_stage", LINES, f"4: stage: there is no stage `north-3`. {INSTEAD}"),
    ("dangling_service", TOWN, f"6: contacts.1: there is no service `northfold-lamp-teem`. {INSTEAD}"),
    ("dangling_source", SERVICE, f"10: published_in: there is no source `mill-paper`. {INSTEAD}"),
    ("dangling_see", "guidance/milling.yml", f"9: see.1: there is no entry `day-seven`. {INSTEAD}"),
    (
        "dangling_kind_of_service",
        CRISIS,
        f"6: roles.school.local.1: there is no kind of service `back-door`. {INSTEAD}",
    ),
    (
        "shared_alias",
        TOWN,
        'areas/northfold.yml:7: places.1: "Little Fold" already belongs to millbrook.yml. Remove it from one of them.',
    ),
    # tables of rights
    (
        "rights_turn_on_nothing_known",
        TABLE,
        "6: cells.1.when.moon: must be one of: independent, decision, days, exam, ehc_plan, in_care, social_worker.",
    ),
    ("rights_of_an_unknown_value", TABLE, "6: cells.1.when.exam: must be a list of some of: yes, no."),
    ("rights_with_a_gap", TABLE, "5: cells: has no cell for: exam no. Add one."),
    ("rights_never_reached", TABLE, "10: cells.3: is never reached: the cells above take its situations. Remove it."),
    ("rights_with_no_law", TABLE, f"7: cells.1.law.1: there is no law entry `law/day-seven`. {INSTEAD}"),
    # a local paper and national law
    ("disagreement_of_no_paper", APART, f"4: source: there is no source `mill-plan`. {INSTEAD}"),
    ("disagreement_of_no_record", APART, f"6: local.1: there is no entry or line `north-2-schools-09`. {INSTEAD}"),
    ("disagreement_of_nothing", APART, "5: local: is empty. Name at least one."),
    ("disagreement_of_no_kind", APART, "3: kind: must be one of: outdated, more-than-law, less-than-law, not-a-duty."),
    (
        "disagreement_of_a_national_record",
        APART,
        "6: local.1: `day-six` is not of the paper's area, `northfold`. Remove it.",
    ),
    (
        "disagreement_the_record_does_not_cite",
        APART,
        "6: local.1: `board-games` cites none of what is cited here. Remove it, or correct `cites`.",
    ),
    ("disagreement_with_no_law", APART, f"11: law.1: there is no law entry `law/day-seven`. {INSTEAD}"),
    ("disagreement_with_a_bare_law", APART, "11: law.1: must begin with `law/`. Write `law/day-six`."),
    (
        "disagreement_with_local_law",
        "law/day-six.yml",
        f"{OURS}:11: law.1: `law/day-six` is not national law. Name law of the area `england`.",
    ),
    (
        "disagreement_with_law_twice",
        APART,
        "6: local.1: `north-2-schools-01` has `law/day-six` in with_law too. Remove it there.",
    ),
    (
        "disagreement_with_a_national_paper",
        PLAN,
        f"{OURS}:4: source: `northfold-plan` is a national paper. Name the local one.",
    ),
    (
        "disagreement_cites_another_paper",
        PLAN,
        f"{OURS}:8: cites.1: `plan/2/level-of-need/01` is not of `northfold-plan`. Cite an item of that paper.",
    ),
    # mistaken beliefs
    (
        "belief_twice",
        GAMES,
        '11: corrects.2.belief: "You can never play games!" is corrected by board-games.yml too. Keep one of them.',
    ),
    ("belief_without_what_is_right", GAMES, "10: corrects.1.instead: is empty. Write a value, or remove the line."),
    # how an answer begins
    (
        "answer_begins_with_yes",
        GAMES,
        "6: text.parent: begins with yes or no. Say what is so; who asks may have asked the opposite.",
    ),
    (
        "answer_knows_of_a_decision",
        GAMES,
        "6: text.parent: begins with a decision that nobody may have told. Say for which case it holds.",
    ),
    # what the content owes
    ("unverified_phone", SERVICE, "7: phone: is not verified, so it must not be shown. Verify it or remove it."),
    ("duty_without_question", LINES, "9: question: is missing. Write what a parent can ask the school about this."),
    ("stage_counts", "stages/north-9.yml", "7: to_count: must not be smaller than from_count."),
    ("nothing_cited", TERM, "1: cites: is empty. Name what this rests on: an item of inventory.txt or a law entry."),
    (
        "uncovered_item",
        "services/northfold-lamp-team.yml",
        "sources/northfold-plan.yml:6: inventory: no entry cites `plan/lamp-team`. "
        "Cite it, or give the reason in left-out.yml.",
    ),
    ("left_out_but_cited", LEFT_OUT, "1: plan/board-games: is cited after all. Remove it from this list."),
    (
        "left_out_of_nowhere",
        LEFT_OUT,
        "1: plan/bored-games: is not an item of inventory.txt. Remove it from this list.",
    ),
    ("left_out_unreadable", LEFT_OUT, '1: file: Write each line as `item: "the reason"`.'),
    # guides
    ("guide_unknown_field", MILL, "18: helps: is not a field of this kind. Did you mean `help`?"),
    (
        "guide_unknown_reader",
        MILL,
        f"11: points.1.text: speaks to `millers`. Write for some of: {READERS}.",
    ),
    ("guide_reader_twice", MILL, "6: answers.1.text: speaks to `family` twice. Keep one."),
    (
        "guide_dangling_law",
        MILL,
        "8: answers.1.cites.1: there is no entry `law/day-seven`. Write its kind and id, such as `law/day-six`.",
    ),
    (
        "guide_dangling_item",
        MILL,
        "13: points.1.cites.1: there is no item in inventory.txt `plan/bored-games`. Correct the name or add it.",
    ),
    (
        "guide_nothing_cited",
        MILL,
        "10: points.1.cites: is missing. Name what this rests on, such as `law/ID` or `inventory/ITEM`.",
    ),
    ("guide_condition_of_no_fact", MILL, "15: points.2.when: there is no fact `milling`. Use a name of situation.yml."),
    (
        "guide_condition_of_no_value",
        MILL,
        "15: points.2.when: `perhaps` is no value of `ehc_plan`. Use one of: yes, no.",
    ),
    (
        "guide_condition_never_met",
        MILL,
        "15: points.2.when: can never be met: `decision=suspended & governors_bracket=permanent`. Correct it.",
    ),
    (
        "guide_condition_on_the_role",
        MILL,
        "15: points.2.when: turns on the role. Leave it out, and write words for that reader alone.",
    ),
    (
        "guide_without_a_label",
        MILL,
        "14: points.2.label: is missing. Write in 2 to 6 words which case this is, such as `In care`.",
    ),
    ("guide_label_too_long", MILL, "16: points.2.label: is too long: at most 7 words."),
    (
        "guide_label_to_a_parent",
        MILL,
        "16: points.2.label: says 'your child'. Every reader sees it: write 'the child', or leave it out.",
    ),
    (
        "guide_your_child_to_a_child",
        MILL,
        "8: answers.1.text.child: says 'your child' to the wrong reader. Write 'you'.",
    ),
    (
        "guide_your_child_to_staff",
        MILL,
        "8: answers.1.text.staff: says 'your child' to the wrong reader. Write 'the pupil'.",
    ),
    (
        "guide_with_a_statute",
        MILL,
        "7: answers.1.text.family: has the number of a statute. Say it without; the source is shown.",
    ),
    (
        "guide_with_a_number",
        MILL,
        "12: points.1.text.family: has an address or a number. Name the kind of help; its contact is shown.",
    ),
    ("guide_part_too_long", MILL, "12: points.1.text.family: is too long: 36 words, at most 35."),
    ("guide_too_long", MILL, "9: points: is too long for parent: 187 words without conditions, at most 160."),
    (
        "guide_no_answer_for_a_reader",
        MILL,
        "4: answers: has no answer without `when` for child. Write one, last of all.",
    ),
    ("guide_nothing_to_do_for_a_reader", MILL, "14: do_now: has nothing for child. Write what that reader does first."),
    ("guide_no_points_for_a_reader", MILL, "9: points: has 0 points without `when` for child. Write 2 to 5."),
    (
        "guide_answers_a_case_twice",
        MILL,
        "9: answers.2: answers the same question in the same case as a line above. Keep one.",
    ),
    ("guide_point_twice", MILL, "14: points.2.id: `wheel` stands twice. Choose another."),
    ("guide_dangling_help", MILL, "18: help.1: there is no kind of help `lamps`. Correct the name or add it."),
    ("guide_dangling_next", MILL, "19: next.1: there is no guide `lamp-broken`. Correct the name or add it."),
    ("guide_leads_to_itself", MILL, "19: next.1: names this guide itself. Name another."),
    (
        "guide_dangling_deadline",
        MILL,
        "19: deadlines.1.id: there is no deadline `mill-15`. Correct the name or add it.",
    ),
    ("guide_dangling_area", MILL, "19: local.1.area: there is no area `southfold`. Correct the name or add it."),
    (
        "guide_local_case_of_another_area",
        MILL,
        "20: local.1.when: can never be met: `area=southfold & area=northfold`. Correct it.",
    ),
    ("guide_not_known_without_help", MILL, "19: not_known.1.help: is missing. Add `help: …`."),
    (
        "guide_too_few_examples",
        MILL,
        "20: examples: has 6 examples; write at least 8, as different people would put it",
    ),
    ("guide_title_too_long", MILL, "2: title: is too long: at most 45 characters."),
    ("guide_asks_nothing_known", MILL, "5: answers.1.asks: must be one of: may, must, what, how, who, when, why."),
    ("help_dangling_kind", HELP, "5: local.1: there is no kind of service `back-door`. Correct the name or add it."),
    # a file that is right, in the wrong place
    ("in_the_wrong_place", "areas/millbrook.yaml", "1: file: Name it millbrook.yml: files end in .yml."),
    ("in_the_wrong_place", "areas/millbrook.yml.txt", "1: file: Name it millbrook.yml: files end in .yml."),
    ("in_the_wrong_place", "millbrook.yml", f"1: file: Move it into the folder of its kind, one of: {KINDS}."),
    ("in_the_wrong_place", "ares/millbrook.yml", f"ares:1: folder: Unknown kind of content. Use one of: {KINDS}."),
]


def put(fault: str, place: str, content: Path) -> None:
    """Copy one broken file to its place in the content."""
    (content / place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(FAULTS / f"{fault}.yml", content / place)


def said(content: Path) -> list[str]:
    return [str(fault) for fault in check(content, TODAY)]


def whole(place: str, message: str) -> str:
    """A message as it is printed; the table leaves out the file where it is the broken one."""
    return f"[ERROR] knowledge/content/{f'{place}:' if message[0].isdigit() else ''}{message}"


def test_nothing_is_wrong_before_something_is_broken(content: Path) -> None:
    assert said(content) == []
    assert coverage(content) == {"plan": (4, 4)}


@pytest.mark.parametrize(("fault", "place", "message"), MISTAKES, ids=[f"{f} {p}" for f, p, _ in MISTAKES])
def test_a_mistake_is_named_with_its_place_and_what_to_write_instead(
    fault: str, place: str, message: str, content: Path
) -> None:
    put(fault, place, content)
    assert said(content) == [whole(place, message)]


def test_every_broken_file_has_its_message() -> None:
    in_tests_below = {"id_with_capitals", "old_review"}
    assert {path.stem for path in FAULTS.iterdir()} == {fault for fault, _, _ in MISTAKES} | in_tests_below


def test_all_faults_are_said_in_one_run(content: Path) -> None:
    together = {
        "wrong_date": TOWN,
        "dangling_cite": TERM,
        "unverified_phone": SERVICE,
        "duty_without_question": LINES,
        "colon_in_text": "areas/mill.yml",
        "in_the_wrong_place": "areas/mill-end.yaml",
    }
    for fault, place in together.items():
        put(fault, place, content)
    expected = [whole(together[f], m) for f, _, m in MISTAKES if f in ("wrong_date", "dangling_cite")]
    expected += [whole(together[f], m) for f, _, m in MISTAKES if f in ("unverified_phone", "duty_without_question")]
    expected += [whole(together["colon_in_text"], next(m for f, _, m in MISTAKES if f == "colon_in_text"))]
    expected += [whole(together["in_the_wrong_place"], "1: file: Name it mill-end.yml: files end in .yml.")]
    assert sorted(said(content)) == sorted(expected)


def test_two_mistakes_in_one_field_are_both_said(content: Path) -> None:
    put("id_with_capitals", TOWN, content)
    assert said(content) == [
        whole(TOWN, "1: id: must be lower-case letters, digits and hyphens, such as family-hub."),
        whole(TOWN, "1: id: must be the file's name. Write `id: millbrook` or rename the file."),
    ]


@pytest.mark.parametrize(
    "broken", ["areas/northfold.yml", "services/northfold-lamp-team.yml", "law/day-six.yml", "stages/north-2.yml", PLAN]
)
@pytest.mark.parametrize("fault", ["missing_field", "colon_in_text"])
def test_a_broken_entry_is_no_fault_of_those_that_name_it(broken: str, fault: str, content: Path) -> None:
    mistake = {"missing_field": "\nxyzzy: 1\n", "colon_in_text": "\nnote: this: that\n"}[fault]
    path = content / broken
    path.write_text(path.read_text(encoding="utf-8") + mistake, encoding="utf-8")
    assert [fault.file for fault in check(content, TODAY)] == [f"knowledge/content/{broken}"]


def test_a_review_over_a_year_ago_is_a_warning(content: Path) -> None:
    put("old_review", TOWN, content)
    assert said(content) == [
        "[WARNING] knowledge/content/areas/millbrook.yml:5: reviewed_on: is over a year ago. "
        "Check the entry again and write today's date."
    ]


def test_an_item_may_be_left_out_with_a_reason(content: Path) -> None:
    put("uncovered_item", "services/northfold-lamp-team.yml", content)
    (content / LEFT_OUT).write_text("plan/lamp-team: page furniture\n", encoding="utf-8")
    assert said(content) == []
    assert left_out(content) == {"plan/lamp-team": "page furniture"}
    (content / LEFT_OUT).write_text("plan/lamp-team:\n", encoding="utf-8")
    assert said(content) == [whole(LEFT_OUT, "1: plan/lamp-team: has no reason. Write why no entry cites it.")]


def test_an_item_of_no_source_must_be_cited_too(content: Path) -> None:
    items = content / "inventory.txt"
    items.write_text(items.read_text(encoding="utf-8") + "newsletter/front-page\n", encoding="utf-8")
    assert said(content) == [
        whole(
            "inventory.txt",
            "5: item: no entry cites `newsletter/front-page`. Cite it, or give the reason in left-out.yml.",
        )
    ]
    assert coverage(content)["newsletter"] == (0, 1)


def test_missing_content_is_a_fault_and_no_traceback(content: Path, tmp_path: Path) -> None:
    (content / "inventory.txt").unlink()
    assert said(content) == [whole("inventory.txt", "1: file: is missing or empty. Restore it.")]
    (tmp_path / "empty").mkdir()
    restore = "folder: has no entries. Restore knowledge/content."
    assert said(tmp_path / "empty") == [f"[ERROR] knowledge/content:1: {restore}"]
    assert [f.message for f in check(tmp_path / "nowhere")] == ["There is no such folder. Restore knowledge/content."]


def test_a_fault_knows_the_line_of_a_field_within_lists() -> None:
    raw = read.load("groups:\n  - title: One\n    duties:\n      - id: a\n      - id: b\n")
    assert read.line_of(raw, ("groups", 0, "duties", 1, "id")) == 5
    assert read.line_of(raw, ("groups", 0, "duties", 1, "missing")) == 5
    assert read.line_of(raw, ("nothing",)) == 1


def test_nothing_is_to_do_before_a_launch_when_all_is_verified(content: Path) -> None:
    assert release(content, TODAY) == []


# the file, what stands in it, what is put in its place, and what a person is told to do
TO_DO = [
    (
        "law/day-six.yml",
        "confidence: high",
        "confidence: medium\nverify: Read the Act.",
        "law/day-six.yml: Read the Act.",
    ),
    (
        "law/day-six.yml",
        "confidence: high",
        "confidence: medium",
        "law/day-six.yml: of medium confidence. Read its sources again, then write `confidence: high`.",
    ),
    (
        CRISIS,
        "approved: true",
        "approved: false",
        f"{CRISIS}: a safeguarding lead has to approve the words, then write `approved: true`.",
    ),
    (
        "guidance/board-games.yml",
        "reviewed_on: 2026-11-01",
        "reviewed_on: 2025-11-01",
        "guidance/board-games.yml: reviewed over a year ago. Check it again.",
    ),
    (
        "services/northfold-lamp-team.yml",
        "verified: true",
        "verified: false",
        "services/northfold-lamp-team.yml: ring or open it, then write `verified: true`.",
    ),
    (
        "services/northfold-lamp-team.yml",
        'phone: "01632 960111"',
        "web: https://northfold.example",
        "areas/northfold.yml: no verified number of Northfold's children's social care.",
    ),
    (
        LAMP,
        "signed_off: {by: second reader, on: 2026-11-01}\n",
        "",
        f"{LAMP}: somebody who has not written it has to read it against its sources: `signed_off`.",
    ),
    (
        LAMP,
        "on: 2026-11-01}",
        "on: 2026-10-31}",
        f"{LAMP}: reviewed since another read it. It has to be read again: `signed_off`.",
    ),
]


@pytest.mark.parametrize(("place", "old", "new", "todo"), TO_DO, ids=[todo for *_, todo in TO_DO])
def test_what_a_person_must_do_before_a_launch(place: str, old: str, new: str, todo: str, content: Path) -> None:
    text = (content / place).read_text(encoding="utf-8")
    assert old in text
    (content / place).write_text(text.replace(old, new), encoding="utf-8")
    assert f"knowledge/content/{todo}" in release(content, TODAY)
    assert [fault for fault in check(content, TODAY) if not fault.warning] == [], (
        "no fault before a test, only a launch"
    )


def test_faults_are_to_do_before_a_launch_too(content: Path) -> None:
    put("dangling_cite", TERM, content)
    assert release(content, TODAY) == said(content)
