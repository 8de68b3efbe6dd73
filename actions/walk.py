"""The walkthrough: the steps a stage asks of a person, one at a time, and the list at the end."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any, Mapping

from actions import ask
from actions.pathway import no_pathway
from actions.steps import Step, Walk, key, steps
from actions.tell import next_steps
from actions.turn import Turn
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge import clock, danger, render
from knowledge.blocks import Block, from_text
from knowledge.render import words

REASON_LENGTH = 200  # characters
WHY = re.compile(r"\b(because|cos|as we|since)\b.+", re.I | re.S)
NEXT = re.compile(r"\W*next\b", re.I)
CONSIDERED = re.compile(r"\W*(considered|thought about|not now)\b", re.I)
TICKS = ("done", "not_yet", "considered", "not_applicable")
OPEN, SETTLED = "☐", "☑"
Card = tuple[str, list[tuple[Step, str]]]  # a heading of the list, and its steps with their lines
STAFF = ("school", "governor", "professional", "council", "adviser")

# ------------------------------------------------------------------------------------------------------- starting


def start(turn: Turn) -> Reply:
    """Begin the walk for the person's audience, asking first for what it depends on."""
    audience = turn.audience()
    if not audience:
        return ask.ask(turn, "role")
    if not turn.area:
        return ask.ask(turn, "area")
    area = turn.area_entry
    if not turn.knowledge.pathway(turn.area):
        if audience in ("parents", "schools") and area and area.kind != "other-law":
            return _law_only(turn, audience)
        return no_pathway(turn)
    named = turn.stages_named()
    stage = named[0] if named else turn.stage()
    if not stage:
        return ask.ask(turn, "stage")
    decision = turn.decision
    if audience in ("parents", "schools") and decision is None:
        if stage.code == "minor":
            decision = "nothing"
        elif audience == "parents" or stage.code == "serious-breach":
            return ask.ask(turn, "decision")
        else:
            decision = "suspended"
    walk = Walk(stage.code, stage.area, audience, turn.role or "parent", decision)
    return _begin(turn, walk)


def _law_only(turn: Turn, audience: str) -> Reply:
    """Where no pathway is held there is still national law to walk through."""
    if turn.decision is None:
        return ask.ask(turn, "decision")
    return _begin(turn, Walk("", turn.area or "england", audience, turn.role or "parent", turn.decision))


def _begin(turn: Turn, walk: Walk) -> Reply:
    every = steps(turn, walk)
    walk.stand(every, 0)
    walk.keep(turn)
    turn.set("pending", None)
    turn.set("misses", 0)
    total = len(every)
    if not total:
        turn.set("walk", None)
        return next_steps(turn)
    lead = [words()["walk"]["start"].format(total=total)]
    stage = turn.knowledge.stage(walk.area, walk.stage)
    area = turn.knowledge.areas[walk.area]
    if not stage:
        lead.append(
            words()["labels"]["national"]
            if area.kind != "covered"
            else words()["manners"]["not_covered_area"].format(area=area.title)
        )
    elif walk.role != "governor" and not turn.knowledge.duties_of(stage.id, walk.audience):
        name = words()["labels"]["audience"][walk.audience].lower()
        phrase = "nothing_asked" if walk.audience == "parents" else "nothing_asked_here"
        lead.append(words()["walk"][phrase].format(area=area.title, audience=name))
    return show(turn, walk, "\n".join(lead))


# ------------------------------------------------------------------------------------------------------- showing


def show(turn: Turn, walk: Walk, lead: str = "") -> Reply:
    """The step where the walk stands, or the summary after the last."""
    every = steps(turn, walk)
    here = walk.place(every)
    if here >= len(every):
        walk.finished = True
        walk.keep(turn)
        return summary(turn, walk, lead)
    step = every[here]
    begins = here == 0 or every[here - 1].part != step.part
    body = step.text
    if step.condition:
        body = f"{words()['walk']['conditions'][step.condition]} {body}"
    first = render.national_first(turn.knowledge, [step.record], turn.role) if step.part != "questions" else ""
    lines = [*([first, ""] if first else []), body]
    record = turn.knowledge.records[step.record]
    laws = [law[4:] for law in record.duty.with_law] if record.duty else []
    if laws and step.part != "questions":
        lines += ["", words()["labels"]["law_for_line"]]
        lines += [f"- {turn.knowledge.law[law].text.for_role(turn.role)}" for law in laws]
    shown = render.answer(turn.knowledge, [step.record], turn.role)
    return Reply(
        "walkthrough_step",
        blocks=[
            *from_text(lead),
            _card(every, here, words()["labels"]["asks"] if begins and step.part == "asks" else ""),
            *from_text("\n".join(lines)),
        ],
        records=[step.record],
        scope=_scope(walk),
        sources=shown.sources,
        steps=_as_steps(walk, every),
        buttons=_step_buttons(walk, step, first=here == 0),
    )


def _card(every: list[Step], here: int, text: str = "") -> Block:
    """The head of a step: which of how many it is, and of which part."""
    part = words()["walk"]["parts"][every[here].part]
    return Block("card", text, title=words()["walk"]["step"].format(step=here + 1, total=len(every), part=part))


def _scope(walk: Walk) -> dict[str, Any]:
    return {"area": walk.area, "audience": walk.audience, "stage": walk.stage or None, "role": walk.role}


def _as_steps(walk: Walk, every: list[Step], under: Mapping[str, str] = MappingProxyType({})) -> list[dict[str, Any]]:
    """The steps as data; `under` has the heading of the card on which each stands in the list."""
    here = walk.place(every)
    return [
        {
            "id": s.record,
            "part": s.part,
            "title": s.title,
            **({"text": s.text} if s.part == "questions" else {}),
            "state": walk.ticks.get(key(s)),
            "current": i == here,
            **({"under": under[key(s)]} if key(s) in under else {}),
        }
        for i, s in enumerate(every)
    ]


def _step_buttons(walk: Walk, step: Step, first: bool) -> list[Button]:
    titles = words()["buttons"]
    question = step.part == "questions"
    made = [
        Button(titles["done_question" if question else "done"], payload("done")),
        Button(titles["not_yet_question" if question else "not_yet"], payload("not_yet")),
    ]
    if walk.role in STAFF:
        made.append(Button(titles["considered"], payload("considered")))
    made += [
        Button(titles["not_applicable"], payload("not_applicable")),
        Button(titles["more"], payload("more")),
        Button(titles["skip"], payload("skip")),
    ]
    if not first:
        made.append(Button(titles["back"], payload("previous")))
    made.append(Button(titles["stop"], payload("stop")))
    return made


def offer(turn: Turn, reply: Reply) -> Reply:
    """After an answer in the middle of a walk: where the walk stands, and the way back to it."""
    walk = Walk.of(turn)
    if walk and not walk.finished and reply.status != "crisis":
        every = steps(turn, walk)
        total = len(every)
        reply.notes.append(words()["manners"]["walk_offer"].format(step=min(walk.place(every) + 1, total), total=total))
        reply.buttons = [b for b in reply.buttons if b.payload != payload("walk")]
        reply.buttons.insert(0, Button(words()["buttons"]["resume"], payload("resume")))
    return reply


def summary(turn: Turn, walk: Walk, lead: str = "") -> Reply:
    """What is done, what is open and whom to contact, dated, to keep.

    What is only said in the conversation, `lead` among it, goes into the notes: it is no part of what is taken away.
    """
    phrases = words()["walk"]
    every = steps(turn, walk)
    today = clock.today().isoformat()
    ended = phrases["list"] if walk.finished else phrases["list_so_far"]
    context = [words()["labels"]["audience"][walk.audience], turn.knowledge.areas[walk.area].title]
    stage = turn.knowledge.stage(walk.area, walk.stage)
    if stage:
        context.append(stage.title)
    cards = _by_owner(walk, every) if walk.audience == "parents" else _by_state(walk, every)
    kinds = ("exclusions-or-inclusion", "sendiass", "virtual-school", "early-help")
    services = turn.knowledge.contacts(walk.area, kinds)
    return Reply(
        "walkthrough_summary",
        blocks=[
            Block("answer", " · ".join(context), title=ended.format(date=render.month(today))),
            *(Block("card", title=title, items=tuple(line for _, line in lines)) for title, lines in cards),
            Block("answer", phrases["not_proof"]),
        ],
        records=list(dict.fromkeys(s.record for s in every)),
        scope=_scope(walk),
        contacts=[render.contact(s, turn.role) for s in services],
        sources=render.answer(turn.knowledge, _first_of_each_document(turn, every), turn.role).sources,
        steps=_as_steps(walk, every, {key(step): title for title, lines in cards for step, _ in lines}),
        buttons=[] if walk.finished else [Button(words()["buttons"]["resume"], payload("resume"))],
        notes=[" ".join(filter(None, [lead, phrases["end"] if walk.finished else ""]))]
        if lead or walk.finished
        else [],
    )


def _by_state(walk: Walk, every: list[Step]) -> list[Card]:
    """A member of staff's list: what is done, open, considered, not applying, not looked at."""
    phrases = words()["walk"]
    states = (("done", "done"), ("open", "not_yet"), ("considered", "considered"), ("not_applicable", "not_applicable"))
    cards = [(phrases[title], [s for s in every if walk.ticks.get(key(s)) == state]) for title, state in states]
    cards.append((phrases["unanswered"], [s for s in every if key(s) not in walk.ticks]))
    return [(title, [(s, _with_reason(walk, s)) for s in chosen]) for title, chosen in cards if chosen]


def _by_owner(walk: Walk, every: list[Step]) -> list[Card]:
    """A family's list, with boxes: what is theirs to do, what to ask the school, and what is settled."""
    phrases, ticks = words()["walk"], words()["labels"]["ticks"]
    mine = [(s, f"{OPEN} {s.title}") for s in every if s.part != "questions" and _is_open(walk, s)]
    ask = [(s, f"{OPEN} {s.text}") for s in every if s.part == "questions" and _is_open(walk, s)]
    settled = [(s, f"{SETTLED} {s.title} ({ticks[walk.ticks[key(s)]]})") for s in every if not _is_open(walk, s)]
    cards = ((phrases["for_you"], mine), (phrases["ask_school"], ask), (phrases["settled"], settled))
    return [(title, lines) for title, lines in cards if lines]


def _is_open(walk: Walk, step: Step) -> bool:
    return walk.ticks.get(key(step)) in (None, "not_yet")


def _first_of_each_document(turn: Turn, every: list[Step]) -> list[str]:
    """One step of each part: enough to name the documents once."""
    first = {s.part: s.record for s in reversed(every)}
    return list(dict.fromkeys(first.values()))


def _with_reason(walk: Walk, step: Step) -> str:
    why = walk.why.get(key(step))
    return step.title + (f" ({why})" if why else "")


# ------------------------------------------------------------------------------------------------------- moving


def move(turn: Turn, walk: Walk, act: str) -> Reply:
    """The state machine: the walk and an act in, the walk changed and the Reply out."""
    every = steps(turn, walk)
    here = walk.place(every)
    current = every[here] if here < len(every) else None
    lead = ""
    if act == "reason" and CONSIDERED.match(turn.text):  # 'considered, because the parents asked us to wait'
        act = "considered"
    if act in TICKS and current:
        walk.ticks[key(current)] = act
        why = WHY.search(turn.text)
        if act == "considered" and why:
            walk.why[key(current)] = why.group().strip()[:REASON_LENGTH]
        lead = words()["manners"]["considered"] if act == "considered" else words()["manners"]["noted"][act]
        walk.stand(every, here + 1)
    elif act == "skip" and current:
        walk.stand(every, next((n for n in range(here, len(every)) if every[n].part != current.part), len(every)))
        lead = words()["manners"]["noted"]["skip"]
    elif act == "back":
        if here == 0:
            lead = words()["manners"]["first_step"]
        walk.stand(every, max(0, here - 1))
        walk.finished = False
    elif act == "more" and current:
        walk.keep(turn)
        return _more(turn, walk, current)
    elif act == "reason":
        return _reason(turn, walk, every)
    elif act == "resume":
        if NEXT.match(turn.text) and (turn.last_reply or {}).get("status") == "walkthrough_step":
            here += 1  # the step in hand stays unanswered
            walk.stand(every, here)
        walk.finished = here >= len(every)
    walk.keep(turn)
    if act == "stop":
        reply = summary(turn, walk, words()["manners"]["walk_stopped"])
        reply.notes.append(danger.line(turn.knowledge, turn.role))
        turn.gentle = turn.gentle or danger.despairs(turn.knowledge, turn.text)
        return reply
    if act == "summary":
        return summary(turn, walk)
    return show(turn, walk, lead)


def _more(turn: Turn, walk: Walk, step: Step) -> Reply:
    """Everything the record says of this step."""
    every = steps(turn, walk)
    shown = render.answer(turn.knowledge, [step.record], turn.role)
    duty = turn.knowledge.records[step.record].duty
    text = shown.text
    overtaken = turn.knowledge.disagreements_on(turn.knowledge.records[step.record])
    if duty and not (duty.why or duty.how or duty.with_law or overtaken):
        text += "\n\n" + words()["labels"]["no_more"]
    return Reply(
        "walkthrough_step",
        blocks=[_card(every, walk.place(every)), *from_text(text)],
        records=[step.record],
        scope=_scope(walk),
        sources=shown.sources,
        contacts=shown.contacts,
        steps=_as_steps(walk, every),
        buttons=[b for b in _step_buttons(walk, step, first=step == every[0]) if b.payload != payload("more")],
    )


def _reason(turn: Turn, walk: Walk, every: list[Step]) -> Reply:
    here = walk.place(every)
    last = every[here - 1] if 0 < here <= len(every) else None
    if last is None or walk.ticks.get(key(last)) != "considered":
        return Reply("smalltalk", words()["manners"]["no_reason"], scope=_scope(walk))
    walk.why[key(last)] = turn.text.strip()[:REASON_LENGTH]
    walk.keep(turn)
    return show(turn, walk, words()["manners"]["reason"])


def no_walk(turn: Turn) -> Reply:
    """No checklist is open; words of despair get no such answer."""
    despair = danger.despairs(turn.knowledge, turn.text)
    turn.gentle = turn.gentle or despair
    return Reply(
        "smalltalk",
        words()["manners"]["upset" if despair else "no_walk"],
        scope=turn.scope(local=False),
        buttons=[Button(words()["buttons"]["walk"], payload("walk"))],
        notes=[danger.line(turn.knowledge, turn.role)],
    )
