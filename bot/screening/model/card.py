"""The model card: what the classifier is, what it learnt from, and what it costs on libraries it has not seen."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.policy import Care
from bot.screening.model.breadth import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.screening.model.figures import Figures
    from bot.screening.model.fit import Recipe

HEAD = """# The classifier of Comment Desk

One small encoder (MiniLM-L6, from the official weights) fine-tuned end to end, linear heads on hashed words and letters
beside it, and one calibrated layer on top, which also reads what the rules found. It reads a public comment with its
post, attachments, earlier comments and the library's facts. It gives probabilities for keep, refer and remove, for each
of the seven guidelines, for needing a reply and for somebody being in danger. It never reads a person's name, only what
an author's name resembles: an official account, staff, a partner, a candidate, a business, a person.

**Use.** It advises the staff of a public library; a person acts. Nothing is removed on its word without words to quote.

**Data.** Synthetic comments written for this project under {libraries} fictional libraries; none was collected from a
real page. They stand in `corpus/`. Comments are English, some Spanish; other languages were hardly learnt.

**Weights.** Eight-bit, rounded by output column; sums in 32-bit floats, so a score does not depend on its batch.

**How the figures were made.** Whole libraries were held out: of each, the encoder and the word heads had seen nothing,
and the last layer was fitted without it. Costs are those of `bot.screening.verdict.COST`: per case, 0 is perfect, and
asking the director about everything costs about 0.8. Each library's file leans to one kind of comment (bellwether to
off-topic, sparrow-hill to abuse without swearwords), so a fold lacks most of that kind; an ordinary library should fare
somewhat better. The figures are the engine's by its probabilities, without the search for words to quote.
"""
DIAL = """`care.referral_cost` says how many questions are welcome: the dearer one is, the fewer are asked.
`care.allowed_at_most` says how large a share of a library's allowed comments may be removed at most. It is held with
whole libraries as the units, so that at most one library in ten goes over: `bound.py` has the arithmetic and how far it
can be trusted. The shipped policy has 1.0 and {shipped}.

![What each setting of the dial costs](dial.svg)
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
) -> str:
    """The card in Markdown: figures by library held out, by language and by setting of the dial, and the recipe."""
    settings = ", ".join(f"{name} {value}" for name, value in asdict(recipe).items() if name != "seed")
    lines = [
        HEAD.format(libraries=len(libraries) - 1),
        "## Libraries held out\n",
        *_table("held out", libraries),
        "\n## Languages, held out\n",
        *_table("language", languages),
        "\n## The director's dial, held out\n",
        DIAL.format(shipped=Care().allowed_at_most),
        *_table(
            "referral_cost, allowed_at_most", {f"{d.referral_cost}, {d.allowed_at_most}": f for d, f in dial.items()}
        ),
        f"\n## Recipe\n\n{settings}.",
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


WIDE, HIGH, EDGE = 640, 360, 56
"""The picture in pixels; its axes stand `EDGE` from the border."""
INKS = ("#1b6ca8", "#2e8b57", "#b8860b", "#a83232", "#6a3d9a", "#444444")


def picture(dial: Mapping[Care, Figures]) -> str:
    """An SVG of the dial: the share referred against the cost per case, a line for each bound on wrongful removals."""
    most = max(f.referred for f in dial.values()) * 1.1
    low, high = min(f.cost for f in dial.values()) * 0.95, max(f.cost for f in dial.values()) * 1.05

    def at(f: Figures) -> tuple[float, float]:
        across = EDGE + f.referred / most * (WIDE - 2 * EDGE)
        return round(across, 1), round(HIGH - EDGE - (f.cost - low) / (high - low) * (HIGH - 2 * EDGE), 1)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDE}" height="{HIGH}" fill="white"/>',
        f'<path d="M{EDGE} {EDGE}V{HIGH - EDGE}H{WIDE - EDGE}" fill="none" stroke="black"/>',
        f'<text x="{WIDE / 2}" y="{HIGH - 12}" text-anchor="middle">referred to the director</text>',
        f'<text x="{EDGE}" y="{EDGE - 30}">cost per case</text>',
    ]
    for tenth in range(int(most * 10) + 1):
        across = EDGE + tenth / 10 / most * (WIDE - 2 * EDGE)
        lines.append(f'<text x="{across:.0f}" y="{HIGH - EDGE + 16}" text-anchor="middle">{tenth * 10} %</text>')
    for cost in (low, (low + high) / 2, high):
        up = HIGH - EDGE - (cost - low) / (high - low) * (HIGH - 2 * EDGE)
        lines.append(f'<text x="{EDGE - 6}" y="{up + 4:.0f}" text-anchor="end">{cost:.2f}</text>')
    for ink, bar in zip(INKS, sorted({care.allowed_at_most for care in dial}), strict=False):
        line = sorted((care.referral_cost, *at(f)) for care, f in dial.items() if care.allowed_at_most == bar)
        points = " ".join(f"{x},{y}" for _, x, y in line)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="2"/>')
        lines += [
            f'<circle cx="{x}" cy="{y}" r="3" fill="{ink}"><title>referral_cost {dear}</title></circle>'
            for dear, x, y in line
        ]
        row = EDGE + 16 * sorted({care.allowed_at_most for care in dial}).index(bar)
        lines.append(f'<text x="{EDGE + 12}" y="{row}" fill="{ink}">allowed_at_most {bar:g}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"
