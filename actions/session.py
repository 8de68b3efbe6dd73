"""Starting a session: the situation and the walk go on; the words of the old session do not."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import SLOTS


class ActionSessionStart(Action):
    """Carries only the slots' current values over, so that long conversations stay quick."""

    def name(self) -> Text:
        return "action_session_start"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[Text, Any]) -> List[Dict]:
        kept = [SlotSet(s, tracker.get_slot(s)) for s in SLOTS if tracker.get_slot(s) is not None]
        return [SessionStarted(), *kept, ActionExecuted("action_listen")]
