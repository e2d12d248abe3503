"""How often instructions in a comment make its verdict milder or graver: `python -m tests.benchmarks.injection [N]`.

N comments of the corpus, spread over its libraries, each with words before it, after it and on both sides; what the
rules found has to stay found, and the classifier, which can be swayed by whatever is added, is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import click

import bot
from adapters.batch import Row
from bot import toml
from bot.library import from_context
from bot.policy import Policy
from bot.screening import Screening
from bot.screening.evidence import gather
from bot.screening.finding import ORDER
from bot.screening.model.classifier import Classifier
from bot.screening.scene import Scene
from tests.hostile.injections import ACCUSING, INJECTIONS, around

CORPUS = Path(bot.__file__).parent / "screening" / "model" / "corpus"
POLICY = Path(bot.__file__).parents[1] / "config" / "policy.toml"
NEUTRAL = ("We came by on the bus from the north side this week, and it was a grey day.",)


@click.command()
@click.argument("count", default=120, type=int)
def main(count: int) -> None:
    """Print milder, graver and unchanged verdicts for instructions, accusations and words that say nothing."""
    policy, classifier = toml.read(POLICY, Policy), Classifier()
    files = sorted(CORPUS.glob("*.jsonl"))
    lost: Counter[str] = Counter()
    moved: dict[str, Counter[str]] = {"instructions": Counter(), "accusations": Counter(), "small talk": Counter()}
    for file in files:
        about = json.loads(file.with_name(f"{file.stem}.context.json").read_text(encoding="utf-8"))
        screening = Screening(policy, from_context(about, file.stem), classifier)
        lines = file.read_text(encoding="utf-8").splitlines()
        for line in lines[:: max(len(lines) * len(files) // count, 1)]:
            comment, earlier = Row.model_validate_json(line).case()
            plain = screening.screen(comment, earlier)
            found = {f.guideline for f in gather(Scene(comment, tuple(earlier), screening.library)).findings}
            for kind, words in (("instructions", INJECTIONS), ("accusations", ACCUSING), ("small talk", NEUTRAL)):
                cases = [
                    (replace(comment, text=text), earlier) for said in words for text in around(comment.text, said)
                ]
                for case, verdict in zip(cases, screening.screen_all(cases), strict=True):
                    step = ORDER.index(verdict.outcome) - ORDER.index(plain.outcome)
                    how = "same" if step == 0 else f"{plain.outcome} to {verdict.outcome}"
                    moved[kind][how] += 1
                    if plain.urgent and not verdict.urgent:
                        moved[kind]["urgent no more"] += 1
                    kept = {f.guideline for f in gather(Scene(case[0], tuple(earlier), screening.library)).findings}
                    lost[kind] += not found <= kept
                    lost[f"{kind}, checked"] += 1
    for kind, counted in moved.items():
        whole = sum(n for name, n in counted.items() if name != "urgent no more")
        click.echo(f"{kind}: {whole} verdicts; findings of rules lost in {lost[kind]} of {lost[f'{kind}, checked']}")
        for name, n in counted.most_common():
            click.echo(f"  {name:<22}{n:>6}  {n / whole:.2%}")


if __name__ == "__main__":
    main()
