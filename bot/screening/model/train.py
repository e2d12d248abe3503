"""Train the classifier: `python -m bot.screening.model.train CORPUS OUT [--public FOLDER]`.

For each fold of whole libraries, networks are trained on the others; the last layer is fitted on what they say of the
libraries they did not see. Then the shipped networks are trained on every case. Needs torch, safetensors, onnx, scipy
and scikit-learn, and the package that carries the official MiniLM weights; nothing of these at run time.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from bot.policy import Care
from bot.screening import evidence
from bot.screening.model import breadth, card, export, fit, stack
from bot.screening.model.augment import moved
from bot.screening.model.cases import load, marks_of
from bot.screening.model.features import read
from bot.screening.model.figures import by_library, figures
from bot.screening.model.final import inputs
from bot.screening.model.network import official
from bot.screening.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from bot.screening.model.cases import Case
    from bot.screening.model.features import Reading
    from bot.screening.model.final import Final
    from bot.screening.model.network import Network

HeldOut = tuple["NDArray[np.float64]", "NDArray[np.float32]", "NDArray[np.bool_]"]
"""Held-out probabilities (cases, 12), targets, and where the rules saw a sign of danger."""
log = logging.getLogger(__name__)
RECIPE = fit.Recipe(epochs=5, rate=1.4e-4, masked=0.1, averaged=0.98)
DIALS = [
    Care(referral_cost=cost, allowed_at_most=bar) for cost in (0.5, 0.75, 1.0, 1.5, 2.0) for bar in (0.01, 0.02, 0.05)
]
WIDEN = fit.Recipe(epochs=1, batch=48, rate=1e-4, seed=7)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="folder of labelled cases, one file a library")
    parser.add_argument("out", type=Path, help="folder for weights, held-out probabilities and the model card")
    parser.add_argument("--public", type=Path, help="folder of public data to train on first")
    parser.add_argument("--folds", type=int, default=4, help="how many parts the libraries are held out in (default 4)")
    parser.add_argument("--seeds", type=int, default=1, help="how many networks are averaged into one (default 1)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    train(options.corpus, options.out, options.public, options.folds, options.seeds)


def train(corpus: Path, out: Path, public: Path | None, folds: int, seeds: int) -> None:
    """Cross-validate by library, fit the last layer, train the shipped networks, and write everything to `out`."""
    cases, libraries = load(corpus)
    base, tokenizer = official()
    added = moved(cases)
    if public is not None:
        breadth.widen(base, tokenizer, public, WIDEN)
    marks = marks_of(libraries, list(libraries))
    readings = [read(case.comment, case.earlier, marks[case.library]) for case in [*cases, *added]]
    names = sorted(libraries)
    fold = np.array([names.index(case.library) % folds for case in [*cases, *added]])
    every = Trainer(base, tokenizer, readings, fit.targets([*cases, *added]), seeds)
    own = np.arange(len(cases))
    seen = [evidence.gather(Scene(case.comment, case.earlier, libraries[case.library])) for case in cases]
    rules = np.array([evidence.signals(one) for one in seen], np.float32)
    danger = np.array([any(finding.urgent for finding in one.findings) for one in seen])
    logits = np.zeros((len(cases), 27 + 12), np.float32)
    for part in range(folds):
        log.info("fold %d of %d", part + 1, folds)
        here = own[fold[own] == part]
        network, linear = every.trained(np.flatnonzero(fold != part))
        logits[here] = every.logits(network, linear, here)
    held = inputs(logits, rules)
    wanted = every.wanted[own]
    probabilities = np.zeros((len(cases), 12))
    for part in range(folds):
        elsewhere, here = fold[own] != part, fold[own] == part
        probabilities[here] = stack.fit_final(held[elsewhere], wanted[elsewhere]).probabilities(held[here])
    np.savez_compressed(out / "held-out.npz", ids=[c.id for c in cases], logits=logits, probabilities=probabilities)
    report(out, (probabilities, wanted, danger), cases, public=public is not None, seeds=seeds)
    network, linear = every.trained(np.arange(len(readings)))
    save(out, network, tokenizer, linear, stack.fit_final(held, wanted))


def report(out: Path, held_out: HeldOut, cases: Sequence[Case], *, public: bool, seeds: int) -> None:
    """Write the figures of what was held out, and the model card."""
    libraries = {"all": figures(*held_out), **by_library(*held_out, cases)}
    spanish = np.array(["spanish" in case.tags for case in cases])
    probabilities, wanted, danger = held_out
    languages = {
        name: figures(probabilities[chosen], wanted[chosen], danger[chosen])
        for name, chosen in (("English and mixed", ~spanish), ("Spanish", spanish))
    }
    dials = {care: figures(*held_out, care) for care in DIALS}
    (out / "figures.json").write_text(json.dumps({n: asdict(f) for n, f in libraries.items()}, indent=1), "utf-8")
    text = card.written(libraries, languages, dials, RECIPE, public=public, seeds=seeds)
    (out / "MODEL_CARD.md").write_text(text, "utf-8")


def save(out: Path, network: Network, tokenizer: Tokenizer, linear: stack.Linear, final: Final) -> None:
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
    )


class Trainer:
    """The cases as tokens, n-grams and targets, and the networks trained on any part of them."""

    def __init__(
        self, base: Network, tokenizer: Tokenizer, readings: Sequence[Reading], wanted: NDArray[np.float32], seeds: int
    ) -> None:
        self.wanted = wanted
        self._base = base
        self._encoded = fit.encode(tokenizer, readings)
        self._grams = stack.matrix(readings)
        self._seeds = seeds

    def trained(self, chosen: NDArray[np.int64]) -> tuple[Network, stack.Linear]:
        """A network and the n-gram heads, trained on the chosen cases.

        Networks of several seeds start from the same weights and are averaged weight by weight: as good as asking each
        of them, at the price of one.
        """
        encoded = [self._encoded[i] for i in chosen]
        states = []
        for seed in range(1, self._seeds + 1):
            network = copy.deepcopy(self._base)
            fit.fit(network, encoded, self.wanted[chosen], replace(RECIPE, seed=seed))
            states.append(network.state_dict())
        network = copy.deepcopy(self._base)
        network.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in states[0]})
        return network.eval(), stack.fit_linear(self._grams[chosen], self.wanted[chosen])

    def logits(self, network: Network, linear: stack.Linear, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
        """(chosen, 39): the network's logits, then those of the n-gram heads."""
        own = fit.predict(network, [self._encoded[i] for i in chosen])
        return np.hstack([own, stack.apply_linear(self._grams[chosen], linear)])


if __name__ == "__main__":
    main()
