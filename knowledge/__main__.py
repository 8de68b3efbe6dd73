"""python -m knowledge check | build | show ID | new KIND ID"""

from __future__ import annotations

import argparse
import sys
from typing import Any, get_args

from knowledge import check as checks
from knowledge import clock, minilm, place, read, schema, store
from knowledge.situation import Situation, fact, facts

FOLD = "------------------------------ behind 'More'"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 only if all is well."""
    parser = argparse.ArgumentParser(prog="python -m knowledge", description="Check, build and look at the content.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="say everything that is wrong in the content, and what it covers")
    check.add_argument("--release", action="store_true", help="also say what a person must do before a launch")
    commands.add_parser("build", help="make the knowledge database from the content")
    show = commands.add_parser("show", help="print what somebody reads of a guide, or of one record")
    show.add_argument("id", help="of a guide or a record; `law/ID` where a guide has the same id")
    show.add_argument("--as", "--role", dest="role", choices=get_args(schema.Role), help="who reads it")
    show.add_argument("--with", dest="case", default="", help="what is known: decision=threatened,ehc_plan=yes")
    show.add_argument("--in", dest="area", help="the area of the school, such as hackney")
    new = commands.add_parser("new", help="start a new entry from a template")
    new.add_argument("kind", choices=sorted(schema.KINDS))
    new.add_argument("id")
    options = parser.parse_args(arguments)
    return {"check": _check, "build": _build, "show": _show, "new": _new}[options.command](options)


def _check(options: argparse.Namespace) -> int:
    faults = checks.check(place.content())
    for fault in faults:
        print(fault)
    errors = sum(not f.warning for f in faults)
    for document, (have, total) in checks.coverage(place.content()).items():
        print(f"{document}: {have} of {total} items covered")
    if options.release:
        todo = checks.release(place.content()) + checks.untranslated(place.languages())
        todo += checks.unreviewed_words(place.danger_words())
        for line in todo:
            print(f"[BEFORE LAUNCH] {line}")
        print(f"{len(todo)} things to do before a launch." if todo else "Ready for a launch.")
        return 1 if todo else 0
    print(f"{errors} faults." if errors else "The content is in order.")
    return 1 if errors else 0


def _build(options: argparse.Namespace) -> int:
    try:
        changed = store.build(place.knowledge_url(), minilm.encoder(place.home()), place.content())
    except (store.BrokenContent, minilm.WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    print("The knowledge base is built." if changed else "The knowledge base is up to date.")
    return 0


def _show(options: argparse.Namespace) -> int:
    from knowledge import render

    try:
        knowledge = store.load(place.knowledge_url())
    except store.NotBuilt as error:
        print(error, file=sys.stderr)
        return 1
    kind, _, name = options.id.rpartition("/")
    if kind in ("", "guides") and name in knowledge.guides:
        return _show_guide(knowledge, name, options)
    if name not in knowledge.records:
        print(f"There is no guide and no record `{options.id}`.", file=sys.stderr)
        return 1
    shown = render.answer(knowledge, [name], options.role)
    print(shown.text)
    for source in shown.sources:
        print("Source:", render.source_line(source))
    for contact in shown.contacts:
        print("Contact:", render.contact_line(contact))
    return 0


def _show_guide(knowledge: store.Knowledge, name: str, options: argparse.Namespace) -> int:
    from knowledge import blocks
    from knowledge.compose import compose

    try:
        case = Situation.of(_case(options.case))
    except ValueError as error:
        print(f"--with: {error}", file=sys.stderr)
        return 1
    if options.area and options.area not in knowledge.areas:
        print(f"There is no area `{options.area}`.", file=sys.stderr)
        return 1
    shown = compose(knowledge, [name], case, options.role, options.area)
    if not shown.blocks:
        print(f"`{name}` is for people of {knowledge.guides[name].area}. Add `--in {knowledge.guides[name].area}`.")
        return 1
    print(blocks.as_text(shown.blocks, folded=False))
    print("\n" + FOLD + "\n")
    print(blocks.as_text(shown.blocks, folded=True))
    print("\nNext:", ", ".join(knowledge.guides[guide].title for guide in shown.next))
    if shown.missing:
        print("Worth asking:", facts()[shown.missing].question)
    return 0


def _case(written: str) -> dict[str, Any]:
    """`decision=threatened,reason=weapon|bullying` as facts and values."""
    case: dict[str, Any] = {}
    for pair in filter(None, (part.strip() for part in written.split(","))):
        name, sign, value = pair.partition("=")
        if not sign:
            raise ValueError(f"`{pair}` is no fact with a value. Write it as `decision=threatened`.")
        case[name.strip()] = value.split("|") if fact(name.strip()).type == "choices" else value.strip()
    return case


def _new(options: argparse.Namespace) -> int:
    path = place.content() / options.kind / f"{options.id}.yml"
    if path.exists():
        print(f"{path.name} exists already. Choose another name.", file=sys.stderr)
        return 1
    lines = [f"id: {options.id}"]
    for name, field in schema.KINDS[options.kind].__fields__.items():
        if name == "id" or not (field.required or name in ("aliases", "examples", "cites")):
            continue
        if name == "reviewed_on":
            lines.append(f"reviewed_on: {clock.today()}")
        else:
            lines.append(f"{field.alias}: []" if name in ("aliases", "examples", "cites") else f"{field.alias}:")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"Fill in {read._name(path, place.content())}, then run: python -m knowledge check")
    return 0


if __name__ == "__main__":
    sys.exit(main())
