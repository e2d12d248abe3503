"""Fine-tuning the network on marked cases, and reading its logits. Only training imports this."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bot.screening.evidence import LEARNT
from bot.screening.finding import ORDER
from bot.screening.model.marks import MARKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import Tensor

    from bot.screening.model.cases import Case
    from bot.screening.model.features import Reading
    from bot.screening.model.network import Network

log = logging.getLogger(__name__)
LONGEST = 320
"""Tokens of the longest text that is read in one piece."""


SPECIAL, MASK = 103, 103
"""In the vocabulary of MiniLM, ids up to `SPECIAL` are no words; `MASK` stands for a hidden word."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is turned when training: passes over the data, cases a step, peak rates, the weight of each head's loss."""

    epochs: int = 5
    batch: int = 32
    rate: float = 1.2e-4
    head_rate: float = 1e-3
    decay: float = 0.01
    warm_up: float = 0.1
    guidelines: float = 0.3
    reply: float = 0.5
    urgent: float = 0.3
    pairs: float = 0.5
    contrast: float = 0.0
    """The weight of telling the members of a contrast pair apart."""
    masked: float = 0.0
    """The share of a text's tokens hidden at each reading, so that no single word is learnt by heart."""
    changed: float = 0.0
    """The share of readings that are read as changed, where changed ones are given."""
    smooth: float = 0.0
    """Label smoothing of the outcome."""
    averaged: float = 0.0
    """How slowly the averaged weights, which are the result, follow the trained ones; 0 takes the last weights."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Encoded:
    """One reading as token ids and their kinds (0 comment, 1 context)."""

    ids: list[int]
    kinds: list[int]


def encode(tokenizer: Tokenizer, readings: Sequence[Reading]) -> list[Encoded]:
    """The readings as tokens, the longest cut to `LONGEST`."""
    pairs = tokenizer.encode_batch([(r.comment, r.context) for r in readings])
    return [Encoded(e.ids[:LONGEST], e.type_ids[:LONGEST]) for e in pairs]


def targets(cases: Sequence[Case]) -> NDArray[np.float32]:
    """(cases, 13): outcome, seven guidelines, reply, whether reply counts, urgent, pair class, contrast pair or 0."""
    rows = np.zeros((len(cases), 13), np.float32)
    pairs: dict[tuple[str, str], int] = {}
    for row, case in zip(rows, cases, strict=True):
        row[0] = ORDER.index(case.outcome)
        for key in case.guidelines:
            row[1 + LEARNT.index(key)] = 1
        row[8] = case.needs_reply
        row[9] = case.outcome != "remove"
        row[10] = case.urgent
        if case.outcome != "keep":
            row[11] = 1 + LEARNT.index(case.guidelines[0]) + 7 * (case.outcome == "remove")
        if case.pair:
            row[12] = pairs.setdefault((case.library, case.pair), len(pairs) + 1)
    return rows


def loss_of(logits: Tensor, wanted: Tensor, recipe: Recipe) -> Tensor:
    """The weighted sum of the heads' losses, a mean over the batch. A reply counts only where the comment may stay."""
    outcome = torch.nn.functional.cross_entropy(logits[:, :3], wanted[:, 0].long(), label_smoothing=recipe.smooth)
    guideline = (
        torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 3:10], wanted[:, 1:8], reduction="none")
        .sum(1)
        .mean()
    )
    reply = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 10], wanted[:, 8], weight=wanted[:, 9])
    urgent = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 11], wanted[:, 10])
    pair = torch.nn.functional.cross_entropy(logits[:, 12:], wanted[:, 11].long(), label_smoothing=recipe.smooth)
    every = (
        outcome + recipe.guidelines * guideline + recipe.reply * reply + recipe.urgent * urgent + recipe.pairs * pair
    )
    return every + recipe.contrast * contrast(logits, wanted) if recipe.contrast else every


def contrast(logits: Tensor, wanted: Tensor) -> Tensor:
    """How badly the members of contrast pairs are told apart: what they share cancels out, their difference counts.

    For two cases of one pair with outcomes y and z: how unlikely it is that y is the first one's and z the second's,
    when one of the two is either way. A mean over such pairs in the batch; the same for who is owed a reply.
    """
    group = wanted[:, 12]
    first, second = torch.nonzero(torch.triu((group[:, None] == group[None]) & (group[:, None] > 0), 1), as_tuple=True)
    outcome = wanted[:, 0].long()
    y, z = outcome[first], outcome[second]
    gap = logits[first, y] - logits[first, z] + logits[second, z] - logits[second, y]
    due = wanted[first, 8] - wanted[second, 8]
    counted = (wanted[first, 9] > 0) & (wanted[second, 9] > 0) & (due != 0)
    owed = due * (logits[first, 10] - logits[second, 10])
    apart = (gap[y != z], owed[counted])
    return torch.stack(
        [torch.nn.functional.softplus(-of).mean() for of in apart if len(of)] or [logits.new_zeros(())]
    ).sum()


def batches(
    encoded: Sequence[Encoded], size: int, random: np.random.Generator | None, group: NDArray[np.float32] | None = None
) -> Iterator[NDArray[np.int64]]:
    """Indices in batches of about equal length; shuffled where `random` is given, else from short to long.

    Cases of one `group` other than 0 stand side by side.
    """
    lengths = np.array([len(e.ids) for e in encoded])
    if random is None:
        order = np.argsort(lengths, kind="stable")
        yield from (order[i : i + size] for i in range(0, len(order), size))
        return
    if group is not None:
        together = np.where(group > 0, group, -1.0 - np.arange(len(group)))
        _, member, many = np.unique(together, return_inverse=True, return_counts=True)
        place = random.permutation(len(many))[member]
        lengths = (np.bincount(member, lengths) / many)[member]
        order = np.argsort(place, kind="stable")
    else:
        member = np.arange(len(encoded))
        order = random.permutation(len(encoded))
    pools = [order[i : i + size * 16] for i in range(0, len(order), size * 16)]
    made = [
        pool[np.lexsort((member[pool], lengths[pool]))][i : i + size]
        for pool in pools
        for i in range(0, len(pool), size)
    ]
    yield from (made[i] for i in random.permutation(len(made)))


def padded(encoded: Sequence[Encoded]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, kinds and mask of the readings, each (batch, longest)."""
    width = max(len(one.ids) for one in encoded)
    ids, kinds, mask = (torch.zeros(len(encoded), width, dtype=torch.long) for _ in range(3))
    kinds += 1
    for row, one in enumerate(encoded):
        length = len(one.ids)
        ids[row, :length] = torch.tensor(one.ids)
        kinds[row, :length] = torch.tensor(one.kinds)
        mask[row, :length] = 1
    return ids, kinds, mask


def fit(
    network: Network,
    encoded: Sequence[Encoded],
    wanted: NDArray[np.float32],
    recipe: Recipe,
    loss: Callable[[Tensor, Tensor, Recipe], Tensor] = loss_of,
    changed: Sequence[Encoded] = (),
) -> None:
    """Fine-tune `network` in place towards the rows of `wanted`, as `loss` compares them with the logits.

    `changed` holds the same readings as others would write or forward them; a share of these stands in for the first.
    """
    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    goal = torch.from_numpy(wanted)
    named = dict(network.named_parameters())
    heads = [p for n, p in named.items() if n.startswith("head.")]
    body = [p for n, p in named.items() if n.startswith("layers.") and p.ndim > 1]
    plain = [p for n, p in named.items() if not n.startswith("head.") and (p.ndim == 1 or not n.startswith("layers."))]
    optimiser = torch.optim.AdamW(
        [
            {"params": heads, "lr": recipe.head_rate, "weight_decay": recipe.decay},
            {"params": body, "lr": recipe.rate, "weight_decay": recipe.decay},
            {"params": plain, "lr": recipe.rate, "weight_decay": 0.0},
        ],
        fused=True,
    )
    total = recipe.epochs * -(-len(encoded) // recipe.batch)
    warm = max(1, int(recipe.warm_up * total))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (total - step) / max(1, total - warm)))
    )
    follow = get_ema_multi_avg_fn(recipe.averaged)  # type: ignore[no-untyped-call]
    mean = AveragedModel(network, multi_avg_fn=follow) if recipe.averaged else None
    frozen = network.words.weight.register_hook(_only_marks)  # type: ignore[no-untyped-call]
    network.train()
    for epoch in range(recipe.epochs):
        began, sum_loss, steps = time.monotonic(), 0.0, 0
        for chosen in batches(encoded, recipe.batch, random, wanted[:, 12] if recipe.contrast else None):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                swapped = random.random(len(chosen)) < recipe.changed * bool(changed)
                read = [(changed if other else encoded)[i] for i, other in zip(chosen, swapped, strict=True)]
                ids, kinds, mask = padded(read)
                logits = network(_hidden(ids, recipe.masked), kinds, mask)
            miss = loss(logits.float(), goal[chosen], recipe)
            optimiser.zero_grad(set_to_none=True)
            miss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            if mean is not None:
                mean.update_parameters(network)
            sum_loss, steps = sum_loss + miss.item(), steps + 1
        log.info(
            "epoch %d of %d: loss %.3f, %.0f s", epoch + 1, recipe.epochs, sum_loss / steps, time.monotonic() - began
        )
    frozen.remove()
    if mean is not None:
        network.load_state_dict(mean.module.state_dict())
    network.eval()


def _only_marks(gradient: Tensor) -> Tensor:
    """Official word embeddings stay as they are, so that rare words keep their meaning; the marks' are learnt."""
    gradient[: -len(MARKS)] = 0
    return gradient


def _hidden(ids: Tensor, share: float) -> Tensor:
    if not share:
        return ids
    chosen = (torch.rand(ids.shape) < share) & (ids > SPECIAL)
    return ids.masked_fill(chosen, MASK)


@torch.inference_mode()
def predict(network: Network, encoded: Sequence[Encoded], size: int = 64) -> NDArray[np.float32]:
    """Logits (cases, 27) in the order given."""
    network.eval()
    out = np.zeros((len(encoded), network.head.out_features), np.float32)
    for chosen in batches(encoded, size, None):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out[chosen] = network(*padded([encoded[i] for i in chosen])).float().numpy()
    return out
