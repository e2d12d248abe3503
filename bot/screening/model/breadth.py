"""Training on public comments before the corpus: attacks, spam, politics and strangers' threads, for breadth.

The files are those of the folder of public data that its README describes; none is part of the project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from bot.screening.model import fit
from bot.screening.model.cases import rows
from bot.screening.model.features import Reading, plain

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

    from bot.screening.model.network import Network

ATTACK, SEXIST, POLITICAL, SPAM, UNRELATED, NEGATIVE = range(6)
LONGEST_WORDS = 80


@dataclass(frozen=True, slots=True)
class Source:
    """A file, which question its labels answer, what each label answers, and how many rows of each label are read."""

    file: str
    question: int
    answers: dict[str, tuple[float, int]]
    around: str = ""
    """The key of the text that the comment answers, where there is one."""


SOURCES = (
    Source("davidson_tweets", ATTACK, {"hate": (1, 1100), "offensive": (1, 1200), "neither": (0, 2000)}),
    Source("toxic_spans_civil", ATTACK, {"toxic": (1, 2500), "disputed": (0.5, 800)}),
    Source("wiki_context_pairs", ATTACK, {"toxic": (1, 128), "not_toxic": (0, 2500)}, "parent"),
    Source("wiki_toxicity", ATTACK, {"toxic": (1, 248), "not_toxic": (0, 500)}),
    Source("uci_amazon_reviews", ATTACK, {"negative": (0, 300), "positive": (0, 200)}),
    Source("uci_amazon_reviews", NEGATIVE, {"negative": (1, 500), "positive": (0, 500)}),
    Source("edos_sexism_train", SEXIST, {"sexist": (1, 1200), "not sexist": (0, 1300)}),
    Source("propublica_political", POLITICAL, {"political": (1, 1500), "not_political": (0, 1500)}),
    Source("youtube_spam_train", SPAM, {"spam": (1, 709), "ham": (0, 732)}),
    Source("sms_spam", SPAM, {"spam": (1, 500), "ham": (0, 500)}),
    Source("offtopic_pairs_train", UNRELATED, {"off_topic": (1, 2000), "on_topic": (0, 2000)}, "post"),
)


def widen(network: Network, tokenizer: Tokenizer, folder: Path, recipe: fit.Recipe) -> None:
    """Train the encoder of `network` on the public data in `folder`, in place; its heads are left as they were."""
    random = np.random.default_rng(recipe.seed)
    readings: list[Reading] = []
    answers: list[tuple[int, float]] = []
    for source in SOURCES:
        left = {label: many for label, (_, many) in source.answers.items()}
        every = list(rows(folder / f"{source.file}.jsonl"))
        for i in random.permutation(len(every)):
            row = every[i]
            if left.get(row["label"], 0) > 0:
                left[row["label"]] -= 1
                readings.append(_reading(row, source.around))
                answers.append((source.question, source.answers[row["label"]][0]))
    head, network.head = network.head, torch.nn.Linear(network.head.in_features, 6)
    wanted = np.array(answers, np.float32)
    fit.fit(network, fit.encode(tokenizer, readings), wanted, recipe, loss=_loss)
    network.head = head


def _reading(row: dict[str, Any], around: str) -> Reading:
    post = f"[post] {_short(row[around])}" if around else "[no-post]"
    return Reading(_short(row["text"]), f"[author] [nobody] {post}")


def _short(text: str) -> str:
    return " ".join(plain(text).split()[:LONGEST_WORDS])


def _loss(logits: torch.Tensor, wanted: torch.Tensor, _: fit.Recipe) -> torch.Tensor:
    chosen = logits.gather(1, wanted[:, :1].long()).squeeze(1)
    return torch.nn.functional.binary_cross_entropy_with_logits(chosen, wanted[:, 1])
