"""Custom actions in the server's own process: an action endpoint that calls them instead of posting to them."""

from __future__ import annotations

import json
from typing import Any, Optional, Text

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException


class InProcessActions(EndpointConfig):
    """Runs the actions of a package."""

    def __init__(self, package: Text) -> None:
        super().__init__(url="inprocess://actions", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(
        self,
        method: Text = "post",
        subpath: Optional[Text] = None,
        content_type: Optional[Text] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Optional[Any]:
        """Run the action that the call names; the errors are those of a remote action server."""
        try:
            return await self._executor.run(kwargs["json"])
        except ActionExecutionRejection as e:
            raise ClientResponseError(400, "rejected", _error(e.message, e.action_name)) from e
        except ActionNotFoundException as e:
            raise ClientResponseError(404, "not found", _error(e.message, e.action_name)) from e


def _error(message: str, action: str) -> str:
    return json.dumps({"error": message, "action_name": action})
