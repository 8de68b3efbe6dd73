"""What a message says of its writer's situation: role, area, number of suspensions, decision, circumstances, audience.

Untrained: names come from the built knowledge, everyday words from vocabulary.yml. Typos in names are put right
against the words that the knowledge holds.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from pathlib import Path
from typing import Any, Iterable, Optional

import spacy
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from ruamel.yaml import YAML
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from knowledge.check import names_of
from knowledge.days import days
from knowledge.deciding import Decided, decisions
from knowledge.letters import own_words
from knowledge.store import Knowledge
from knowledge.words import english, plain

NUMBERS = {
    "a": 1, "one": 1, "once": 1, "first": 1, "two": 2, "twice": 2, "second": 2, "three": 3, "third": 3, "four": 4,
    "fourth": 4, "five": 5, "fifth": 5, "six": 6, "sixth": 6, "seven": 7, "seventh": 7, "eight": 8, "eighth": 8,
    "nine": 9, "ninth": 9, "ten": 10, "tenth": 10, "eleven": 11, "twelve": 12, "half a dozen": 6, "a couple of": 2,
}  # fmt: skip


def _compiled(*patterns: str) -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in patterns]


_N = r"(?P<n>\d{1,2}|" + "|".join(k for k in NUMBERS if k != "a") + r")"
_ORDINAL = (
    r"(?P<n>\d{1,2}(?=st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)(?:st|nd|rd|th)?"
)
_M = _N.replace("?P<n>", "?P<m>")
_TOKEN = re.compile(r"(\w+|[^\w\s]|\s)( ?)")
_SUSPENSION = r"(?:susp|susps|suspensions?|suspentions?|exclusions?|exlusions?|fixed[- ]?terms?|ftes?|suspended)"
# how a number of suspensions is said: the first of these that a message has tells it
_COUNTS = _compiled(
    rf"\b{_ORDINAL} (?:\w+[- ]){{0,2}}?{_SUSPENSION}\b",
    rf"\b{_N} (?:or more |plus |\+ ?)?(?:fixed[- ]term |separate |short |recent )*{_SUSPENSION}\b(?! days?)",
    rf"\b{_N}\+ ?(?:{_SUSPENSION})?",
    rf"\b(?:at|on|to|with|reach(?:es|ed)?|has|had) {_N} (?:or more|plus)\b",
    rf"\b{_SUSPENSION} (?:\w+ ){{0,4}}?(?:for )?(?:the |a |his |her )?{_ORDINAL} time\b",
    rf"\b(?:{_SUSPENSION}|excluded) (?:\w+ ){{0,3}}?{_N} (?:times?|(?:\w+ )?occasions)\b",
    rf"\b{_N} (?:times|(?:\w+ )?occasions|lots)(?: of)? (?:\w+ ){{0,4}}?{_SUSPENSION}\b",
    rf"\bfor (?:the|a|his|her|their|my) {_ORDINAL} time\b(?! in (?:my|his|her|years|ages|the \w+ career)\b)",
)
# all of these, where none of the first has one
_MORE_COUNTS = _compiled(
    rf"\b(?:{_ORDINAL}|{_M}) (?:one |now )?(?:since|so far|in total|this (?:academic |school )?(?:year|term))\b",
    r"\b(?:suspended|excluded) (?:\w+ ){0,2}?(?:the )?(?P<n>once|twice)\b",
    rf"\b{_ORDINAL} time (?:now|running|in a row|(?:its|this has|it has) happened|this (?:school |academic )?(?:year|term))\b",
    rf"\b{_ORDINAL} time (?:that )?(?:he|she|they|we|i|my|our)\w* (?:\w+ ){{0,3}}?(?:{_SUSPENSION}|excluded)\b",
    rf"\b(?:{_SUSPENSION}|excluded)\b[^.?!]{{0,60}}{_ORDINAL} time(?= ?(?:$|[,.;!?]))",
    rf"\b(?:{_SUSPENSION}|excluded)\b[^?!]{{0,40}}\b(?:thats|makes? (?:it|that)) (?:now )?{_N}\b(?! (?:days?|weeks?|hours?))",
    rf"\b{_SUSPENSION} x ?{_N}\b|\bx ?(?P<m>\d) (?:{_SUSPENSION}|since|this)\b",
    rf"\b{_SUSPENSION} (?P<n>\d)x(?!\w)|\b(?P<m>\d)x {_SUSPENSION}\b",
    rf"\b(?:suspension|exclusion|stage|number|no) (?:number |no[. ] ?|# ?)?{_N}\b(?! (?:days?|weeks?|lunch\w*))",
    rf"\b(?:on|had|its|thats|at|after|reached|onto|got|given) (?:(?:his|her|their|the|number|no|my|a) )+{_ORDINAL}\b(?! (?:of|party|day|week|year|offen\w+|school))",
    rf"\bthe {_ORDINAL} (?:one|stage)\b(?! (?:drops|of|cant|could|says|said)\b)",
    rf"\b(?:reach(?:es|ed)?|hits?|(?:gets?|got|comes?|came) to) (?:a |the |his |her |their )?(?:{_ORDINAL}|{_M})"
    r"(?= (?:one|and|or|now|what|in|to)\b|$|[?.,])",
    rf"\b(?:pupil|hes|shes|he is|she is|child|lad|son|daughter|boy|girl|student|theyre|staffordshire)(?: is| are|,)? (?:now |currently |already )?on {_N}(?=$|[?.,]| (?:now|and|so|already|what)\b)",
)
# and these, in a message that is about suspensions
_LOOSE_COUNTS = _compiled(
    rf"\b(?:at|after|between|and|to|reaches|reached|hits) {_N}(?= (?:and|or|now|what|in|to)\b|$|[?.,])",
)
# where a number is known already: 'make that 4, they rang me this morning', 'so it's actually three'
_RECOUNT = re.compile(
    rf"\b(?:makes? (?:it|that)|thats|its|so|had) (?:its |now |actually |really )*{_N}(?: now| already| in total)?(?=$|[.,;!?])"
)
_ABOUT_COUNTS = re.compile(r"suspen|exclu|stage|pathway|fixed|fte|number|again|\btime\b|susp")
_NO_COUNT = re.compile(r"\s*-?(day|week|month|year|hour|yr|min)")
_RANGE = re.compile(r"\b(?:1|one) ?(?:-|to|or|and|/) ?(?:2|two)\b(?! (?:days?|weeks?|hours?|years?|times))")

# what stands before the name of an area that the message is not about
_ELSEWHERE = re.compile(
    r"\b((not|isnt|arent|wasnt|no longer|nothing to do with) ((\w+ )?(in|from|at) )?|moved from "
    r"|(dont|doesnt|didnt|used to) (live|go|work|teach) (to school )?(in|at|near) )$"
)

# what stands before the name of another nation where somebody of the family, and not who writes, lives or comes from
_KIN_THERE = re.compile(
    r"(?<!\bme and )\b(?:his|her|their|my|our|the|whose) (?:mums?|mams?|moms?|dads?|mother|father|nans?|nana|gran\w*|grandad"
    r"|uncle|aunt\w*|cousins?|brother|sister|ex|partner|husband|wife|stepdad|stepmum) (?:(?!(?:and|i|we|us|both|all)\b)\w+ ){0,3}?"
    r"(?:lives?|living|lived|stays?|staying|is|works?|working|comes|moved|from|back|up|over) (?:(?!(?:i|we|us|school)\b)\w+ ){0,3}$"
)

_FIRST_PERSON = re.compile(
    r"\b(do|should|must|can|will|shall|are|am|could|did) (i|we)\b|\b(i|we|me|us) (actually |really |legally )?"
    r"(have|need|must|should|supposed|meant|expected|asked|ought|got)( to)?\b|\b(my|our) (responsib|dut|role|job|side|bit|part|end)\w*"
    r"|\b(of|from|for) (me|us)\b|\b(wants?|expects?|asks?|needs?|requires?) (me|us) to\b|\bservices like us\b|\bus lot\b|\bwhat (am i|are we)\b|\bwhat to do\b|\bme as (a|an|the)\b"
)
_ASKED_OF_ME = re.compile(
    r"\b(want|expect|ask|require|need|reckon|think)s? (\w+ )?((of |from )?(me|us)\b|(i|we) (ought|should|must|need|have)\b)"
)
_DUTY = r"(must|should|have to|has to|need to|needs to|supposed|meant|expected|asked|obliged|do|does|doing|done|will|ought|legally|required|responsib\w*|dut\w*|role|part|side|job|offer|provide|expectations?|put in place)"


ONESELF = re.compile(r"(?:hi |hello )?(?:im|i am|we are|were|i work|its|this is|his|her|hes|shes)\b")
MOST_LEFT = 1  # words that are no part of an introduction


@dataclasses.dataclass
class Reading:
    """What one message says. None or empty: it does not say."""

    role: Optional[str] = None
    role_stated: bool = False
    introduces: bool = False  # nothing else is said than who writes
    area: Optional[str] = None
    home_area: Optional[str] = None
    counts: list[int] = dataclasses.field(default_factory=list)
    stage: Optional[str] = None
    decision: Optional[str] = None
    implied: bool = False  # the decision 'nothing' only follows from what is feared or denied
    denied: list[str] = dataclasses.field(default_factory=list)
    audience: Optional[str] = None
    mine: bool = False
    facts: dict[str, bool] = dataclasses.field(default_factory=dict)
    case: dict[str, str] = dataclasses.field(default_factory=dict)  # facts of the case that a few words tell
    days: Optional[float] = None  # school days of suspension this term
    days_this_time: Optional[float] = None
    days_this_year: Optional[float] = None
    days_listed: list[float] = dataclasses.field(default_factory=list)
    days_added: bool = False
    named: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    text: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {k: v for k, v in dataclasses.asdict(self).items() if v not in (None, [], {}, False, "")}


def _tokens(vocab: Vocab, text: str) -> Doc:
    """Words and single signs. In time by the length: spaCy's own English rules take a run of signs by its square."""
    parts = _TOKEN.findall(text)
    return Doc(vocab, words=[word for word, _ in parts], spaces=[bool(space) for _, space in parts])


class Reader:
    """Reads messages against one built knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        words = YAML(typ="safe").load((Path(__file__).parent / "vocabulary.yml").read_text(encoding="utf-8"))
        self._nlp = spacy.blank("en")
        self._nlp.tokenizer = lambda text: _tokens(self._nlp.vocab, text)
        self._areas = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        self._names = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        spelt: set[str] = set()
        for area in knowledge.areas.values():
            docs = [self._doc(name) for name in {area.title, *area.aliases, *area.places}]
            self._areas.add(area.id, [*docs, *(self._doc(f"{doc.text}s") for doc in docs)])  # 'Hackney's policy'
            spelt |= {t.text for doc in docs for t in doc if len(t.text) > 4 and t.is_alpha}
        names: dict[str, set[str]] = {}
        for record in knowledge.records.values():
            if record.kind == "duties":
                continue
            own = [record.title, *(record.duty.aliases if record.duty else (n for _, n in names_of(record.entry)))]
            # an acronym's expansion may be the name of the thing itself, too: both are meant
            own += filter(None, [getattr(record.entry, "expansion", None)])
            names.setdefault(record.id, set()).update(plain(n) for n in own)
        for name, own_names in names.items():
            docs = [self._doc(n) for n in own_names if n]
            if docs:
                self._names.add(name, docs)
                spelt |= {t.text for doc in docs for t in doc if len(t.text) > 4 and t.is_alpha}
        ordinary = _ordinary_words(knowledge)
        self._right = sorted(spelt | {w for w, n in ordinary.items() if n > 2 and len(w) > 4})
        self._known = spelt | set(ordinary) | english() | set(words["contractions"])
        others = _any(words["not_of_oneself"])
        self._is = {
            role: re.compile(
                r"\b(?:im|i am|we are|were|as|speaking as|its|this is|from) (?:a |an |the |her |his |their |one of the )?"
                rf"(?:\w+ ){{0,2}}?(?:{_any(v['is'] + v['here'])})\b|^(?:\w+ )?(?:{_any(v['is'] + v['here'])}) here\b"
                rf"|^(?!a )(?:(?!(?:{others})\b)\w+ ){{0,2}}?(?:{_any(v['is'])})(?: (?:at|in|of|from|for)\b(?! year\b)|[.,:;!-]| [-–]|$)"
            )
            for role, v in words["roles"].items()
        }
        self._some_role = re.compile("|".join(words["some_role"]))
        self._states_role = {role: re.compile("|".join(p)) for role, p in words["states_role"].items()}
        role_words = {word for v in words["roles"].values() for name in v["is"] + v["here"] for word in name.split()}
        self._introducing = role_words | set(words["introducing"]) | set(words["generic"])
        self._right = sorted({*self._right, *(word for word in role_words if len(word) > 5)})
        self._known |= role_words
        self._role_names = {role: set(v["is"]) for role, v in words["roles"].items()}
        self._says = {role: re.compile("|".join(v["says"])) for role, v in words["roles"].items()}
        self._audience_nouns = {a: _any(nouns) for a, nouns in words["audiences"].items()}
        nouns = {w for group in words["audiences"].values() for noun in group for w in noun.split()}
        self._generic = nouns | set(words["generic"]) | set(NUMBERS)
        self._bare, self._reach = set(words["bare"]), re.compile(rf"\b({_any(words['reach'])})\b")
        self.role_audience: dict[str, str] = words["role_audience"]
        self._stages = {code: re.compile("|".join(p)) for code, p in words["stages"].items()}
        self._not_names = {word: re.compile(pattern) for word, pattern in words["not_names"].items()}
        self._facts = {
            fact: {answer == "yes": re.compile("|".join(p)) for answer, p in v.items()}
            for fact, v in words["facts"].items()
        }
        said = {fact: values for fact, values in words["said"].items() if fact != "not"}
        self._not_said = re.compile("|".join(words["said"]["not"]))
        self._said = {
            fact: {value: re.compile("|".join(how)) for value, how in values.items()} for fact, values in said.items()
        }

    def _doc(self, text: str) -> Any:
        return self._nlp.make_doc(plain(text))

    def spell(self, text: str) -> str:
        """Put right misspelt words that are one or two letters from a word of some name."""
        out = []
        for word in plain(text).split(" "):
            core = word.strip(".,?!;:()\"'")
            if len(core) > 4 and core.isalpha() and core not in self._known:
                near = process.extractOne(
                    core,
                    self._right,
                    scorer=DamerauLevenshtein.distance,
                    score_cutoff=1 if len(core) < 8 else 2,
                )
                if near and near[0][0] == core[0]:
                    word = word.replace(core, near[0])
            out.append(word)
        return " ".join(out)

    def read(self, text: str) -> Reading:
        """Everything that `text` says of the situation."""
        spelt = self.spell(text)
        reading = Reading(text=spelt)
        doc = self._nlp.make_doc(spelt)
        self._read_areas(doc, reading)
        mine = own_words(text)
        self._read_role(spelt if mine == text else self.spell(mine), reading)
        own = self._role_names.get(reading.role or "", set()) if reading.role_stated else set()
        names = [(doc.vocab.strings[m], doc[s:e]) for m, s, e in _longest(self._names(doc))]
        found = [(name, span.text) for name, span in names if not self._ordinary_word(span, text)]
        reading.counts, reading.stage = self._read_stage(spelt)
        decided = decisions().read(spelt)
        reading.decision, reading.implied, reading.denied = decided.decision, decided.implied, decided.denied
        if decided.mentions and all(mention.state == "others" for mention in decided.mentions):
            reading.counts = []
        reading.named = [(n, said) for n, said in found if said not in own and not _states(spelt, said, decided)]
        reading.audience, reading.mine = self._read_audience(spelt)
        told = days(spelt)
        reading.days, reading.days_listed, reading.days_added = told.term, list(told.listed), told.added
        reading.days_this_time, reading.days_this_year = told.this_time, told.year
        reading.case = self._read_case(plain(spelt))
        for fact, answers in self._facts.items():
            for answer in (False, True):
                stated = answers.get(answer)
                if stated and stated.search(spelt):
                    reading.facts[fact] = answer
                    break
        return reading

    def _read_case(self, said: str) -> dict[str, str]:
        """Facts that a few words tell, such as the kind of school: the value that is said first and not denied."""
        told = {}
        for fact, values in self._said.items():
            found = [(match.start(), value) for value, how in values.items() for match in how.finditer(said)]
            clear = [value for at, value in sorted(found, key=lambda it: it[0]) if not self._not_said.search(said[:at])]
            if clear:
                told[fact] = clear[0]
        return told

    def generic(self, text: str) -> bool:
        """Whether a question asks for all that somebody has to do, naming no particular thing."""
        words = re.findall(r"[a-z]+", self.without_areas(plain(text)))
        return sum(w not in self._generic for w in words) <= 1

    def bare(self, text: str) -> bool:
        """Whether a question names nothing and so is about what was told before: 'why?', 'who runs it?'."""
        words = re.findall(r"[a-z]+", plain(text))
        return bool(words) and all(w in self._bare for w in words)

    def reaches(self, text: str) -> bool:
        """Whether a question asks whom or how to contact."""
        return bool(self._reach.search(plain(text)))

    def without_areas(self, text: str) -> str:
        """The message without the names of areas, which are filters and not topics.

        An area's name stays in a record's own name that would be another's without it: 'Hackney EPS' is not any EPS.
        """
        doc = self._nlp.make_doc(text)
        spans = [(s, e) for _, s, e in _longest(self._areas(doc)) if not self._told_by_area(doc, s, e)]
        cut = {i for s, e in spans for i in range(s, e)}
        kept = "".join(t.text_with_ws for t in doc if t.i not in cut)
        return re.sub(r"\s*\b(in|for|from|at|near)\s*(?=[?.,!]|$)", "", re.sub(r"\s+", " ", kept)).strip(" ,") or text

    def _told_by_area(self, doc: Any, start: int, end: int) -> bool:
        """Whether the area's name at this place is what tells a record's name from another record's."""
        around = [
            (m, s, e) for m, s, e in _longest(self._names(doc)) if s <= start and end <= e and e - s > end - start
        ]
        own = {m for m, _, _ in around}
        rests = [self._doc(f"{doc[s:start].text_with_ws}{doc[end:e].text}") for _, s, e in around]
        return any(m not in own for rest in rests for m, _, _ in self._names(rest))

    def _ordinary_word(self, span: Any, written: str) -> bool:
        """Whether this is no name but a word that looks like one: 'they send nothing'. In capitals it is the name."""
        pattern = self._not_names.get(span.text)
        if not pattern or re.search(rf"\b{span.text.upper()}\b", written):
            return False
        return any(match.start() <= span.start_char < match.end() for match in pattern.finditer(span.doc.text))

    def _read_areas(self, doc: Any, reading: Reading) -> None:
        found = []
        for match, start, _ in _longest(self._areas(doc)):
            if _ELSEWHERE.search(f"{doc[:start].text} "):
                continue
            if self.knowledge.areas[doc.vocab.strings[match]].kind == "other-law":
                if _KIN_THERE.search(f"{doc[max(0, start - 8) : start].text} "):
                    continue
            before = doc[max(0, start - 4) : start].text
            found.append((doc.vocab.strings[match], before))
        if not found:
            return
        for area, before in found:
            if re.search(r"\b(live|lives|living|home|house|based|moved) (\w+ ){0,2}(in|to|is|near)$", before):
                reading.home_area = area
        at_school = [a for a, b in found if re.search(r"\b(school|schools|academy|goes|attends)\b", b)]
        others = [a for a, _ in found if a != reading.home_area]
        reading.area = (at_school or others or [found[0][0]])[0]
        if reading.home_area == reading.area:
            reading.home_area = None

    def _read_role(self, text: str, reading: Reading) -> None:
        bare = self.without_areas(text).replace(" ,", ",")  # 'school nurse staffs, …'
        order = ("adviser", "governor", "council", "professional", "school", "parent", "child")
        stated = next((role for role in order if self._is_stated(role, text, bare)), None)
        stated = stated or next((role for role, said in self._states_role.items() if said.search(bare)), None)
        guessed = next((role for role in order if self._says[role].search(text)), None)
        reading.role, reading.role_stated = stated or guessed, bool(stated)
        left = [word for word in re.findall(r"[a-z]+", bare) if word not in self._introducing]
        nothing_else = len(left) <= MOST_LEFT or bool(self._some_role.search(text) and not stated)
        of_oneself = bool(stated or self._some_role.search(text)) or (guessed and ONESELF.match(text) is not None)
        reading.introduces = bool(of_oneself) and nothing_else
        reading.introduces = reading.introduces and not decisions().read(text).mentions

    def _is_stated(self, role: str, *texts: str) -> bool:
        if role == "child" and not re.search(
            r"\b(?:im|i am) (?:a|the|in) |^(?:\w+ )?(?:pupil|student) (?:here|in)\b", texts[0]
        ):
            return False
        return any(self._is[role].search(text) for text in texts)

    def _read_stage(self, text: str) -> tuple[list[int], Optional[str]]:
        if self._stages["serious-breach"].search(text):
            return [], "serious-breach"
        if _RANGE.search(text) and re.search(r"suspen|exclu|stage|pathway|duties|level", text):
            return [1], None
        counts = _counts(text)
        if counts:
            return counts, None
        if self._stages["minor"].search(text):
            return [], "minor"
        return [], None

    def _read_audience(self, text: str) -> tuple[Optional[str], bool]:
        """The audience asked about and whether the writer asks about themselves: the last clause that says either."""
        for clause in reversed([c for c in re.split(r"[.?!;]\s*|,\s+|\bcos\b|\bbecause\b", text) if c.strip()]):
            audience, mine = self._clause_audience(clause.strip())
            if audience or mine:
                return audience, mine
        return None, False

    def _clause_audience(self, clause: str) -> tuple[Optional[str], bool]:
        mine = bool(_FIRST_PERSON.search(clause))
        best: Optional[tuple[int, int, str]] = None
        for audience, nouns in self._audience_nouns.items():
            of = r"(?:the |all |any |other |outside |external |us |our |me |my |his |her |their |a )*"
            patterns = (
                rf"\b(?:expect|ask|require|want|need)(?:s|ed|d|ing)? (?:\w+thing |much )?(?:of|from|on) {of}(?:as )?{of}(?:{nouns})\b",
                rf"\b(?:expect|ask|require|want|commit|oblige)(?:s|ed|d)? {of}(?:{nouns}) to\b",
                rf"\bas (?:a |an |the |his |her |their )?(?:{nouns})\b",
                rf"\b(?:do|does|should|must|will|can|is|are|did|would|ought|(?:has|have)(?! an? )) {of}(?:{nouns})\b",
                rf"\b(?:dut\w+|responsib\w+|role|part|job|expectations?) (?:of|for|on|from) {of}(?:{nouns})\b",
                rf"\b(?:{nouns}) (?:\w+ ){{0,2}}?{_DUTY}\b",
                rf"\bfor {of}(?:{nouns})\b|\b(?:up)?on {of}(?:{nouns})(?=[?.]|$)",
                rf"^(?:(?:ok|okay|right|so|and|but|or|what about|how about),? )*(?:the |my |other |our |his )?(?:{nouns})\b",
            )
            for rank, pattern in enumerate(patterns):
                match = re.search(pattern, clause)
                if match and (best is None or (rank, match.start()) < best[:2]):
                    best = (rank, match.start(), audience)
        if _ASKED_OF_ME.search(clause) and (best is None or best[0] > 2):  # 'what does the county want from us?'
            return None, True
        if best is None:
            return None, mine
        if mine and best[0] >= 5:
            return None, True
        return best[2], mine


def _states(text: str, said: str, decided: Decided) -> bool:
    """Whether a name only says what was decided: 'he has been suspended' does not ask what that is."""
    stating = " ".join(m.words for m in decided.mentions if m.state not in ("asked", "named"))
    return said != text.strip(" ?.!") and said in stating


def _counts(text: str) -> list[int]:
    """The numbers of suspensions that a message names, each once."""
    more = _MORE_COUNTS + _LOOSE_COUNTS if _ABOUT_COUNTS.search(text) else _MORE_COUNTS
    for patterns in (*([pattern] for pattern in _COUNTS), more):
        counts: list[int] = []
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            found = next((v for v in match.groupdict().values() if v), "")
            count = int(found) if found.isdigit() else NUMBERS.get(found, 0)
            if 0 < count < 31 and count not in counts and not _NO_COUNT.match(text[match.end() :]):
                counts.append(count)
        if counts:
            return counts
    return []


def recount(text: str) -> list[int]:
    """A number that puts right, or goes on from, the number of suspensions said before; in plain words."""
    match = _RECOUNT.search(text)
    return [] if not match else [int(match["n"]) if match["n"].isdigit() else NUMBERS[match["n"]]]


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


def _longest(matches: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Matches that do not overlap a longer one, in the order of the text; equal spans with several names all stay."""
    kept: list[tuple[int, int, int]] = []
    for match in sorted(matches, key=lambda m: m[1] - m[2]):
        if all(match[2] <= s or match[1] >= e or (match[1], match[2]) == (s, e) for _, s, e in kept):
            kept.append(match)
    return sorted(kept, key=lambda m: m[1])


def _ordinary_words(knowledge: Knowledge) -> Counter[str]:
    """How often the content itself uses each word."""
    words: Counter[str] = Counter()
    for phrase in knowledge.phrases:
        if phrase.kind in ("text", "title", "alias"):
            words.update(re.findall(r"[a-z]+", plain(phrase.text)))
    return words
