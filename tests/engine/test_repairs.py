"""What of Rasa's is replaced is what was read when it was replaced, and an answer passes through every replacement."""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from ruamel.yaml import YAML

import bot.engine
from bot.engine import repairs
from bot.engine.inprocess import InProcessActions
from bot.engine.tracker_store import TrackerStore

REPLACED = Path(__file__).parent / "replaced.yml"
WHEN_LOADED = {"__init__", "_create_tracker_store"}  # the rest is passed through by every answer


def overrides() -> Iterator[tuple[type, type, str]]:
    """Each class of ours, the class of Rasa's that it follows, and the name of a method that it replaces."""
    for found in pkgutil.iter_modules(bot.engine.__path__, "bot.engine."):
        for _, ours in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
            if ours.__module__ != found.name:
                continue
            for name in [name for name, value in vars(ours).items() if inspect.isfunction(value)]:
                theirs = [c for c in ours.__mro__[1:] if name in vars(c) and c.__module__.startswith("rasa")]
                if theirs:
                    yield ours, theirs[0], name


def everything() -> list[tuple[type, type, str]]:
    return [*overrides(), *((owner, owner, name) for owner, name, _ in repairs.REPAIRS)]


def checksum(owner: type, name: str) -> str:
    """A mark of the code of a method as its library ships it, whatever stands in its place now."""
    tree: Any = ast.parse(Path(str(inspect.getsourcefile(owner))).read_text(encoding="utf-8"))
    for part in [*owner.__qualname__.split("."), name]:
        tree = next(n for n in tree.body if getattr(n, "name", None) == part)
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest()[:16]


def test_what_is_replaced_is_what_was_read() -> None:
    shipped = {
        f"{owner.__module__}.{owner.__qualname__}.{name}": checksum(owner, name) for _, owner, name in everything()
    }
    read = YAML(typ="safe").load(REPLACED.read_text(encoding="utf-8"))
    assert shipped == read, f"Read what Rasa has there now, mend bot/engine, then put this into {REPLACED.name}"


def test_the_repairs_stand_where_rasa_looks_for_them(agent: Any) -> None:
    for owner, name, repair in repairs.REPAIRS:
        assert vars(owner)[name] is repair, f"{owner.__name__}.{name}"


def test_an_answer_passes_through_every_repair(
    agent: Any, talk: Callable[[], Callable[[str], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: set[tuple[type, str]] = set()

    def watched(ours: type, name: str) -> Any:
        repair = vars(ours)[name]
        run = repair.__func__ if isinstance(repair, staticmethod) else repair

        def watch(*args: Any, **kwargs: Any) -> Any:
            passed.add((ours, name))
            return run(*args, **kwargs)

        return staticmethod(watch) if isinstance(repair, staticmethod) else watch

    each = {(ours, name) for ours, _, name in everything() if name not in WHEN_LOADED}
    for ours, name in each:
        monkeypatch.setattr(ours, name, watched(ours, name))
        for store in (agent.tracker_store, agent.lock_store):  # a patch of it that was undone leaves the method on it
            vars(store).pop(name, None)
    person = talk()
    person("hello")
    person("what is a managed move?")
    assert each - passed == set()


def test_the_agent_has_our_stores_and_no_memory_to_fall_back_on(agent: Any) -> None:
    for part in (agent, agent.processor):
        assert isinstance(part.tracker_store, TrackerStore)
        assert isinstance(part.lock_store, repairs.LockStore)
    broken = object.__new__(TrackerStore)
    assert Agent._create_tracker_store(broken, Domain.empty()) is broken
    assert not isinstance(agent.tracker_store, FailSafeTrackerStore)


def test_what_our_own_actions_return_is_not_checked_again_and_what_others_return_is(agent: Any) -> None:
    action = RemoteAction("action_answer", agent.action_endpoint)
    assert isinstance(action.action_endpoint, InProcessActions)
    assert action._validate_action_result({"events": "none"})
    action.action_endpoint = None
    with pytest.raises(Exception, match="Failed to validate"):
        action._validate_action_result({"events": "none"})


def test_a_copy_of_a_conversation_is_like_one_replayed_and_leaves_the_first_as_it_is(agent: Any) -> None:
    events = [SessionStarted(), SlotSet("area", "hackney")]
    tracker = DialogueStateTracker.from_events("x", events, slots=agent.domain.slots, domain=agent.domain)
    double = tracker.copy()
    assert double.current_state() == tracker.current_state()
    double.update(SlotSet("area", "suffolk"))
    assert tracker.get_slot("area") == "hackney"
    assert len(tracker.events) == 2


def test_a_session_ends_after_ten_turns_and_keeps_what_is_remembered(agent: Any, say: Any, loop: Any) -> None:
    say("I am a parent in Hackney")
    for _ in range(repairs.TURNS_A_SESSION):
        say("hello")
    tracker = loop.run_until_complete(agent.tracker_store.retrieve_full_tracker(say.sender))
    assert sum(isinstance(event, SessionStarted) for event in tracker.events) == 2
    assert tracker.get_slot("area") == "hackney"
