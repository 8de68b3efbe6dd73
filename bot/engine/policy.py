"""Rasa's RulePolicy, looking at the last turn only.

Our rules are one intent and one action, so nothing before the last message can matter; Rasa would compute the states
of the whole conversation three times for every message.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Set, Text, Tuple

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class TurnRulePolicy(RulePolicy):
    """The rules of data/stories, at a cost that does not grow with the conversation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._applicable: Dict[Tuple[int, Text], Set[Text]] = {}

    def _get_possible_keys(self, lookup: Dict[Text, Text], states: List[State]) -> Set[Text]:
        """The rules that fit. What is said and known does not enter our states, so there are few: kept once found."""
        key = (id(lookup), json.dumps(states, sort_keys=True, default=str))
        if key not in self._applicable:
            self._applicable[key] = super()._get_possible_keys(lookup, states)
        return self._applicable[key]

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> Tuple[Optional[Text], Optional[Text], bool]:
        if use_text_for_last_user_input:  # no rule of ours names a message's words
            return None, None, False
        found: Tuple[Optional[Text], Optional[Text], bool] = super()._find_action_from_rules(tracker, domain, False)
        return found

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: Optional[Dict[Text, Any]] = None,
    ) -> List[State]:
        turn = last_turn(tracker, domain)
        states: List[State] = super()._prediction_states(turn, domain, use_text_for_last_user_input, rule_only_data)
        return states


def last_turn(tracker: DialogueStateTracker, domain: Domain) -> DialogueStateTracker:
    """The conversation from the listening before its last message; the whole where there is no such place."""
    events = list(tracker.events)
    said = next((i for i in range(len(events) - 1, -1, -1) if isinstance(events[i], UserUttered)), None)
    if said is None:
        return tracker
    for start in range(said, -1, -1):
        event = events[start]
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME:
            return DialogueStateTracker.from_events(
                tracker.sender_id, events[start:], slots=domain.slots, domain=domain
            )
    return tracker
