"""What every route of the console works with: the stores, the assistant, the scripts, and who is signed in."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Callable, Optional, TypeVar

from flask import abort, current_app, request
from flask_login import UserMixin, current_user

from bot.console import scripts as scripting
from bot.console.assistant import Assistant
from bot.people.accounts import Account, Accounts, SignIns
from bot.people.callbacks import CallBacks
from bot.people.calls import Calls
from bot.people.concerns import Concerns
from bot.people.handovers import Handovers
from knowledge.desk import Desk, desk
from knowledge.words import visible

Route = TypeVar("Route", bound=Callable[..., Any])


@dataclasses.dataclass
class Console:
    """The stores and the assistant of one console."""

    assistant: Assistant
    accounts: Accounts
    signins: SignIns
    calls: Calls
    callbacks: CallBacks
    concerns: Concerns
    handovers: Handovers

    @classmethod
    def over(cls, people: Any, assistant: Assistant) -> "Console":
        """The console over the people's database."""
        return cls(
            assistant,
            Accounts(people),
            SignIns(people),
            Calls(people),
            CallBacks(people),
            Concerns(people),
            Handovers(people),
        )

    @property
    def desk(self) -> Desk:
        return desk()

    @property
    def scripts(self) -> scripting.Scripts:
        """The scripts as they are now."""
        return scripting.load(self.desk.knowledge)[0]


class User(UserMixin):
    """Who is signed in. The cookie holds the sign-in's key and nothing of the account."""

    def __init__(self, account: Account, key: str) -> None:
        self.account, self.key = account, key

    def get_id(self) -> str:
        return self.key

    @property
    def name(self) -> str:
        return self.account.name

    def may(self, what: str) -> bool:
        """Whether the account is of this role, or may read safeguarding records."""
        return self.account.safeguarding if what == "safeguarding" else self.account.role == what


def console() -> Console:
    """The console that answers this request."""
    found: Console = current_app.extensions["console"]
    return found


def me() -> int:
    """The account that is signed in."""
    return int(current_user.account.id)


def only(what: str) -> Callable[[Route], Route]:
    """A route for supervisors, or for those who may read safeguarding records, alone."""

    def wrap(route: Route) -> Route:
        @functools.wraps(route)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.may(what):
                abort(403)
            return route(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return wrap


def sent() -> dict[str, Any]:
    """What a page's script sent, its texts as people see them; 400 where that is no JSON object."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400)
    return dict(_seen(body))


def typed(field: str, most: int) -> str:
    """What was typed into a form's field, as people see it, and no longer than `most` characters."""
    return visible(request.form.get(field) or "").strip()[:most]


def _seen(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {name: _seen(each) for name, each in value.items()}
    return [_seen(each) for each in value] if isinstance(value, list) else value


def call_or_404(reference: str) -> dict[str, Any]:
    """The call of this reference."""
    call: Optional[dict[str, Any]] = console().calls.get(reference)
    if call is None:
        abort(404)
    return call
