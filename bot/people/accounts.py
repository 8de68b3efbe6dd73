"""Accounts of the helpline's console, and who is signed in."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import time
from typing import Any, Optional

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.people.tables import Account as AccountRow
from bot.people.tables import Call, Concern, SignIn

ROLES = ("adviser", "supervisor")
SHORTEST = 12  # characters of a password
LONGEST = 200
TRIES = 5  # wrong passwords in a row before an account is locked
LOCKED = 15 * 60.0  # seconds
IDLE = 30 * 60.0  # seconds without a sign of life after which a sign-in ends
LASTS = 12 * 3600.0  # seconds after which it ends anyway
STEP = 20.0  # seconds that may pass before a sign of life is written down again
_ACCOUNTS, _SIGNINS = AccountRow.__table__, SignIn.__table__
_hasher = PasswordHasher()
# somebody who has no account waits as long for an answer as somebody who has one
_NOBODY = _hasher.hash(secrets.token_hex(16))


class Refused(ValueError):
    """An account cannot be made or changed; `phrase` names the sentence that says why."""

    def __init__(self, phrase: str) -> None:
        super().__init__(phrase)
        self.phrase = phrase


@dataclasses.dataclass(frozen=True)
class Account:
    """Who may use the console, and for what."""

    id: int
    name: str
    role: str
    safeguarding: bool
    active: bool
    locked_until: float


class Accounts:
    """The store of accounts."""

    name = "accounts"

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._strangers: dict[str, tuple[int, float]] = {}  # names without an account: failures, locked until

    def add(self, name: str, password: str, role: str = "adviser", safeguarding: bool = False) -> Account:
        """Make an account, or one anew that was removed; raises Refused."""
        name = _plain(name)
        if not name or len(name) > 64:
            raise Refused("name")
        _check(name, password)
        row = {
            **{"name": name, "password": _hasher.hash(password), "role": role, "safeguarding": safeguarding},
            **{"active": True, "failures": 0, "locked_until": 0.0, "created": time.time()},
        }
        with self._engine.begin() as connection:
            known = connection.execute(sa.select(_ACCOUNTS).where(_ACCOUNTS.c.name == name)).mappings().first()
            if known and known["active"]:
                raise Refused("taken")
            if known:
                connection.execute(sa.update(_ACCOUNTS).where(_ACCOUNTS.c.name == name).values(**row))
            else:
                connection.execute(sa.insert(_ACCOUNTS), row)
        made = self.named(name)
        assert made
        return made

    def change_password(self, name: str, password: str) -> bool:
        """Give an account another password, unlock it and end its sign-ins; False where there is none."""
        _check(_plain(name), password)
        return self._change(name, password=_hasher.hash(password), failures=0, locked_until=0.0)

    def unlock(self, name: str) -> bool:
        """Let an account try again at once; False where there is none."""
        return self._change(name, failures=0, locked_until=0.0, end=False)

    def remove(self, name: str) -> bool:
        """Shut an account and end its sign-ins. Its name stays as long as there are calls of it."""
        return self._change(name, active=False)

    def _change(self, name: str, end: bool = True, **values: Any) -> bool:
        who = self.named(name)
        if who is None:
            return False
        with self._engine.begin() as connection:
            connection.execute(sa.update(_ACCOUNTS).where(_ACCOUNTS.c.id == who.id).values(**values))
            if end:
                connection.execute(sa.delete(_SIGNINS).where(_SIGNINS.c.account == who.id))
        return True

    def named(self, name: str) -> Optional[Account]:
        """The account of this name, if it may be used."""
        return self._one(_ACCOUNTS.c.name == _plain(name), _ACCOUNTS.c.active)

    def all(self) -> list[Account]:
        """Every account that may be used, by name."""
        query = sa.select(_ACCOUNTS).where(_ACCOUNTS.c.active).order_by(_ACCOUNTS.c.name)
        with self._engine.connect() as connection:
            return [_account(row) for row in connection.execute(query).mappings()]

    def names(self) -> dict[int, str]:
        """The names of all accounts, removed ones too."""
        with self._engine.connect() as connection:
            return {row.id: row.name for row in connection.execute(sa.select(_ACCOUNTS.c.id, _ACCOUNTS.c.name))}

    def _one(self, *where: Any) -> Optional[Account]:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_ACCOUNTS).where(*where)).mappings().first()
        return _account(row) if row else None

    def check(self, name: str, password: str, now: Optional[float] = None) -> tuple[Optional[Account], float]:
        """The account that a name and a password open, or None; and until when the name is locked.

        A name without an account is answered and locked like one that has one.
        """
        at = time.time() if now is None else now
        name = _plain(name)[:64]
        with self._engine.connect() as connection:
            query = sa.select(_ACCOUNTS).where(_ACCOUNTS.c.name == name, _ACCOUNTS.c.active)
            row = connection.execute(query).mappings().first()
        failures, locked = (row["failures"], row["locked_until"]) if row else self._strangers.get(name, (0, 0.0))
        if locked > at:
            return None, float(locked)
        right = _is(row["password"] if row else _NOBODY, password) and row is not None
        failures = 0 if right else failures + 1
        locked = at + LOCKED if failures >= TRIES else 0.0
        self._count(row, name, 0 if locked else failures, locked)
        if not right or row is None:
            return None, locked
        if _hasher.check_needs_rehash(row["password"]):
            self._set(row["id"], password=_hasher.hash(password))
        return _account(row), 0.0

    def _count(self, row: Any, name: str, failures: int, locked: float) -> None:
        if row is not None:
            if (row["failures"], row["locked_until"]) != (failures, locked):
                self._set(row["id"], failures=failures, locked_until=locked)
            return
        if len(self._strangers) > 10_000:
            self._strangers.clear()
        self._strangers[name] = (failures, locked)

    def _set(self, account: int, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.update(_ACCOUNTS).where(_ACCOUNTS.c.id == account).values(**values))

    def erase(self, conversation: str) -> int:
        """Nothing: accounts belong to no conversation."""
        return 0

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """Nothing: accounts belong to no conversation."""
        return []

    def expire(self, now: float) -> int:
        """Delete removed accounts that no call and no safeguarding record names any more; how many."""
        used = sa.union(sa.select(Call.__table__.c.account), sa.select(Concern.__table__.c.account))
        old = sa.delete(_ACCOUNTS).where(_ACCOUNTS.c.active.is_(False), _ACCOUNTS.c.id.not_in(used))
        with self._engine.begin() as connection:
            return int(connection.execute(old).rowcount)


class SignIns:
    """The store of sign-ins."""

    name = "signins"

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._accounts = Accounts(engine)

    def begin(self, account: Account, now: Optional[float] = None) -> str:
        """A new sign-in; its key, which only the browser holds."""
        key, at = secrets.token_urlsafe(32), time.time() if now is None else now
        with self._engine.begin() as connection:
            row = {"key": _hashed(key), "account": account.id, "created": at, "seen": at}
            connection.execute(sa.insert(_SIGNINS), row)
        return key

    def read(self, key: str, now: Optional[float] = None) -> tuple[Optional[Account], float]:
        """Whose sign-in it is and the seconds it has left; None once it has ended."""
        at = time.time() if now is None else now
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_SIGNINS).where(_SIGNINS.c.key == _hashed(key))).mappings().first()
        left = min(row["seen"] + IDLE, row["created"] + LASTS) - at if row else 0.0
        if row is None or left <= 0:
            return None, 0.0
        return self._accounts._one(_ACCOUNTS.c.id == row["account"], _ACCOUNTS.c.active), left

    def touch(self, key: str, now: Optional[float] = None) -> None:
        """A sign of life."""
        at = time.time() if now is None else now
        seen = sa.update(_SIGNINS).where(_SIGNINS.c.key == _hashed(key), _SIGNINS.c.seen < at - STEP)
        with self._engine.begin() as connection:
            connection.execute(seen.values(seen=at))

    def end(self, key: str) -> None:
        """Sign out."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_SIGNINS).where(_SIGNINS.c.key == _hashed(key)))

    def erase(self, conversation: str) -> int:
        """Nothing: sign-ins belong to no conversation."""
        return 0

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """Nothing: sign-ins belong to no conversation."""
        return []

    def expire(self, now: float) -> int:
        """Delete sign-ins that have ended; how many."""
        old = sa.or_(_SIGNINS.c.seen < now - IDLE, _SIGNINS.c.created < now - LASTS)
        with self._engine.begin() as connection:
            return int(connection.execute(sa.delete(_SIGNINS).where(old)).rowcount)


def _account(row: Any) -> Account:
    return Account(**{field.name: row[field.name] for field in dataclasses.fields(Account)})


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _check(name: str, password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused("password")
    if name and name in password.lower():
        raise Refused("password_is_name")
    if len(set(password)) < 5:
        raise Refused("password_simple")


def _is(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
