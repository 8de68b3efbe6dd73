"""The docs keep up with the code: fields, commands, settings, dependencies, decisions and links."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_origin

import pytest
from pydantic.utils import lenient_issubclass

from bot import settings
from bot.__main__ import COMMANDS
from knowledge import schema
from knowledge.check import check
from knowledge.read import CONTENT
from tests.conftest import ROOT

GUIDE = CONTENT / "README.md"
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", GUIDE, *sorted((ROOT / "docs").rglob("*.md"))]
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))


def section(path: Path, heading: str) -> str:
    """The text below a heading, down to the next of the same or a higher level."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    level = len(heading) - len(heading.lstrip("#"))
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{level}}} |\Z)", text, re.M | re.S)
    assert found, f"{path.name} has no heading {heading!r}"
    return found.group(1)


def marked(text: str) -> set[str]:
    """All words in backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def rows(text: str) -> list[list[str]]:
    """The cells of every table row."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def first_cells(text: str) -> set[str]:
    """The words in backticks that begin a table row."""
    return {name for row in rows(text) for name in re.findall(r"`([^`]+)`", row[0])}


def fields(part: type[schema.Part]) -> Iterator[str]:
    """The names of a part's fields, at any depth."""
    for field in part.__fields__.values():
        yield field.alias
        if lenient_issubclass(field.type_, schema.Part):
            yield from fields(field.type_)


def choices(part: type[schema.Part]) -> Iterator[str]:
    """The values that the fields of a part may have, where they are a closed list."""
    for field in part.__fields__.values():
        if lenient_issubclass(field.type_, schema.Part):
            yield from choices(field.type_)
        elif "Literal" in str(get_origin(field.type_)):
            yield from get_args(field.type_)


# ------------------------------------------------------------------------------------------- the editor's guide


@pytest.mark.parametrize("kind", list(schema.KINDS))
def test_every_field_of_every_kind_is_in_the_editors_guide(kind: str) -> None:
    model = schema.KINDS[kind]
    own = section(GUIDE, f"### `{kind}`")
    common = set(schema.Sourced.__fields__ if issubclass(model, schema.Sourced) else schema.Entry.__fields__)
    named = marked(own)
    assert {field.alias for field in model.__fields__.values()} - common <= named
    nested = [f.type_ for f in model.__fields__.values() if lenient_issubclass(f.type_, schema.Part)]
    assert {name for part in nested for name in fields(part)} <= named
    assert set(choices(model)) <= named
    assert first_cells(own) <= set(fields(model)), "the guide describes a field that the kind doesn't have"


@pytest.mark.parametrize("kind", list(schema.KINDS))
def test_the_guide_says_rightly_which_fields_are_needed(kind: str) -> None:
    model = schema.KINDS[kind]
    own = section(GUIDE, f"### `{kind}`").split("Each line of a group's")[0]
    said = {first: row[1] == "needed" for row in rows(own) for first in re.findall(r"^`([^`]+)`", row[0])}
    for field in model.__fields__.values():
        if field.alias in said:
            assert said[field.alias] == bool(field.required), f"{kind}.{field.alias}"


def test_the_fields_of_every_entry_are_in_the_editors_guide() -> None:
    common = section(GUIDE, "## Every entry")
    assert first_cells(common) == set(schema.Sourced.__fields__)
    sourced = {kind for kind, model in schema.KINDS.items() if issubclass(model, schema.Sourced)}
    line = next(line for line in common.splitlines() if line.startswith("These kinds"))
    assert marked(line) == sourced


def test_the_examples_of_the_guide_pass_the_check(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    text = GUIDE.read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n# (\S+)\n(.*?)```", text, re.S)
    assert {Path(name).parent.name for name, _ in examples} >= {"areas", "sources", "stages", "duties", "services"}
    for name, body in examples:
        (content / name).write_text(body, encoding="utf-8")
    with (content / "inventory.txt").open("a", encoding="utf-8") as items:
        items.write("".join(re.findall(r"```text\n(.*?)```", text, re.S)))
    assert [str(f) for f in check(content) if not f.warning] == []


# ------------------------------------------------------------------------------------- commands, settings, packages


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert re.search(r"`\./run`" if name == "start" else rf"\./run {name}\b", text), name
    for name in re.findall(r"\./run ([a-z-]+)", text):
        assert name in {*COMMANDS, "help"}, name


def variables() -> set[str]:
    """The environment variables that are read."""
    shell = re.findall(r"\$\{([A-Z_0-9]+):?-", (ROOT / "run").read_text(encoding="utf-8"))
    return {*shell, *(setting.name for setting in settings.every())}


def test_every_setting_is_in_the_readme_and_every_setting_there_is_read() -> None:
    assert first_cells(section(ROOT / "README.md", "## Settings")) == variables()


def direct() -> set[str]:
    """The names of the direct dependencies."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool.uv]")[0]
    return {re.split(r"[=<>~!;\[ ]", name)[0] for name in re.findall(r'^  "([^"]+)",$', lines, re.M)}


def test_every_direct_dependency_is_explained_and_nothing_else_is() -> None:
    path = ROOT / "docs" / "dependencies.md"
    assert first_cells(section(path, "## Running")) | first_cells(section(path, "## Development")) == direct()


@pytest.mark.parametrize("name", sorted(direct()))
def test_the_docs_say_rightly_how_a_dependency_is_pinned(name: str) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.search(rf'^  "{re.escape(name)}(?![\w-])(?:\[[\w-]+\])?([^"]*)",$', text, re.M)
    assert wanted
    pinned = "exact" if wanted.group(1).startswith("==") else "range" if wanted.group(1) else "lock"
    table = rows((ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"))
    assert next(row[-1] for row in table if row[0] == f"`{name}`") == pinned


# ------------------------------------------------------------------------------------------- decisions and links


def test_the_decisions_are_numbered_without_gaps_and_named_in_the_readme() -> None:
    assert [p.name[:4] for p in ADRS] == [f"{n:04}" for n in range(1, len(ADRS) + 1)]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in ADRS:
        assert f"docs/adr/{path.name}" in readme, path.name


@pytest.mark.parametrize("path", ADRS, ids=lambda p: p.stem)
def test_every_decision_has_its_three_parts_and_its_number(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:4]}: ")
    assert re.findall(r"^## (.+)$", text, re.M) == ["Context", "Decision", "Consequences"]


def test_every_decision_that_the_code_names_exists() -> None:
    for part in ("bot", "actions", "knowledge", "tests"):
        for path in (ROOT / part).rglob("*.py"):
            for name in re.findall(r"docs/adr/([\w-]+\.md)", path.read_text(encoding="utf-8")):
                assert (ROOT / "docs" / "adr" / name).exists(), f"{path.name} names {name}"


def anchors(path: Path) -> set[str]:
    """The names by which the headings of a page are linked."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_file_that_the_docs_name_exists(path: Path) -> None:
    made = (".venv", ".tools", ".rasa", "var", "models")
    for name in re.findall(r"`((?:bot|actions|knowledge|data|docs|tests)/[\w./-]*)`", path.read_text(encoding="utf-8")):
        if not name.startswith(made):
            assert (ROOT / name).exists(), name
