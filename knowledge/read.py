"""YAML files to entries, keeping for every field the line it stands on."""

from __future__ import annotations

import dataclasses
import difflib
import re
from pathlib import Path
from typing import Any, Iterator, Optional

import pydantic
from pydantic.utils import lenient_issubclass
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from knowledge import schema

CONTENT = Path(__file__).parent / "content"


@dataclasses.dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong (or, as a warning, to look at), where, and what to write instead."""

    file: str
    line: int
    field: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"[{'WARNING' if self.warning else 'ERROR'}] {self.file}:{self.line}: {self.field}: {self.message}"


@dataclasses.dataclass
class Document:
    """One file: its entry (None where it is not well formed) and its raw form, which knows the lines."""

    kind: str
    path: Path
    name: str
    raw: Any
    entry: Any

    def line(self, *field: Any) -> int:
        return line_of(self.raw, field)


def line_of(raw: Any, field: tuple[Any, ...]) -> int:
    """The line (from 1) of a field given as keys and indices; of the nearest parent where the field is missing."""
    line = 1
    node = raw
    for step in field:
        try:
            if isinstance(node, CommentedMap):
                line = node.lc.key(step)[0] + 1
            elif isinstance(node, CommentedSeq):
                line = node.lc.item(step)[0] + 1
            node = node[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line


class _DatesAsText(RoundTripConstructor):
    """Leaves dates as they are written: a wrong one is then a fault of its field, not of the whole file."""


_DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", lambda self, node: node.value)


def load(text: str) -> Any:
    """YAML text in its raw form."""
    yaml = YAML(typ="rt")
    yaml.Constructor = _DatesAsText
    return yaml.load(text)


def read(content: Path = CONTENT) -> tuple[list[Document], list[Fault]]:
    """All files under `content`, and every fault of shape in them."""
    documents: list[Document] = []
    faults: list[Fault] = []
    if not content.is_dir():
        return [], [Fault(str(content), 1, "folder", "There is no such folder. Restore knowledge/content.")]
    known = ", ".join(schema.KINDS)
    for folder in sorted(p for p in content.iterdir() if p.is_dir()):
        if folder.name not in schema.KINDS:
            faults.append(Fault(_name(folder, content), 1, "folder", f"Unknown kind of content. Use one of: {known}."))
            continue
        for path in sorted(_files(folder)):
            if path.suffix == ".yml":
                document, found = _read_one(folder.name, path, content)
                faults += found
                if document:
                    documents.append(document)
            elif path.is_file() and not path.name.startswith("."):
                name = path.name.split(".")[0]
                faults.append(Fault(_name(path, content), 1, "file", f"Name it {name}.yml: files end in .yml."))
    for path in sorted(content.glob("*.y*ml")):
        if path.name != "left-out.yml":
            faults.append(
                Fault(_name(path, content), 1, "file", f"Move it into the folder of its kind, one of: {known}.")
            )
    return documents, faults


def _files(folder: Path) -> Iterator[Path]:
    """What stands in the folder of a kind; guides stand in groups, one folder deeper."""
    for path in folder.iterdir():
        if path.is_dir() and folder.name == "guides":
            yield from path.iterdir()
        else:
            yield path


def _name(path: Path, content: Path) -> str:
    return str(Path("knowledge/content") / path.relative_to(content))


def _read_one(kind: str, path: Path, content: Path) -> tuple[Optional[Document], list[Fault]]:
    return read_file(path, _name(path, content), schema.KINDS[kind], kind)


def read_file(
    path: Path, name: str, model: type[schema.Part], kind: str = ""
) -> tuple[Optional[Document], list[Fault]]:
    """One file as an entry of `model`, and every fault of its shape; `name` is what the faults call it."""
    kind = kind or path.parent.name
    try:
        text = path.read_text(encoding="utf-8")
        raw = load(text)
    except UnicodeDecodeError:
        return None, [Fault(name, 1, "file", "Save the file as UTF-8 text.")]
    except (MarkedYAMLError, ReaderError) as error:
        return None, [Fault(name, *_yaml_words(error, text))]
    if not isinstance(raw, CommentedMap):
        return None, [Fault(name, 1, "file", "Write the entry as `field: value` lines, beginning with `id:`.")]
    entry = None
    faults: list[Fault] = []
    try:
        entry = model.parse_obj(_plain(raw))
    except pydantic.ValidationError as error:
        faults = [Fault(name, line_of(raw, e["loc"]), _field(e["loc"]), _words(e, model, raw)) for e in error.errors()]
    if raw.get("id") not in (None, path.stem):
        faults.append(
            Fault(
                name,
                line_of(raw, ("id",)),
                "id",
                f"must be the file's name. Write `id: {path.stem}` or rename the file.",
            )
        )
    return Document(kind, path, name, raw, entry), faults


def _plain(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {str(k): _plain(v) for k, v in raw.items()}
    if isinstance(raw, list):
        return [_plain(v) for v in raw]
    if isinstance(raw, (bool, int, float)) or raw is None:
        return raw
    return str(raw)


def _field(loc: tuple[Any, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in loc)


def _yaml_words(error: MarkedYAMLError | ReaderError, text: str) -> tuple[int, str, str]:
    """Line, field and message of what is not YAML."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return line, "file", "There is an invisible character. Delete it, or type the line anew."
    problem = str(error.problem or "")
    mark = error.problem_mark or error.context_mark
    if "quoted scalar" in str(error.context):
        mark = error.context_mark
        message = "A quotation mark is opened here and not closed. Close it."
    elif "duplicate key" in problem:
        key = problem.split('"')[1] if '"' in problem else "a field"
        message = f"The field `{key}` stands twice. Keep one."
    elif "mapping values are not allowed" in problem:
        message = "A colon in the text confuses the file. Put the whole text in double quotes."
        if mark and len(re.findall(r":(?: |$)", text.split("\n")[mark.line])) == 1:
            message = "Fields of one level begin in the same column. Check the indentation of this line."
    elif "\\t" in problem or "tab" in problem:
        message = "There is a tab. Use two spaces for each level."
    else:
        message = "This line cannot be read. Check its indentation and quotes: put text with : or # in double quotes."
    return mark.line + 1 if mark else 1, "file", message


def _words(error: Any, model: type[schema.Part], raw: Any) -> str:
    kind, context, loc = error["type"], error.get("ctx", {}), error["loc"]
    if kind == "value_error.missing":
        return f"is missing. Add `{loc[-1]}: …`."
    if kind == "value_error.extra":
        names = sorted(set(_all_fields(model)))
        near = difflib.get_close_matches(str(loc[-1]), names, 1)
        return f"is not a field of this kind. {f'Did you mean `{near[0]}`?' if near else 'Remove it.'}"
    if kind == "value_error.const":
        return f"must be one of: {', '.join(map(str, context['permitted']))}."
    if kind == "type_error.none.not_allowed":
        return "is empty. Write a value, or remove the line."
    if kind == "value_error.any_str.min_length":
        return "is empty. Write some text, or remove the line."
    if kind == "value_error.any_str.max_length":
        return f"is too long: at most {context['limit_value']} characters."
    if kind == "value_error.list.min_items":
        return "is empty. Name at least one."
    if kind == "value_error.list.max_items":
        return f"has too many lines: at most {context['limit_value']}."
    if kind == "value_error.str.regex" and "a-z0-9" in context.get("pattern", ""):
        return "must be lower-case letters, digits and hyphens, such as family-hub."
    if kind == "value_error.str.regex":
        return "must be a date such as 2025-10 or 2025-10-31, in quotes."
    if kind in ("value_error.date", "type_error.date"):
        return "must be a date such as 2026-11-21."
    if kind.startswith("value_error.url"):
        return "must be a web address that begins with https://."
    if kind == "type_error.list":
        return "must be a list: each item on its own line, beginning with `- `."
    if kind == "type_error.str":
        return "must be text. Put it in double quotes."
    if kind == "type_error.dict":
        return "must have fields of its own, each on an indented line."
    if kind == "type_error.integer":
        return "must be a whole number."
    if kind == "value_error.boolean" or kind == "type_error.bool":
        return "must be true or false."
    return str(error["msg"])


def _all_fields(model: type[pydantic.BaseModel]) -> Iterator[str]:
    for field in model.__fields__.values():
        yield field.alias
        if lenient_issubclass(field.type_, pydantic.BaseModel):
            yield from _all_fields(field.type_)
