"""The database made from Northfold's content: built once, rebuilt on change, never trusted when damaged."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from knowledge import store
from knowledge.encoder import WIDTH

GAMES = "guidance/board-games.yml"


class Embed:
    """Stands in for the sentence model: a vector from a text's hash; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return np.stack([self.vector(text) for text in texts])

    @staticmethod
    def vector(text: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
        drawn = np.random.default_rng(seed).standard_normal(WIDTH)
        return (drawn / np.linalg.norm(drawn)).astype(np.float32)


@pytest.fixture
def embed() -> Embed:
    return Embed()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new' / 'folder' / 'k.db'}"


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def change(content: Path, old: str, new: str) -> None:
    text = (content / GAMES).read_text(encoding="utf-8")
    assert old in text
    (content / GAMES).write_text(text.replace(old, new), encoding="utf-8")


def test_what_was_written_is_what_is_read(url: str, embed: Embed, content: Path) -> None:
    assert store.build(url, embed, content) is True
    knowledge = store.load(url, content)
    assert set(knowledge.records) == {
        "north-2",
        "north-2-schools",
        "north-2-schools-01",
        "board-games",
        "day-six",
        "northfold-lamp-team",
        "nfp",
    }
    games = knowledge.records["board-games"]
    assert (games.kind, games.area, games.title) == ("guidance", "northfold", "Board games at lunch")
    assert games.entry.text.staff == "The plan offers board games at lunch."
    duty = knowledge.records["north-2-schools-01"]
    assert (duty.kind, duty.stage, duty.audience, duty.title) == ("duty", "north-2", "schools", "Ring the lamp team")
    assert knowledge.services["northfold-lamp-team"].for_ == "Help for families in Northfold."


def test_every_name_and_example_is_a_phrase_with_its_own_vector(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    knowledge = store.load(url)
    phrases = {(p.record, p.kind, p.text) for p in knowledge.phrases}
    assert phrases >= {
        ("board-games", "title", "Board games at lunch"),
        ("board-games", "alias", "lunch games"),
        ("board-games", "example", "who plays games at lunch"),
        ("board-games", "text", "The plan offers board games at lunch."),
        ("nfp", "alias", "NFP"),
        ("nfp", "alias", "Northfold plan"),
        ("north-2-schools-01", "title", "Ring the lamp team"),
        ("north-2-schools-01", "text", "Have you rung the lamp team?"),
    }
    assert len(knowledge.phrases) == len(knowledge.vectors)
    for phrase, vector in zip(knowledge.phrases, knowledge.vectors):
        np.testing.assert_array_equal(vector, Embed.vector(phrase.text))


def test_a_mistaken_belief_is_a_phrase_that_finds_its_record(url: str, embed: Embed, content: Path) -> None:
    change(content, "contacts:", "corrects:\n  - belief: games are banned\n    instead: They are not.\ncontacts:")
    store.build(url, embed, content)
    knowledge = store.load(url)
    assert ("board-games", "belief", "games are banned") in {(p.record, p.kind, p.text) for p in knowledge.phrases}
    assert knowledge.records["board-games"].entry.corrects[0].instead == "They are not."


def test_a_disagreement_is_on_its_records_and_no_record_itself(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    knowledge = store.load(url)
    assert set(knowledge.disagreements) == {"two-is-no-limit"}
    on = {name: knowledge.disagreements_on(record) for name, record in knowledge.records.items()}
    assert [name for name, found in on.items() if found] == ["north-2"]
    assert "two-is-no-limit" not in {phrase.record for phrase in knowledge.phrases}


def test_a_second_build_does_nothing(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    before = file_of(url).read_bytes()
    embed.asked.clear()
    assert store.build(url, embed, content) is False
    assert embed.asked == []
    assert file_of(url).read_bytes() == before


def test_a_changed_line_is_rebuilt_and_only_new_words_are_embedded(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    asked = list(embed.asked)
    embed.asked.clear()
    change(content, "  - lunch games", "  - games club")
    with pytest.raises(store.NotBuilt):
        store.load(url, content)
    assert store.build(url, embed, content) is True
    assert embed.asked == ["games club"]
    knowledge = store.load(url, content)
    texts = [phrase.text for phrase in knowledge.phrases]
    assert "games club" in texts
    assert "lunch games" not in texts
    assert len(set(texts)) == len(set(asked)), "a phrase that went took its place with it"


def test_the_same_words_are_embedded_once(url: str, embed: Embed, content: Path) -> None:
    change(content, "  - lunch games", "  - lamp team number")
    store.build(url, embed, content)
    assert embed.asked.count("lamp team number") == 1
    assert [p.record for p in store.load(url).phrases if p.text == "lamp team number"] == [
        "board-games",
        "northfold-lamp-team",
    ]


def test_a_vector_that_no_phrase_needs_is_dropped(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    change(content, "  - lunch games", "  - games club")
    store.build(url, embed, content)
    embed.asked.clear()
    change(content, "  - games club", "  - lunch games")
    store.build(url, embed, content)
    assert embed.asked == ["lunch games"]


def test_no_vector_of_another_encoder_is_kept(
    url: str, embed: Embed, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.build(url, embed, content)
    everything = sorted(embed.asked)
    embed.asked.clear()
    monkeypatch.setattr(store, "KEY", "another encoder")
    with pytest.raises(store.NotBuilt):
        store.load(url, content)
    assert store.build(url, embed, content) is True
    assert sorted(embed.asked) == everything
    with sqlite3.connect(file_of(url)) as database:
        assert database.execute("SELECT count(*) FROM vector").fetchone() == (len(set(everything)),)


def test_an_entry_that_went_is_gone(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    (content / GAMES).unlink()
    assert store.build(url, embed, content) is True
    knowledge = store.load(url, content)
    assert "board-games" not in knowledge.records
    assert not [phrase for phrase in knowledge.phrases if phrase.record == "board-games"]


@pytest.mark.parametrize(("place", "counts"), [("README.md", False), ("inventory.txt", True), (GAMES, True)])
def test_only_content_asks_for_a_rebuild(place: str, counts: bool, content: Path) -> None:
    before = store.fingerprint(content)
    with (content / place).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert (store.fingerprint(content) != before) is counts


@pytest.mark.parametrize(
    ("old", "new"), [("topic: support", "topic: support\nxyzzy: 1"), ("plan/board-games", "plan/none")]
)
def test_broken_content_builds_nothing(old: str, new: str, url: str, embed: Embed, content: Path) -> None:
    change(content, old, new)
    with pytest.raises(store.BrokenContent, match=r"knowledge/content/guidance/board-games\.yml") as broken:
        store.build(url, embed, content)
    assert len(broken.value.faults) == 1
    assert embed.asked == []
    with pytest.raises(store.NotBuilt):
        store.load(url)


def test_broken_content_leaves_what_was_built(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    change(content, "topic: support", "topic: support\nxyzzy: 1")
    with pytest.raises(store.BrokenContent):
        store.build(url, embed, content)
    assert "board-games" in store.load(url).records


def test_a_build_that_fails_half_way_leaves_what_was_built(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    change(content, "  - lunch games", "  - games club")

    def fails(texts: list[str]) -> np.ndarray:
        raise RuntimeError("no model")

    with pytest.raises(RuntimeError, match="no model"):
        store.build(url, fails, content)
    assert "lunch games" in [phrase.text for phrase in store.load(url).phrases]


def test_what_is_not_built_says_how_to_build_it(url: str) -> None:
    with pytest.raises(store.NotBuilt, match=r"Run \./run, or python -m knowledge build\.$"):
        store.load(url)


def sql(url: str, statement: str) -> None:
    with sqlite3.connect(file_of(url)) as connection:
        connection.execute(statement)


# what happened to the database, and what is said of it
DAMAGE = {
    "DROP TABLE phrase": "cannot be read. Run",
    "DELETE FROM vector": "is damaged. Delete",
    "UPDATE vector SET value = x'00'": "is damaged. Delete",
    "UPDATE entry SET body = '{'": "is damaged. Delete",
    "UPDATE entry SET body = '{}'": "is damaged. Delete",
    "UPDATE entry SET kind = 'poems'": "is damaged. Delete",
    "DELETE FROM meta": "is not built. Run",
}


@pytest.mark.parametrize(("statement", "message"), DAMAGE.items(), ids=list(DAMAGE))
def test_a_damaged_database_is_never_half_read(
    statement: str, message: str, url: str, embed: Embed, content: Path
) -> None:
    store.build(url, embed, content)
    sql(url, statement)
    with pytest.raises(store.NotBuilt, match=message):
        store.load(url)


def test_a_file_that_is_no_database_is_named_and_made_anew(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    file_of(url).write_bytes(b"not a database at all" * 1000)
    with pytest.raises(store.NotBuilt, match=f"is damaged. Delete {file_of(url)}, then run ./run."):
        store.load(url)
    assert store.build(url, embed, content) is True
    assert "board-games" in store.load(url, content).records


def test_an_error_that_is_no_damage_throws_nothing_away(url: str, embed: Embed, content: Path) -> None:
    store.build(url, embed, content)
    sql(url, "DROP TABLE meta")
    sql(url, "CREATE VIEW meta AS SELECT 1")
    kept = file_of(url).stat().st_ino
    with pytest.raises(store.sa.exc.OperationalError):
        store.build(url, embed, content)
    assert file_of(url).stat().st_ino == kept
