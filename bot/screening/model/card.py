"""The model card: what the classifier is, what it learnt from, and what it costs on libraries it has not seen."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.screening.model.breadth import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.screening.model.figures import Figures
    from bot.screening.model.fit import Recipe

HEAD = """# The classifier of Comment Desk

One small encoder (MiniLM-L6, from the official weights) fine-tuned end to end, with linear heads on hashed words and
letters beside it and one calibrated layer on top. It reads a public comment with its post, attachments, earlier
comments and the library's facts, and gives probabilities for keep, refer and remove, for each of the seven guidelines,
for needing a reply and for somebody being in danger. It never reads a person's name: only what an author's name
resembles (an official account, staff, a partner, a candidate, a business, a person).

**Use.** It advises the staff of a public library; a person acts. Its word alone removes nothing.

**Data.** Synthetic comments written for this project under fictional libraries; no comment was collected from a real
page. Labels follow LABELLING.md. Comments are English, some Spanish; other languages were hardly learnt.

**Weights.** Eight-bit, rounded by output column; sums in 32-bit floats, so a score does not depend on its batch.

**Limits.** Figures below are of the classifier alone: the cheapest outcome under its probabilities, without the rules
of the desk. Libraries held out lean to one kind of comment each, so a fold has not seen enough of that kind: the
shipped network, trained on all, should do somewhat better than these figures on an ordinary library.
"""


def written(measured: Mapping[str, Figures], recipe: Recipe, *, public: bool, seeds: int) -> str:
    """The card in Markdown, with figures by library held out and the recipe."""
    lines = [HEAD, "## Libraries held out\n"]
    columns = (
        "held out, cases, cost, allowed removed, violations kept, referred, guideline F1, reply F1, urgent seen, false"
    )
    lines.append("| " + " | ".join(columns.split(", ")) + " |")
    lines.append("| --- " * 10 + "|")
    for name, f in measured.items():
        lines.append(
            f"| {name} | {f.cases} | {f.cost:.3f} | {f.allowed_removed:.1%} | {f.violations_kept:.1%} "
            f"| {f.referred:.1%} | {f.guideline_f1:.3f} | {f.reply_f1:.3f} | {f.urgent_seen:.1%} "
            f"| {f.urgent_false:.1%} |"
        )
    settings = ", ".join(f"{name} {value}" for name, value in asdict(recipe).items() if name != "seed")
    lines.append(f"\n## Recipe\n\n{settings}; {seeds} network(s) averaged.")
    if public:
        sets = ", ".join(sorted({source.file for source in SOURCES}))
        lines.append(f"\nBefore the corpus the encoder was trained for one pass on public data: {sets}.")
    return "\n".join(lines) + "\n"
