"""The trained model: whether it fits what it was trained from, and training it."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

from bot import settings
from knowledge import encoder
from knowledge.place import ROOT

FILES = ("config.yml", "domain.yml", "requirements.lock")
FOLDERS = ("data", "bot/nlu")  # of the YAML there
# What lies behind these changes without training: the content and the code that reads it, and where files lie.
DOORS = {"knowledge.desk", "knowledge.place"}
# what is learnt by ./run learn, which Rasa's training neither reads nor packs
APART = ("data/messages", "bot/nlu/learn", "bot/nlu/learnt", "bot/nlu/understanding.py")


class TrainingFailed(RuntimeError):
    """The model could not be trained; the message says why and what to do."""


def folder() -> Path:
    """Where the model lies."""
    return settings.MODELS()


def path() -> Path:
    """The model file."""
    return folder() / "inclusion-guide.tar.gz"


def _stamp() -> Path:
    return folder() / "trained-from.json"


def _file(module: str) -> Path | None:
    """Where a module of ours lies; None for a library's."""
    path = ROOT / module.replace(".", "/")
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def _imported(file: Path) -> Iterator[str]:
    """What a module imports, whether module or name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules() -> set[Path]:
    """Our modules that the components in config.yml are made of, by their imports, as far as the doors."""
    recipe = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))
    todo = [part["name"].rpartition(".")[0] for part in [*recipe["pipeline"], *recipe["policies"]]]
    files: set[Path] = set()
    while todo:
        module = todo.pop()
        file = None if module in DOORS else _file(module)
        if file and file not in files and not _apart(file):
            files.add(file)
            todo += _imported(file)
    return files


def inputs() -> str:
    """One hash over everything that training depends on; the knowledge is not among it."""
    digest = hashlib.sha256(encoder.KEY.encode())
    files = {ROOT / name for name in FILES} | modules()
    for name in FOLDERS:
        files.update(file for file in (ROOT / name).rglob("*.yml") if not _apart(file))
    for file in sorted(files):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _apart(file: Path) -> bool:
    return any(file.is_relative_to(ROOT / name) for name in APART)


def checksum() -> str:
    """The model file's own hash."""
    return hashlib.sha256(path().read_bytes()).hexdigest()


def why_train() -> str | None:
    """Why the model has to be trained, in a few words; None if it is fit for use."""
    if not path().exists():
        return "there is no trained model yet"
    try:
        stamp = json.loads(_stamp().read_text())
    except (OSError, ValueError):
        return "it is not known what the model was trained from"
    if stamp.get("inputs") != inputs():
        return "the training data or the pipeline changed"
    if stamp.get("model") != checksum():
        return "the model file is damaged"
    return None


def _read_phrases() -> None:
    """Read every phrase once for all that is trained on it: this is most of a training's time."""
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.loading import load_data

    from bot.nlu.questions import ASKED, questions
    from knowledge import place
    from knowledge.encoder import shared_encoder
    from knowledge.words import plain

    phrases = [m.get(TEXT) for m in load_data(str(ROOT / "data" / "nlu")).intent_examples]
    shared_encoder(place.home()).prepare(plain(p) for p in [*phrases, *(text for text, _ in questions(ASKED))])


def train() -> Path:
    """Train and keep the model; raises TrainingFailed."""
    from rasa.model_training import train as rasa_train

    _read_phrases()
    folder().mkdir(parents=True, exist_ok=True)
    before = inputs()
    result = rasa_train(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data" / name) for name in ("nlu", "stories")],
        output=str(folder()),
        force_training=True,
        fixed_model_name="inclusion-guide",
    )
    if result.code != 0 or result.model is None:
        raise TrainingFailed(
            "Training failed. Run ./run check to see what is wrong in data/, domain.yml or config.yml."
        )
    _stamp().write_text(json.dumps({"inputs": before, "model": checksum()}))
    return path()
