"""What a member of staff does on a messenger, whatever its client: words, buttons and commands, and what they lead to.

A person is at one pupil at a time. Each pupil is a conversation of its own; role and area are the person's.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
from typing import Any, Callable, Optional

from bot.channels.events import PRESET
from bot.channels.phrases import phrases
from bot.choices import choices
from bot.inbound import LIMIT, Inbound, payload, take_in
from bot.people.inbox import Waiting
from bot.people.pupils import MOST, Pupil, Pupils
from bot.privacy import keep_days
from bot.replies import Button, Reply
from knowledge.desk import desk
from knowledge.render import situation, words

SITUATION = ("role", "area", "stage", "suspensions", "decision")
# buttons that hold for the step they were shown with, and no other
OF_A_STEP = ("/done", "/not_yet", "/considered", "/not_applicable", "/more", "/previous", "/skip")
# buttons of the messengers' own; what follows a space names a pupil
PUPIL, ADD, DELETE, KEEP = "!pupil", "!add", "!delete", "!keep"
# a command and the button that does the same
TAPS = {"checklist": "resume", "contacts": "person", "summary": "summary"}
DETAILS = {"voice": "voice", "picture": "picture", "sticker": "sticker", "file": "file"}


def pseudonym(channel: str, secret: str, platform_id: str) -> str:
    """The name of a person or a place of a messenger: the same each time, and no way back without the secret."""
    hashed = hmac.new(secret.encode(), f"{channel}:{platform_id}".encode(), hashlib.sha256).hexdigest()
    return f"{channel}-{hashed[:24]}"


def person_of(channel: str, secret: str, platform_id: str) -> str:
    """The pseudonym of a person; `./run people` makes the same of '<channel>:<platform id>'."""
    return pseudonym(channel, secret, f"user:{platform_id}")


def place_of(channel: str, secret: str, platform_id: str) -> str:
    """The pseudonym of a chat."""
    return pseudonym(channel, secret, f"chat:{platform_id}")


@dataclasses.dataclass(frozen=True)
class Press:
    """A pressed button: the token of its conversation, its payload, the mark of the step that it was shown with, and
    the platform's id of the message that it is on."""

    token: str
    payload: str
    step: Optional[str] = None
    on: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Update:
    """One thing that a person did. Exactly one of `words`, `press`, `command` and `unreadable` is given.

    `id` is the platform's, of at most 48 characters: the same if the update is delivered twice. `person` and `place`
    are pseudonyms. `address` is what the client needs to answer, as JSON; it is kept until the answer is out.
    `arguments` follow a command. `unreadable` is a key of `take` in messenger.yml; words beside it are answered.
    """

    id: str
    person: str
    place: str
    address: dict[str, Any]
    words: Optional[str] = None
    press: Optional[Press] = None
    command: Optional[str] = None
    arguments: str = ""
    unreadable: Optional[str] = None
    group: bool = False


@dataclasses.dataclass
class Doing:
    """What an update leads to.

    `messages` go to the conversation, and the last one's answer is shown: after `lead` if there is one, as a `note` to
    copy, or not at all where `instead` takes its place. `say` is said at once and kept nowhere. With `erase`, all of
    the person is forgotten before the answer is shown.
    """

    pupil: Optional[Pupil] = None
    messages: list[Waiting] = dataclasses.field(default_factory=list)
    lead: Optional[Reply] = None
    instead: Optional[Reply] = None
    note: bool = False
    say: Optional[str] = None
    erase: Optional[str] = None


def command_of(text: str) -> Optional[tuple[str, str]]:
    """The command that a text begins with, and what follows it; None if it is none of ours."""
    name, _, rest = text.strip().partition(" ")
    name = name.lower()
    known = name.startswith("/") and name[1:] in ("start", *phrases()["commands"])
    return (name[1:], rest.strip()) if known else None


@dataclasses.dataclass
class Staff:
    """Decides what updates lead to. `slots` gives what a conversation remembers, `busy` whether one is being answered.

    `messenger` is how people call the messenger, and `command` how a command is written there.
    """

    pupils: Pupils
    slots: Callable[[str], dict[str, Any]]
    busy: Callable[[str], bool]
    messenger: str
    command: str = "/{}"

    def decide(self, connection: Any, update: Update) -> Doing:
        """What an update leads to; changes of pupil, role and area are made over the connection."""
        pupil = self.pupils.enter(connection, update.person, update.place)
        if update.press:
            return self._pressed(connection, update, pupil, update.press)
        if update.command:
            return self._commanded(connection, update, pupil, update.command, update.arguments)
        return self._said(update, pupil)

    # words ------------------------------------------------------------------------------------------------------

    def _said(self, update: Update, pupil: Pupil) -> Doing:
        lead = None
        if update.unreadable:
            take = phrases()["take"]
            if not update.words:
                more = "" if update.unreadable == "edited" else f" {take['words']}"
                return Doing(pupil, instead=_smalltalk(take[update.unreadable] + more))
            lead = _smalltalk(f"{take[update.unreadable]} {take['with_words']}")
        taken = take_in(update.words, desk().known, desk().public_numbers, typed=True)
        if taken.problem:
            return Doing(pupil, instead=Reply("error", words()["manners"][taken.problem].format(limit=LIMIT)))
        return Doing(pupil, self._messages(update, pupil, taken), lead=lead)

    def _messages(self, update: Update, pupil: Pupil, taken: Inbound) -> list[Waiting]:
        """The message; before it what is known of the person, where the conversation has forgotten or never knew.

        Their role is what they said of themselves, whatever the conversation took it for from words it carried.
        """
        message = Waiting(update.id, taken.text, taken.redacted, taken.tap)
        role = self.slots(pupil.conversation).get("role")
        if role == pupil.role:
            return [message]
        return [_preset(update, dataclasses.replace(pupil, area=None) if role else pupil), message]

    def _tap(self, update: Update, pupil: Pupil, made: str) -> Doing:
        return Doing(pupil, self._messages(update, pupil, Inbound(made, tap=True)))

    # buttons ----------------------------------------------------------------------------------------------------

    def _pressed(self, connection: Any, update: Update, pupil: Pupil, press: Press) -> Doing:
        say = phrases()["press"]
        mine = self.pupils.all(connection, update.person, update.place)
        meant = next((p for p in mine if p.token == press.token), None)
        if meant is None:
            return Doing(pupil, say=say["other" if update.group else "gone"])
        if not meant.current:
            meant = self.pupils.switch(connection, update.person, update.place, meant.conversation)
        name, _, argument = press.payload.partition(" ")
        if name == PUPIL:
            return self._go(connection, update, mine, argument)
        if name == ADD:
            return self._add(connection, update, mine)
        if name == DELETE:
            return Doing(erase=update.person, instead=_smalltalk(self._fill(phrases()["delete"]["done"])))
        if name == KEEP:
            return Doing(meant, instead=_smalltalk(phrases()["delete"]["kept"]))
        taken = take_in(press.payload, desk().known)
        if not taken.tap:
            return Doing(meant, say=say["unknown"])
        if press.payload in OF_A_STEP:
            if self.busy(meant.conversation):
                return Doing(meant, say=say["busy"])
            if press.step != _step(self.slots(meant.conversation)):
                return Doing(meant, say=say["old"])
        return self._inform(connection, update, meant, taken.text)

    def _inform(self, connection: Any, update: Update, pupil: Pupil, made: str) -> Doing:
        """A button of the assistant's; role and area that are chosen so are remembered of the person."""
        doing = self._tap(update, pupil, made)
        if made.startswith("/inform"):
            chosen = json.loads(made.removeprefix("/inform"))
            known = {kind: chosen[kind] for kind in ("role", "area") if kind in chosen}
            if known:
                self.pupils.remember(connection, update.person, **known)
        return doing

    # commands ---------------------------------------------------------------------------------------------------

    def _commanded(self, connection: Any, update: Update, pupil: Pupil, command: str, rest: str) -> Doing:
        if command in TAPS:
            doing = self._tap(update, pupil, payload(TAPS[command]))
            doing.note = command == "summary"
            return doing
        act: Callable[[Any, Update, Pupil, str], Doing] = getattr(self, f"_command_{command}")
        return act(connection, update, pupil, rest)

    def _command_start(self, connection: Any, update: Update, pupil: Pupil, rest: str) -> Doing:
        """The welcome; a link may say area and role: 'staffordshire_school'."""
        known = {
            kind: part for part in rest.lower().split("_") for kind in ("role", "area") if desk().known(kind, part)
        }
        self.pupils.remember(connection, update.person, greeted=True, **known)
        pupil = self.pupils.enter(connection, update.person, update.place)
        welcome = self.welcome(pupil, update.group)
        if known and self.slots(pupil.conversation).get("role"):
            # the conversation knew another area or role: it learns the new ones before the welcome is shown
            return Doing(pupil, [_preset(update, pupil)], instead=welcome)
        return Doing(pupil, instead=welcome)

    def _command_help(self, connection: Any, update: Update, pupil: Pupil, rest: str) -> Doing:
        self.pupils.remember(connection, update.person, greeted=True)
        return Doing(pupil, instead=self.welcome(pupil, update.group))

    def _command_area(self, connection: Any, update: Update, pupil: Pupil, rest: str) -> Doing:
        return self._choose(connection, update, pupil, "area", rest)

    def _command_role(self, connection: Any, update: Update, pupil: Pupil, rest: str) -> Doing:
        return self._choose(connection, update, pupil, "role", rest)

    def _command_stage(self, connection: Any, update: Update, pupil: Pupil, rest: str) -> Doing:
        area = self.slots(pupil.conversation).get("area") or pupil.area
        if not area:
            return self._choose(connection, update, pupil, "area", "")
        if not desk().knowledge.pathway(area):
            text = phrases()["stage"]["none"].format(area=desk().knowledge.areas[area].title)
            return Doing(pupil, instead=_smalltalk(text))
        stage = desk().knowledge.stage_for_count(area, int(rest)) if rest.isdecimal() and len(rest) < 4 else None
        if stage:
            return self._tap(update, pupil, payload("inform", stage=stage.code))
        return self._choose(connection, update, pupil, "stage", rest, area)

    def _choose(
        self, connection: Any, update: Update, pupil: Pupil, kind: str, rest: str, area: Optional[str] = None
    ) -> Doing:
        """A value of role, area or stage by its name; other words are read as words, none are asked for."""
        buttons = choices(desk().knowledge, kind, area)
        named = [b for b in buttons if rest and rest.lower() in (b.title.lower(), _value(b))]
        if named:
            return self._inform(connection, update, pupil, named[0].payload)
        if rest:
            return self._said(dataclasses.replace(update, words=rest, command=None), pupil)
        question = phrases()["stage"]["ask"].format(name=name_of(pupil)) if kind == "stage" else phrases()[kind]
        status: Any = f"asks_{kind}"
        return Doing(pupil, instead=Reply(status, question, buttons=buttons))

    def _command_pupil(self, connection: Any, update: Update, pupil: Pupil, rest: str) -> Doing:
        mine = self.pupils.all(connection, update.person, update.place)
        named = rest.lower().removeprefix("pupil").strip()
        if named == "new":
            return self._add(connection, update, mine)
        if named:
            found = next((p.token for p in mine if p.letter.lower() == named), None)
            if found:
                return self._go(connection, update, mine, found)
        say = phrases()["pupil"]
        lines = [say["unknown"].format(name=say["name"].format(letter=named.upper()[:9]))] if named else []
        lines.append(say["list"])
        for each in mine:
            name = say["here"].format(name=name_of(each)) if each.current else name_of(each)
            lines.append(say["line"].format(name=name, situation=self._situation(each) or say["nothing"]))
        buttons = [Button(say["switch"].format(name=name_of(p)), f"{PUPIL} {p.token}") for p in mine if not p.current]
        buttons.append(Button(say["add"], ADD))
        return Doing(pupil, instead=Reply("smalltalk", "\n".join(lines), buttons=buttons))

    def _command_reset(self, connection: Any, update: Update, pupil: Pupil, rest: str) -> Doing:
        cleared = Waiting(update.id, payload("start_again"), [], True)
        text = self._fill(phrases()["reset"], name=name_of(pupil), context=_known(pupil))
        return Doing(pupil, [cleared], instead=_smalltalk(text))

    def _command_delete(self, connection: Any, update: Update, pupil: Pupil, rest: str) -> Doing:
        say = phrases()["delete"]
        count = self.pupils.count(connection, update.person)
        many = say["one"] if count == 1 else say["more"].format(count=count)
        buttons = [Button(say["yes"], DELETE), Button(say["no"], KEEP)]
        return Doing(pupil, instead=Reply("smalltalk", say["sure"].format(count=many), buttons=buttons))

    # pupils -----------------------------------------------------------------------------------------------------

    def _go(self, connection: Any, update: Update, mine: list[Pupil], token: str) -> Doing:
        say = phrases()["pupil"]
        meant = next((p for p in mine if p.token == token), None)
        if meant is None:
            return Doing(say=phrases()["press"]["gone"])
        pupil = self.pupils.switch(connection, update.person, update.place, meant.conversation)
        known = say["known"].format(name=name_of(pupil), situation=self._situation(pupil) or say["nothing"])
        buttons = []
        if self.slots(pupil.conversation).get("walk"):
            buttons.append(Button(words()["buttons"]["resume"], payload("resume")))
        text = f"{say['now'].format(name=name_of(pupil))}\n{known}"
        return Doing(pupil, instead=Reply("smalltalk", text, buttons=buttons))

    def _add(self, connection: Any, update: Update, mine: list[Pupil]) -> Doing:
        say = phrases()["pupil"]
        if len(mine) >= MOST:
            here = next(p for p in mine if p.current)
            return Doing(here, instead=_smalltalk(say["most"].format(most=MOST, days=keep_days())))
        pupil = self.pupils.add(connection, update.person, update.place)
        buttons = choices(desk().knowledge, "stage", pupil.area) if pupil.area else []
        return Doing(pupil, instead=Reply("smalltalk", say["new"].format(name=name_of(pupil)), buttons=buttons))

    def _situation(self, pupil: Pupil) -> str:
        known = self.slots(pupil.conversation)
        return situation(desk().knowledge, **{name: known.get(name) for name in SITUATION if name != "role"})

    # the first words --------------------------------------------------------------------------------------------

    def welcome(self, pupil: Pupil, group: bool = False) -> Reply:
        """What I am, what not to type, what can be typed; asks for the area if it is not known."""
        commands = [f"- {self.command.format(name)}: {text}" for name, text in phrases()["commands"].items()]
        blocks = [self._fill(phrases()["welcome"])]
        if group:
            blocks.append(phrases()["group"])
        blocks.append("\n".join([phrases()["commands_title"], *commands]))
        if pupil.area:
            known = self._fill(phrases()["known"], context=_known(pupil))
            return Reply("smalltalk", "\n\n".join([*blocks, f"{known}\n{phrases()['ask']}"]))
        blocks.append(phrases()["area"])
        return Reply("asks_area", "\n\n".join(blocks), buttons=choices(desk().knowledge, "area"))

    def first(self) -> Reply:
        """What goes before the first answer to someone who has not been greeted."""
        return _smalltalk(self._fill(phrases()["first"]))

    def _fill(self, text: str, **values: str) -> str:
        commands = {name: self.command.format(name) for name in phrases()["commands"]}
        return text.format(**{**commands, "messenger": self.messenger, "days": keep_days(), **values})


def name_of(pupil: Pupil) -> str:
    """'Pupil A'."""
    return str(phrases()["pupil"]["name"].format(letter=pupil.letter))


def _known(pupil: Pupil) -> str:
    return situation(desk().knowledge, role=pupil.role, area=pupil.area)


def _smalltalk(text: str) -> Reply:
    return Reply("smalltalk", text)


def _preset(update: Update, pupil: Pupil) -> Waiting:
    known = {"role": pupil.role, **({"area": pupil.area} if pupil.area else {})}
    return Waiting(f"{PRESET}-{update.id}", payload("inform", **known), [], True)


def mark(part: str, record: str) -> str:
    """What stands in a button for a step: as short as a button needs, and the same wherever the step stands."""
    return hashlib.sha256(f"{part}:{record}".encode()).hexdigest()[:6]


def _step(known: dict[str, Any]) -> Optional[str]:
    """The mark of the step at which a conversation's walk stands; None without an open walk."""
    walk = known.get("walk") or {}
    part, _, record = str(walk.get("at") or "").partition(":")
    return None if walk.get("finished") or not record else mark(part, record)


def _value(button: Button) -> str:
    """What a button sets: 'hackney' of /inform{"area":"hackney"}."""
    return str(next(iter(json.loads(button.payload.removeprefix("/inform")).values())))
