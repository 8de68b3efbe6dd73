"""How often it is right, beside plain search: ./run eval [tune|report] [--quiet|--parts|--danger [--learn]|--needs]."""

from __future__ import annotations

import argparse
import asyncio
import fnmatch
import os
import sys
import tempfile
from collections import Counter, defaultdict
from typing import Any

from bot.engine import model
from bot.engine.agent import load_agent, quiet
from bot.nlu.learn import __main__ as learn
from knowledge.desk import desk
from tests.eval import baselines, danger, measure, personal
from tests.eval.danger import share

HALVES = ("tune", "report")


def main() -> int:
    """Print the figures of the halves asked for."""
    parser = argparse.ArgumentParser(prog="./run eval", description=__doc__)
    parser.add_argument("half", nargs="?", choices=HALVES, help="one half only; tune on 'tune', never on 'report'")
    parser.add_argument("--quiet", action="store_true", help="leave out the list of what went wrong")
    parser.add_argument("--parts", action="store_true", help="our search with each of its parts left out, too")
    parser.add_argument("--danger", action="store_true", help="only how danger is seen, and where there is none")
    parser.add_argument(
        "--learn", action="store_true", help="with --danger: learn anew when clauses are a page together"
    )
    parser.add_argument("--needs", action="store_true", help="only what messages need, by writers not learnt from")
    options = parser.parse_args()
    quiet()
    if options.danger and options.learn:
        danger.learn()
        return 0
    if options.needs:
        learn.figures()
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TRACKER_URL"] = f"sqlite:///{folder}/eval.db"
        asyncio.run(_measure(options))
    return 0


async def _measure(options: argparse.Namespace) -> None:
    agent = await load_agent(str(model.path()))
    for half in [options.half] if options.half else HALVES:
        if options.danger:
            await _danger(agent, half, options.quiet)
            continue
        outcomes = await measure.run(agent, half)
        print(f"\n=== Questions, half '{half}' ({len(outcomes)})")
        _table(outcomes)
        _grave(outcomes)
        _baselines(outcomes, options.parts)
        if not options.quiet:
            for o in outcomes:
                if o.wrong:
                    print(f"  {o.case['id']} {o.case['say'][-1]!r}: {'; '.join(o.wrong)}")
        await _danger(agent, half, options.quiet)
        personal.report(half, options.quiet)


async def _danger(agent: Any, half: str, quiet: bool) -> None:
    for name in danger.HALVES[half]:
        await danger.measure(agent, name, quiet)


def _table(outcomes: list[measure.Outcome]) -> None:
    print(f"right: {share(sum(o.right for o in outcomes), len(outcomes))}")
    strays = [(o, found) for o in outcomes if (found := measure.wrong_area(o))]
    replies = sum(len(each) for o in outcomes for each in o.replies)
    print(
        f"cases shown another council's record: {len(strays)} of {len(outcomes)} ({replies} replies with their buttons)"
    )
    for o, found in strays:
        print(f"  {o.case['id']} {o.case['say']!r}: {', '.join(sorted(found))}")
    scope = [o for o in outcomes if o.case["kind"] == "out-of-scope"]
    inside = [o for o in outcomes if o.case["kind"] not in ("out-of-scope", "not-covered", "smalltalk")]
    declined = ("out_of_scope", "not_covered", "offers_person")
    print(f"out of scope declined: {share(sum(_status(o) in declined for o in scope), len(scope))}")
    print(f"in scope declined: {share(sum(_status(o) in declined and not o.right for o in inside), len(inside))}")
    for group in ("kind", "role"):
        right: Counter[str] = Counter()
        total: Counter[str] = Counter()
        for o in outcomes:
            name = o.case[group] or "unknown"
            total[name] += 1
            right[name] += o.right
        print(f"by {group}: " + ", ".join(f"{name} {right[name]}/{total[name]}" for name in sorted(total)))


def _grave(outcomes: list[measure.Outcome]) -> None:
    """Where a wrong answer does harm: what was answered, and answered from a record that is not the right one."""
    for name, belongs in measure.GRAVE.items():
        group = [o for o in outcomes if belongs(o.case)]
        answered = [o for o in group if _status(o) in ("answered", "walkthrough_step")]
        wrong = sum(not o.right for o in answered)
        print(f"{name}: {len(group)} asked, {len(answered)} answered, {wrong} of these wrongly")


def _status(outcome: measure.Outcome) -> str:
    return str(outcome.reply["custom"]["status"])


def _baselines(outcomes: list[measure.Outcome], parts: bool) -> None:
    """The share of questions with an expected record whose first (or first three) records are right."""
    knowledge = desk().knowledge
    asked = [o for o in outcomes if o.case["expect"].get("cites") and len(o.case["say"]) == 1]
    good: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def fits(o: measure.Outcome, record: str) -> bool:
        have = measure.rests_on(knowledge.records[record])
        return any(fnmatch.fnmatch(item, p) for p in o.case["expect"]["cites"] for item in have)

    ranks = baselines.every(knowledge) | (baselines.parts(desk()) if parts else {})
    for name, rank in ranks.items():
        for o in asked:
            found = rank(o.case["say"][0])
            good[name][0] += fits(o, found[0])
            good[name][1] += any(fits(o, r) for r in found)
    for o in asked:
        found = [r for r in o.reply["custom"]["records"] if r in knowledge.records]
        hit = any(fits(o, r) for r in found) and _status(o) in ("answered", "walkthrough_step")
        good["the assistant's answer"][0] += hit
        good["the assistant's answer"][1] += hit
    print(f"the right record among {len(asked)} questions that name one (first; first three):")
    for name, (first, three) in good.items():
        print(f"  {name:24} {first / len(asked):.0%}  {three / len(asked):.0%}")


if __name__ == "__main__":
    sys.exit(main())
