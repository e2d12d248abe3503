"""Train the classifier: `python -m bot.screening.model.train CORPUS OUT [--public FOLDER]`.

The shipped network is trained on every case. For each fold of whole libraries another is trained on the others, and the
last layer is fitted on what these say of the libraries they did not see. What is finished is kept in OUT/parts: a
run that was stopped goes on from there. Needs torch, safetensors, onnx, scipy and scikit-learn, and the package that
carries the official MiniLM weights; nothing of these at run time.

Where other programs share the processor, set OMP_WAIT_POLICY=PASSIVE: it is several times quicker.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from bot.policy import Care
from bot.screening import evidence
from bot.screening.model import breadth, card, export, fit, stack
from bot.screening.model.augment import bare, moved, respelt
from bot.screening.model.bound import bound
from bot.screening.model.cases import load, marks_of
from bot.screening.model.features import read
from bot.screening.model.figures import Judged, by_library, figures
from bot.screening.model.final import inputs
from bot.screening.model.network import official
from bot.screening.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from bot.screening.model.bound import Bound
    from bot.screening.model.cases import Case
    from bot.screening.model.features import Reading
    from bot.screening.model.final import Final
    from bot.screening.model.network import Network

log = logging.getLogger(__name__)
RECIPE = fit.Recipe(epochs=5, rate=1.4e-4, contrast=0.6, masked=0.1, changed=0.25, averaged=0.98)
RESPELT = 0.4
"""Of the readings that are changed, the share that is respelt."""
DIALS = [
    Care(referral_cost=cost, allowed_at_most=bar) for cost in (0.5, 0.75, 1, 1.5, 2) for bar in (0, 0.005, 0.01, 0.02)
]
WIDEN = fit.Recipe(epochs=1, batch=48, rate=1e-4, seed=7)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="folder of labelled cases, one file a library")
    parser.add_argument("out", type=Path, help="folder for weights, held-out probabilities and the model card")
    parser.add_argument("--public", type=Path, help="folder of public data to train on first")
    parser.add_argument("--folds", type=int, default=4, help="how many parts the libraries are held out in (default 4)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    train(options.corpus, options.out, options.public, options.folds)


def train(corpus: Path, out: Path, public: Path | None, folds: int) -> None:
    """Cross-validate by library, fit the last layer, train the shipped network, and write everything to `out`."""
    cases, libraries = load(corpus)
    base, tokenizer = official()
    if public is not None:
        _widen(base, tokenizer, public, out / "parts")
    added = moved(cases)
    marks = marks_of(libraries, list(libraries))
    readings = [read(case.comment, case.earlier, marks[case.library]) for case in [*cases, *added]]
    random = np.random.default_rng(RECIPE.seed)
    hurried = (bare(case, random) for case in [*cases, *added])
    changed = [read(case.comment, case.earlier, marks[case.library]) for case in hurried]
    changed = [respelt(reading, random) if random.random() < RESPELT else reading for reading in changed]
    names = sorted(libraries)
    fold = np.array([names.index(case.library) % folds for case in [*cases, *added]])
    every = Trainer(base, tokenizer, readings, changed, fit.targets([*cases, *added]), out / "parts")
    own = np.arange(len(cases))
    seen = [evidence.gather(Scene(case.comment, case.earlier, libraries[case.library])) for case in cases]
    rules = np.array([evidence.signals(one) for one in seen], np.float32)
    danger = np.array([any(finding.urgent for finding in one.findings) for one in seen])
    log.info("every library")
    network, linear = every.trained(np.arange(len(readings)))
    logits = np.zeros((len(cases), 27 + 12), np.float32)
    for part in range(folds):
        log.info("fold %d of %d", part + 1, folds)
        here = own[fold[own] == part]
        logits[here] = every.logits(*every.trained(np.flatnonzero(fold != part)), here)
    held, wanted, library = inputs(logits, rules), every.wanted[own], np.array([case.library for case in cases])
    judged = held_out(held, wanted, danger, library)
    np.savez_compressed(
        out / "held-out.npz",
        ids=[case.id for case in cases],
        logits=logits,
        rules=rules,
        probabilities=judged.probabilities,
        allowed=judged.allowed,
    )
    report(out, judged, cases, public=public is not None)
    limits = bound(judged.probabilities[:, 0], wanted[:, 0] == 0, library)
    save(out, network, tokenizer, linear, stack.fit_final(held, wanted), limits)


def held_out(
    held: NDArray[np.float64],
    wanted: NDArray[np.float32],
    danger: NDArray[np.bool_],
    library: NDArray[np.str_],
) -> Judged:
    """What is said of each case by a last layer and a bound that its library had no part in."""
    probabilities, allowed = np.zeros((len(held), 12)), np.zeros(len(held))
    for name in np.unique(library):
        others, here = library != name, library == name
        probabilities[here] = stack.fit_final(held[others], wanted[others]).probabilities(held[here])
    for name in np.unique(library):
        others, here = library != name, library == name
        limits = bound(probabilities[others, 0], wanted[others, 0] == 0, library[others])
        allowed[here] = limits.share(probabilities[here, 0])
    return Judged(probabilities, allowed, wanted, danger)


def _widen(base: Network, tokenizer: Tokenizer, public: Path, parts: Path) -> None:
    path = parts / f"wide-{_digest(repr((WIDEN, breadth.SOURCES, list(base.state_dict()))))}.pt"
    if not path.exists():
        breadth.widen(base, tokenizer, public, WIDEN)
        parts.mkdir(parents=True, exist_ok=True)
        torch.save(base.state_dict(), path)
    base.load_state_dict(torch.load(path))


def _digest(*parts: str | bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode() if isinstance(part, str) else part)
    return whole.hexdigest()[:12]


def report(out: Path, judged: Judged, cases: Sequence[Case], *, public: bool) -> None:
    """Write the figures of what was held out, and the model card with its picture."""
    libraries = {"all": figures(judged), **by_library(judged, np.array([case.library for case in cases]))}
    spanish = np.array(["spanish" in case.tags for case in cases])
    languages = {
        name: figures(judged.part(chosen)) for name, chosen in (("English and mixed", ~spanish), ("Spanish", spanish))
    }
    dials = {care: figures(judged, care) for care in DIALS}
    (out / "figures.json").write_text(json.dumps({n: asdict(f) for n, f in libraries.items()}, indent=1), "utf-8")
    (out / "MODEL_CARD.md").write_text(card.written(libraries, languages, dials, RECIPE, public=public), "utf-8")
    (out / "dial.svg").write_text(card.picture(dials), "utf-8")


def save(out: Path, network: Network, tokenizer: Tokenizer, linear: stack.Linear, final: Final, limits: Bound) -> None:
    """Write the three files that `Classifier` reads."""
    export.write({name: value.numpy() for name, value in network.state_dict().items()}, out / "encoder.onnx")
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    np.savez_compressed(
        out / "heads.npz",
        linear=linear.weights,
        linear_scale=linear.scale,
        linear_bias=linear.bias,
        final=final.weights,
        final_bias=final.bias,
        bound=np.vstack([limits.chances, limits.shares]),
    )


class Trainer:
    """The cases as tokens, n-grams and targets, and the networks trained on any part of them."""

    def __init__(
        self,
        base: Network,
        tokenizer: Tokenizer,
        readings: Sequence[Reading],
        changed: Sequence[Reading],
        wanted: NDArray[np.float32],
        parts: Path,
    ) -> None:
        self.wanted = wanted
        self._base = base
        self._encoded = fit.encode(tokenizer, readings)
        self._changed = fit.encode(tokenizer, changed)
        self._grams = stack.matrix(readings)
        self._parts = parts
        start = b"".join(value.numpy().tobytes() for value in base.state_dict().values())
        self._key = _digest(repr((RECIPE, readings, changed)), wanted.tobytes(), start)

    def trained(self, chosen: NDArray[np.int64]) -> tuple[Network, stack.Linear]:
        """A network and the n-gram heads, trained on the chosen cases; a network that was trained so before is kept."""
        network = copy.deepcopy(self._base)
        path = self._parts / f"{self._key}-{_digest(chosen.tobytes())}.pt"
        if path.exists():
            network.load_state_dict(torch.load(path))
        else:
            encoded, other = ([of[i] for i in chosen] for of in (self._encoded, self._changed))
            fit.fit(network, encoded, self.wanted[chosen], RECIPE, changed=other)
            self._parts.mkdir(parents=True, exist_ok=True)
            torch.save(network.state_dict(), path)
        return network.eval(), stack.fit_linear(self._grams[chosen], self.wanted[chosen])

    def logits(self, network: Network, linear: stack.Linear, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
        """(chosen, 39): the network's logits, then those of the n-gram heads."""
        own = fit.predict(network, [self._encoded[i] for i in chosen])
        return np.hstack([own, stack.apply_linear(self._grams[chosen], linear)])


if __name__ == "__main__":
    main()
