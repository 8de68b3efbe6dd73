"""./run console: accounts of the console, and a check of its scripts."""

from __future__ import annotations

import argparse
import getpass
import logging
import sys
import time

from bot.console import scripts
from bot.console.wording import wording
from bot.people import database
from bot.people.accounts import LONGEST, SHORTEST, Accounts, Refused
from knowledge import place, store


def main(arguments: list[str]) -> int:
    """Run one command; 0 only if it did what it says."""
    parser = argparse.ArgumentParser(prog="./run console", description="Accounts and scripts of the helpline console.")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="make an account; the password is asked for")
    add.add_argument("name")
    add.add_argument(
        "--supervisor", action="store_true", help="sees the scripts' faults, the numbers and all open calls"
    )
    add.add_argument("--safeguarding", action="store_true", help="may read all safeguarding records")
    for name, what in (
        ("password", "give an account another password and end its sign-ins"),
        ("unlock", "let an account try again that is locked after wrong passwords"),
        ("remove", "shut an account"),
    ):
        commands.add_parser(name, help=what).add_argument("name")
    commands.add_parser("list", help="show the accounts")
    commands.add_parser("check", help="say everything that is wrong in the scripts")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    try:
        return _check() if options.command == "check" else _account(options)
    except (database.Unusable, store.NotBuilt) as error:
        print(error, file=sys.stderr)
        return 1


def _account(options: argparse.Namespace) -> int:
    said = wording()["command"]
    accounts = Accounts(database.engine())
    if options.command == "list":
        return _list(accounts)
    if options.command != "add" and accounts.named(options.name) is None:
        print(said["unknown"].format(name=options.name), file=sys.stderr)
        return 1
    try:
        if options.command == "add":
            if accounts.named(options.name):
                raise Refused("taken")
            role = "supervisor" if options.supervisor else "adviser"
            made = accounts.add(options.name, _password(), role, options.safeguarding)
            print(said["added"].format(name=made.name, role=role))
        elif options.command == "password":
            accounts.change_password(options.name, _password())
            print(said["changed"].format(name=options.name))
        elif options.command == "unlock":
            accounts.unlock(options.name)
            print(said["unlocked"].format(name=options.name))
        else:
            accounts.remove(options.name)
            print(said["removed"].format(name=options.name))
    except Refused as refused:
        text = said["refused"].get(refused.phrase) or said[refused.phrase]
        print(text.format(shortest=SHORTEST, longest=LONGEST), file=sys.stderr)
        return 1
    return 0


def _password() -> str:
    """A password, typed twice at the terminal; raises Refused."""
    said = wording()["command"]
    if not sys.stdin.isatty():
        raise Refused("no_terminal")
    first = getpass.getpass(said["password"].format(shortest=SHORTEST))
    if getpass.getpass(said["repeat"]) != first:
        raise Refused("different")
    return first


def _list(accounts: Accounts) -> int:
    said, roles = wording()["command"], wording()["supervisor"]
    for account in accounts.all():
        marks = [roles["roles"][account.role]]
        marks += [roles["lead"]] if account.safeguarding else []
        marks += [roles["locked"]] if account.locked_until > time.time() else []
        print(f"{account.name}: {', '.join(marks)}")
    if not accounts.all():
        print(said["none"])
    return 0


def _check() -> int:
    said = wording()["command"]
    faults = scripts.check(store.load(place.knowledge_url()))
    for fault in faults:
        print(fault)
    print(said["faults"].format(n=len(faults)) if faults else said["in_order"])
    return 1 if faults else 0
