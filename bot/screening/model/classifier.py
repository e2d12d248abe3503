"""The trained classifier at run time: marked texts in, calibrated probabilities out. It needs no torch."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from bot.screening.classifier import Case, Probabilities
from bot.screening.evidence import LEARNT
from bot.screening.finding import ORDER
from bot.screening.model import ngrams
from bot.screening.model.bound import Bound
from bot.screening.model.features import read
from bot.screening.model.final import Final, inputs
from bot.screening.model.marks import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bot.library import Library
    from bot.screening.model.features import Reading

FILES = ("encoder.onnx", "heads.npz", "tokenizer.json")
WINDOW, CONTEXT, STRIDE = 224, 128, 160
"""Tokens of a comment read at once, tokens of its context beside each window, and how far each window moves on."""
MOST_WINDOWS = 32
"""Windows read of one comment, over twenty thousand characters; of a longer one so many, spread evenly."""
TOGETHER = 1536
"""Tokens, padding counted, that run through the encoder in one batch: what a batch holds in memory grows with them."""


class Classifier:
    """The weights of one folder, loaded. `judge_all` is pure and may be called from several threads.

    A comment longer than a window is read window by window: for the outcome the window least like *keep* speaks, for
    everything else the one that is surest.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).with_name("weights")
        contents = {name: (folder / name).read_bytes() for name in FILES}
        self.digest = hashlib.sha256(b"".join(hashlib.sha256(contents[name]).digest() for name in FILES)).hexdigest()
        self._tokenizer = Tokenizer.from_str(contents["tokenizer.json"].decode())
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._cls, self._sep = self._tokenizer.encode("").ids
        self._session = _session(contents["encoder.onnx"])
        with np.load(folder / "heads.npz") as heads:
            self._linear = tuple(heads[name] for name in ("linear", "linear_scale", "linear_bias"))
            self._final = Final(heads["final"], heads["final_bias"])
            self._bound = Bound(*heads["bound"])
        self._marks: dict[int, tuple[Library, Marks]] = {}

    def judge_all(self, cases: Sequence[Case]) -> list[Probabilities]:
        """Probabilities for each case, in order; the company a case is judged in changes nothing."""
        readings = [read(comment, earlier, self._marks_of(library)) for comment, earlier, library, _ in cases]
        signals = np.array([signals for *_, signals in cases], np.float32)
        scores = self.scores(readings, signals)
        allowed = self._bound.share(scores[:, 0])
        return [_probabilities(row, float(share)) for row, share in zip(scores, allowed, strict=True)]

    def scores(self, readings: Sequence[Reading], signals: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities (readings, 12): keep, refer, remove; seven guidelines; needs-reply; urgent.

        `signals` (readings, numbers) is what the rules say of each.
        """
        out = np.empty((len(readings), 12))
        linear = ngrams.scores(readings, *self._linear)
        owners, logits = self._encoded(readings)
        for i in range(len(readings)):
            windows = logits[owners == i]
            words, rules = (np.tile(row, (len(windows), 1)) for row in (linear[i], signals[i]))
            finals = self._final.logits(inputs(np.hstack([windows, words]), rules))
            outcomes = np.exp(finals[:, :3] - finals[:, :3].max(1, keepdims=True))
            outcomes /= outcomes.sum(1, keepdims=True)
            out[i, :3] = outcomes[outcomes[:, 0].argmin()]
            out[i, 3:] = 1 / (1 + np.exp(-finals[:, 3:].max(0)))
        return out

    def _encoded(self, readings: Sequence[Reading]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        windows: list[tuple[int, list[int], int]] = []
        for owner, reading in enumerate(readings):
            comment = self._tokenizer.encode(reading.comment, add_special_tokens=False).ids
            context = self._tokenizer.encode(reading.context, add_special_tokens=False).ids[:CONTEXT]
            for start in _spread(range(0, max(1, len(comment) - WINDOW + STRIDE), STRIDE)):
                first = [self._cls, *comment[start : start + WINDOW], self._sep]
                windows.append((owner, [*first, *context, self._sep], len(first)))
        order = sorted(range(len(windows)), key=lambda i: len(windows[i][1]))
        logits = np.empty((len(windows), self._session.get_outputs()[0].shape[1]), np.float32)
        for chosen in _batches(order, [len(tokens) for _, tokens, _ in windows]):
            width = len(windows[chosen[-1]][1])
            ids, kinds = np.zeros((2, len(chosen), width), np.int64)
            mask = np.zeros((len(chosen), width), np.float32)
            for row, i in enumerate(chosen):
                _, tokens, first_length = windows[i]
                ids[row, : len(tokens)] = tokens
                kinds[row, first_length:] = 1
                mask[row, : len(tokens)] = 1
            logits[chosen] = self._session.run(None, {"ids": ids, "kinds": kinds, "mask": mask})[0]
        return np.array([owner for owner, _, _ in windows]), logits

    def _marks_of(self, library: Library) -> Marks:
        # Kept with its library, so that no other one can take its id.
        kept = self._marks.get(id(library))
        if kept is None:
            kept = self._marks[id(library)] = (library, Marks(library))
        return kept[1]


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """`order`, which runs from short to long, in batches of at most `TOGETHER` tokens."""
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) + 1) * lengths[i] > TOGETHER:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _spread(starts: Sequence[int]) -> Sequence[int]:
    if len(starts) <= MOST_WINDOWS:
        return starts
    return [starts[round(at * (len(starts) - 1) / (MOST_WINDOWS - 1))] for at in range(MOST_WINDOWS)]


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    # A thread that has nothing to do sleeps, instead of turning round and round on a processor that others need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The eight-bit weights become floats once, while loading, instead of at each comment.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _probabilities(row: NDArray[np.float64], allowed: float) -> Probabilities:
    return Probabilities(
        outcome={outcome: float(p) for outcome, p in zip(ORDER, row[:3], strict=True)},
        guidelines={key: float(p) for key, p in zip(LEARNT, row[3:10], strict=True)},
        needs_reply=float(row[10]),
        urgent=float(row[11]),
        allowed=allowed,
    )
