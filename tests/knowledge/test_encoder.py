"""The sentence model, held against vectors of the implementation that its authors published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge import encoder as encoders
from knowledge import place
from knowledge.encoder import WIDTH, Encoder, WeightsError, shared_encoder

SUSPENDED = "my son has been suspended"
KICKED_OUT = "he was kicked out of school for 3 days"
WEATHER = "the weather"

# the cosines of each pair, computed with the published implementation
COSINES = [(SUSPENDED, KICKED_OUT, 0.503), (SUSPENDED, WEATHER, -0.016), (KICKED_OUT, WEATHER, 0.060)]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return shared_encoder(place.home())


@pytest.fixture
def fresh(encoder: Encoder) -> Encoder:
    """An encoder that remembers nothing and keeps two texts at most."""
    graph = next(path for path, made in encoders._encoders.items() if made is encoder)
    return Encoder(graph, remember=2)


@pytest.mark.parametrize(("one", "other", "cosine"), COSINES)
def test_meaning_is_as_near_as_the_authors_found(encoder: Encoder, one: str, other: str, cosine: float) -> None:
    a, b = encoder([one, other])
    assert float(a @ b) == pytest.approx(cosine, abs=0.002)


def test_every_vector_has_length_one(encoder: Encoder) -> None:
    vectors = encoder([SUSPENDED, "a", "", "?", "é 学校", "word " * 1000])
    assert vectors.shape == (6, WIDTH)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_text_gives_no_vector(encoder: Encoder) -> None:
    assert encoder([]).shape == (0, WIDTH)


def test_a_text_has_the_same_vector_in_any_company(fresh: Encoder, encoder: Encoder) -> None:
    others = [f"{word} and a sentence of another length" for word in ("one", "two", "three", "four")]
    together = encoder([WEATHER, *others, SUSPENDED])
    np.testing.assert_allclose(together[0], fresh([WEATHER])[0], atol=1e-5)
    np.testing.assert_allclose(together[-1], fresh([SUSPENDED])[0], atol=1e-5)


def test_many_texts_come_back_in_their_order(fresh: Encoder) -> None:
    texts = [f"pupil number {n} of the class" for n in range(100)]
    vectors = fresh([*texts, texts[0]])
    np.testing.assert_array_equal(vectors[-1], vectors[0])
    for n in (0, 50, 99):
        np.testing.assert_allclose(vectors[n], fresh([texts[n]])[0], atol=1e-5)


def test_capitals_make_no_difference(encoder: Encoder) -> None:
    lower, upper = encoder([SUSPENDED, SUSPENDED.upper()])
    np.testing.assert_allclose(lower, upper, atol=1e-6)


def test_what_was_read_before_is_not_computed_again(fresh: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fresh([WEATHER])
    monkeypatch.setattr(fresh, "_session", None)
    np.testing.assert_array_equal(fresh([WEATHER, WEATHER])[1], first[0])
    with pytest.raises(AttributeError):
        fresh([SUSPENDED])


def test_everybody_shares_one_encoder(encoder: Encoder) -> None:
    assert shared_encoder(place.home()) is encoder


def test_the_key_names_the_encoder_its_width_and_its_weights(encoder: Encoder) -> None:
    for part in (encoders.NAME, str(WIDTH), encoders.WEIGHTS):
        assert part in encoders.KEY.split()
    assert encoder(["a"]).shape[1] == WIDTH


def test_a_graph_of_other_weights_is_not_taken_for_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "_package", lambda: tmp_path / "none")
    monkeypatch.setattr(encoders, "WEIGHTS", "0" * 64)
    (tmp_path / "all-MiniLM-L6-v2-53aa5117-1.onnx").write_bytes(b"the graph of before")
    with pytest.raises(WeightsError):
        shared_encoder(tmp_path)


@pytest.mark.parametrize(
    ("weights", "message"), [(None, "weights are missing"), (b"not the weights", "are not the published ones")]
)
def test_weights_that_are_not_the_published_ones_are_refused(
    weights: bytes | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if weights:
        (tmp_path / "model.safetensors").write_bytes(weights)
    monkeypatch.setattr(encoders, "_package", lambda: tmp_path)
    with pytest.raises(WeightsError, match=message):
        shared_encoder(tmp_path / "home")
    assert not (tmp_path / "home").exists()
