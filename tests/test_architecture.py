"""The house: imports run one way, every X has a Y, and the files agree with each other."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, Iterator

import pytest
from rasa_sdk.executor import ActionExecutor
from ruamel.yaml import YAML

from bot.inbound import PAYLOAD_BYTES, TAPS, payload
from bot.nlu.crisis import KINDS
from bot.replies import STATUSES
from knowledge import schema
from knowledge.render import words
from knowledge.store import Knowledge
from tests.conftest import ROOT

# what a part may import of ours; `replies` and `inbound` know no Rasa
MAY_IMPORT = {
    "knowledge": {"knowledge"},
    "bot/replies.py": {"knowledge"},
    "bot/inbound.py": {"bot.privacy", "knowledge"},
    "bot/settings.py": {"knowledge.settings"},
    "bot/privacy.py": {"bot.details", "bot.settings", "knowledge"},
    "bot/details": {"bot.details", "knowledge"},
    "bot/choices.py": {"bot.replies", "bot.inbound", "knowledge"},
    "bot/dialogue": {"bot.dialogue", "knowledge"},
    "actions": {
        "actions",
        "bot.dialogue",
        "bot.choices",
        "bot.replies",
        "bot.inbound",
        "bot.nlu.understanding",
        "bot.privacy",
        "knowledge",
    },
    "bot/engine": {
        "bot.engine",
        "bot.channels.failure",
        "bot.nlu",
        "bot.privacy",
        "bot.settings",
        "bot.sqlite",
        "knowledge",
    },
    "bot/nlu": {"bot.nlu", "knowledge"},
    "bot/people": {"bot.people", "bot.privacy", "bot.settings", "bot.sqlite", "knowledge"},
    "bot/widget": {"bot.widget", "knowledge"},
    "bot/console": {
        "bot.console",
        "bot.people",
        "bot.channels.limits",
        "bot.replies",
        "bot.inbound",
        "bot.privacy",
        "bot.settings",
        "knowledge",
    },
    "bot/channels": {
        "bot.channels",
        "bot.people",
        "bot.widget",
        "bot.engine.tracker_store",
        "bot.choices",
        "bot.replies",
        "bot.inbound",
        "bot.privacy",
        "bot.settings",
        "bot.sqlite",
        "knowledge",
    },
}
# the modules of actions/ in the order of their imports: each may import those before it
ORDER = (
    "turn",
    "find",
    "need",
    "ask",
    "tell",
    "follow",
    "contacts",
    "rights",
    "choose",
    "pathway",
    "steps",
    "walk",
    "answer",
    "told",
    "aside",
    "guard",
    "questions",
    "acts",
    "manners",
    "crisis",
    "session",
)
NO_RASA = (
    "knowledge",
    "bot/dialogue",
    "bot/replies.py",
    "bot/inbound.py",
    "bot/settings.py",
    "bot/choices.py",
    "bot/privacy.py",
    "bot/details",
    "bot/people",
    "bot/widget",
    "bot/console",
)
KNOW_RASA = ("bot/engine", "bot/nlu", "bot/channels")
OURS = ("knowledge", "actions", "bot", "tests")


def modules(part: str) -> list[Path]:
    path = ROOT / part
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("part", list(MAY_IMPORT))
def test_imports_run_one_way(part: str) -> None:
    for path in modules(part):
        for name in imports(path):
            if name.split(".")[0] in OURS:
                allowed = any(name == a or name.startswith(a + ".") for a in MAY_IMPORT[part])
                assert allowed, f"{path.relative_to(ROOT)} must not import {name}"


def test_every_action_module_imports_only_those_before_it() -> None:
    every = [p for p in modules("actions") if p.stem != "__init__"]
    assert {p.stem for p in every} == set(ORDER)
    for path in every:
        before = ORDER[: ORDER.index(path.stem)]
        for name in imports(path):
            if name.startswith("actions."):
                assert name.split(".")[1] in before, f"{path.name} must not import {name}"


def test_no_action_module_imports_inside_a_function() -> None:
    for path in modules("actions"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = [n.lineno for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom)) and n.col_offset]
        assert not inside, f"{path.name}: {inside}"


@pytest.mark.parametrize("part", NO_RASA)
def test_the_facts_and_the_replies_know_no_rasa(part: str) -> None:
    for path in modules(part):
        found = [n for n in imports(path) if n.split(".")[0] in ("rasa", "rasa_sdk", "sanic", "telegram")]
        assert not found, f"{path.relative_to(ROOT)} imports {found}"


def test_of_the_bot_only_the_engine_the_components_and_the_channels_know_rasa() -> None:
    may = {path for part in KNOW_RASA for path in modules(part)}
    for path in set(modules("bot")) - may:
        others = [n for n in imports(path) if n.split(".")[0] in ("rasa", "rasa_sdk")]
        assert not others, f"{path.relative_to(ROOT)} imports {others}"


READS_THE_ENVIRONMENT = ROOT / "knowledge/settings.py"


@pytest.mark.parametrize("part", ["knowledge", "actions", "bot"])
def test_one_module_reads_the_environment(part: str) -> None:
    for path in set(modules(part)) - {READS_THE_ENVIRONMENT}:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} | {
            i.split(".")[-1] for i in imports(path)
        }
        asked = names & {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
        assert not asked, f"{path.relative_to(ROOT)} uses {asked}: give bot/settings.py a setting"


CLOCK = ROOT / "knowledge/clock.py"
# what asks the machine for the day or the hour, or shows a moment in the machine's zone
OF_THE_MACHINE = {
    *("date.today", "datetime.today", "datetime.now", "datetime.utcnow"),
    *("date.fromtimestamp", "datetime.fromtimestamp", "datetime.utcfromtimestamp"),
    *("time.localtime", "time.gmtime", "time.ctime", "time.asctime", "time.strftime", "time.mktime"),
}


@pytest.mark.parametrize("part", ["knowledge", "actions", "bot"])
def test_the_day_and_the_hour_come_from_one_clock(part: str) -> None:
    for path in modules(part):
        if path == CLOCK:
            continue
        asked = [ast.unparse(n.func) for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        found = [name for name in asked if ".".join(name.split(".")[-2:]) in OF_THE_MACHINE]
        assert not found, f"{path.relative_to(ROOT)} asks {found}: use knowledge.clock, which is British time"


def domain() -> dict[str, Any]:
    return dict(YAML(typ="safe").load((ROOT / "domain.yml").read_text()))


def intents() -> set[str]:
    return {next(iter(i)) if isinstance(i, dict) else i for i in domain()["intents"]}


def training() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in (ROOT / "data" / "nlu").glob("*.yml"):
        for block in YAML(typ="safe").load(path.read_text())["nlu"]:
            lines = [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]
            found.setdefault(block["intent"], []).extend(lines)
    return found


def rules() -> dict[str, str]:
    loaded = YAML(typ="safe").load((ROOT / "data/stories/rules.yml").read_text())["rules"]
    return {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in loaded}


BY_BUTTON_ALONE = {"show", "none_of_these", "danger", "not_meant", "answer_too"}
SET_BY_THE_PIPELINE = {"crisis", "nlu_fallback"}


def test_every_intent_has_examples() -> None:
    have = training()
    for intent in intents() - BY_BUTTON_ALONE - SET_BY_THE_PIPELINE:
        assert len(have.get(intent, [])) >= 20, intent
    assert set(have) <= intents()


def test_no_phrase_stands_in_two_intents() -> None:
    owner: dict[str, str] = {}
    for intent, phrases in training().items():
        for phrase in phrases:
            key = re.sub(r"\W+", " ", phrase.lower()).strip() or phrase
            assert owner.setdefault(key, intent) == intent, phrase


def test_every_intent_that_can_reach_a_policy_has_a_rule() -> None:
    never = {i for i in intents() if i.startswith("crisis_")}
    assert set(rules()) == intents() - never | {"nlu_fallback"}


def test_every_action_of_the_domain_exists_and_every_action_is_in_the_domain() -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    assert set(executor.actions) == set(domain()["actions"])
    assert set(rules().values()) | {"action_session_start"} == set(domain()["actions"])


def test_every_training_class_of_the_crisis_detector_has_a_record(knowledge: Knowledge) -> None:
    assert {i for i in intents() if i.startswith("crisis_")} == {*KINDS, "crisis_unclear"}
    assert set(KINDS.values()) | {"allegation-against-head", "unsure"} == set(knowledge.safeguarding)


def test_every_reply_status_occurs_in_a_test() -> None:
    text = "\n".join(p.read_text() for p in [*(ROOT / "tests").rglob("*.py"), *(ROOT / "tests/cases").glob("*.yml")])
    text = text.replace((ROOT / "tests/test_architecture.py").read_text(), "")
    for status in STATUSES:
        assert re.search(rf"\b{status}\b", text), status


def test_every_button_s_intent_has_a_rule() -> None:
    assert set(TAPS) <= set(rules())


def test_every_record_fits_a_button_and_every_id_is_short(knowledge: Knowledge) -> None:
    for record in knowledge.records:
        assert len(payload("show", record=record).encode()) <= PAYLOAD_BYTES
    for area in knowledge.areas:
        payload("inform", area=area)
    for stage in knowledge.stages.values():
        payload("inform", stage=stage.code)


def test_every_condition_has_words() -> None:
    conditions = set(schema.Condition.__args__)  # type: ignore[attr-defined]
    assert set(words()["walk"]["conditions"]) == conditions


def test_every_role_and_decision_has_a_label() -> None:
    assert set(words()["labels"]["roles"]) == set(schema.Role.__args__)  # type: ignore[attr-defined]
    assert set(words()["labels"]["decisions"]) == set(schema.Decision.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("pattern", [r"https?://[^ ]*pypi", r"pythonhosted", r"(^|[^A-Za-z0-9_.])/(work|root)/"])
def test_nothing_names_a_registry_or_a_path_of_one_machine(pattern: str) -> None:
    own = Path(__file__).resolve()
    folders = ("knowledge", "actions", "bot", "data", "tests", "docs")
    files = [p for f in folders for p in (ROOT / f).rglob("*") if p.suffix in (".py", ".yml", ".md", ".txt")]
    for path in [*files, ROOT / "requirements.lock", ROOT / "README.md", ROOT / "run"]:
        if path != own and path.exists():
            assert not re.search(pattern, path.read_text(encoding="utf-8", errors="ignore")), path
