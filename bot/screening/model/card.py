"""The model card: what the classifier is, what it learnt from, and what it costs on libraries it has not seen."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.screening.model.breadth import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.policy import Care
    from bot.screening.model.figures import Figures
    from bot.screening.model.fit import Recipe

HEAD = """# The classifier of Comment Desk

One small encoder (MiniLM-L6, from the official weights) fine-tuned end to end, linear heads on hashed words and letters
beside it, and one calibrated layer on top, which also reads what the rules found. It reads a public comment with its
post, attachments, earlier comments and the library's facts. It gives probabilities for keep, refer and remove, for each
of the seven guidelines, for needing a reply and for somebody being in danger. It never reads a person's name, only what
an author's name resembles: an official account, staff, a partner, a candidate, a business, a person.

**Use.** It advises the staff of a public library; a person acts. Nothing is removed on its word without words to quote.

**Data.** Synthetic comments written for this project under twenty fictional libraries; none was collected from a real
page. They stand in `corpus/`. Comments are English, some Spanish; other languages were hardly learnt.

**Weights.** Eight-bit, rounded by output column; sums in 32-bit floats, so a score does not depend on its batch.

**How the figures were made.** Whole libraries were held out: of each, the encoder and the word heads had seen nothing,
and the last layer was fitted without it. Costs are those of `bot.screening.verdict.COST`: per case, 0 is perfect, and
asking the director about everything costs about 0.8. Each library's file leans to one kind of comment (bellwether to
off-topic, sparrow-hill to abuse without swearwords), so a fold lacks most of that kind; an ordinary library should fare
somewhat better. The figures are the engine's by its probabilities, without the search for words to quote.
"""
COLUMNS = (
    "cases",
    "cost per case",
    "allowed removed",
    "violations kept",
    "referred",
    "guideline F1",
    "reply F1",
    "urgent seen",
    "false alarms",
)


def written(
    libraries: Mapping[str, Figures],
    languages: Mapping[str, Figures],
    dial: Mapping[Care, Figures],
    recipe: Recipe,
    *,
    public: bool,
    seeds: int,
) -> str:
    """The card in Markdown: figures by library held out, by language and by setting of the dial, and the recipe."""
    settings = ", ".join(f"{name} {value}" for name, value in asdict(recipe).items() if name != "seed")
    lines = [
        HEAD,
        "## Libraries held out\n",
        *_table("held out", libraries),
        "\n## Languages, held out\n",
        *_table("language", languages),
        "\n## The director's dial, held out\n",
        "`care.referral_cost` and `care.allowed_at_most` of `policy.toml`; the shipped policy is 1.0 and 0.02.\n",
        *_table(
            "referral_cost, allowed_at_most", {f"{d.referral_cost}, {d.allowed_at_most}": f for d, f in dial.items()}
        ),
        f"\n## Recipe\n\n{settings}; {seeds} network(s) averaged.",
    ]
    if public:
        sets = ", ".join(sorted({source.file for source in SOURCES}))
        lines.append(f"\nBefore the corpus the encoder was trained for one pass on public data: {sets}.")
    return "\n".join(lines) + "\n"


def _table(first: str, measured: Mapping[str, Figures]) -> list[str]:
    lines = [f"| {' | '.join((first, *COLUMNS))} |", "| --- " * (len(COLUMNS) + 1) + "|"]
    lines += [
        f"| {name} | {f.cases} | {f.cost:.3f} | {f.allowed_removed:.1%} | {f.violations_kept:.1%} | {f.referred:.1%} "
        f"| {f.guideline_f1:.3f} | {f.reply_f1:.3f} | {f.urgent_seen:.1%} | {f.urgent_false:.1%} |"
        for name, f in measured.items()
    ]
    return lines
