"""What holds for every comment: no text breaks the screening, every quote is verbatim, order changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import Attachment, Comment, Earlier
from bot.screening import Probabilities, Screening
from bot.screening.evidence import LEARNT, Evidence
from bot.screening.finding import Finding, Outcome, Verdict, Where
from bot.screening.reading import Reading
from bot.screening.verdict import lean, reasons, settle

if TYPE_CHECKING:
    from bot.policy import Policy

_PHRASES = (
    "vote no on Measure K",
    "you stupid fat cow",
    "call us at 715-555-0123",
    "free estimates",
    "reply with your card number and PIN",
    "I'm going to kill you",
    "full movie pdf",
    "\u202eyou're a m\u200bor0n",
    "S T U P I D",
    "\ufb03 \uff36\uff2f\uff34\uff25",
    "Is this open?",
    '"',
    "'",
    "\U0001f600" * 20,
)
texts = st.lists(st.one_of(st.text(max_size=40), st.sampled_from(_PHRASES)), max_size=8).map(" ".join)
findings = st.builds(
    Finding,
    guideline=st.sampled_from((*LEARNT, "unknown-here")),
    strength=st.floats(0, 1),
    quote=st.sampled_from(("", "a span", "another span")),
    why=st.sampled_from(("It is so.", "It may be so.")),
    where=st.sampled_from(Where),
)
harms = st.builds(
    Finding,
    guideline=st.none(),
    strength=st.floats(0.4, 1),
    quote=st.just("a span"),
    why=st.just("Harm."),
    urgent=st.just(True),  # noqa: FBT003  a strategy for the field
)
evidences = st.builds(
    Evidence,
    findings=st.lists(st.one_of(findings, harms), max_size=7).map(tuple),
    has_post=st.booleans(),
    strays=st.floats(0, 1),
    answer=st.just({}),
    needs_reply=st.floats(0, 1),
    asks=st.booleans(),
    critical=st.booleans(),
    language=st.none() | st.just("Polish"),
)
shares = st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1)).map(
    lambda s: dict(zip(Outcome, (part / sum(s) for part in s), strict=True))
)
judged = st.builds(
    Probabilities,
    outcome=shares,
    guidelines=st.fixed_dictionaries(dict.fromkeys(LEARNT, st.floats(0, 1))),
    needs_reply=st.floats(0, 1),
    urgent=st.floats(0, 1),
    allowed=st.floats(0, 1),
)
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@relaxed
@given(text=texts, post=st.none() | texts, author=st.none() | texts, shown=texts, before=texts)
def test_no_text_breaks_the_screening_and_every_quote_is_verbatim(
    screening: Screening, text: str, post: str | None, author: str | None, shown: str, before: str
) -> None:
    comment = Comment(text=text, post=post, author=author, attachments=(Attachment("image", shown),))
    verdict = screening.screen(comment, (Earlier(author, before), Earlier("Jo Roe", text)))
    places = {Where.COMMENT: text, Where.AUTHOR: author or "", Where.ATTACHMENT: shown, Where.EARLIER: before + text}
    for finding in verdict.findings:
        assert finding.quote
        assert finding.quote in places[finding.where]
        assert 0 <= finding.strength <= 1
    _holds(verdict)


def decided(evidence: Evidence, policy: Policy, said: Probabilities) -> Verdict:
    leaning = lean(evidence, policy, said)
    return settle(leaning, reasons(leaning, evidence.findings), evidence, policy)


@relaxed
@given(evidence=evidences, said=judged, data=st.data())
def test_the_order_of_findings_changes_nothing(
    policy: Policy, evidence: Evidence, said: Probabilities, data: st.DataObject
) -> None:
    verdict = decided(evidence, policy, said)
    shuffled = replace(evidence, findings=tuple(data.draw(st.permutations(evidence.findings))))
    assert decided(shuffled, policy, said) == verdict
    _holds(verdict)
    if not evidence.has_post:
        assert 1 not in verdict.guidelines
    if evidence.language:
        assert verdict.outcome is Outcome.REFER
        assert "looks like Polish, which the desk does not read" in verdict.why


@given(text=texts)
def test_a_reading_leads_back_to_the_raw_text(text: str) -> None:
    reading = Reading(text)
    for layer in (reading.plain, reading.bare):
        assert len(layer.text) == len(layer.at)
        assert list(layer.at) == sorted(layer.at)
        assert reading.quote(layer, 0, len(layer.text)) in text


def _holds(verdict: Verdict) -> None:
    """What no verdict may break."""
    assert 0 <= verdict.confidence <= 1
    assert verdict.why.endswith(".")
    if verdict.outcome is Outcome.KEEP:
        assert verdict.guidelines == ()
    else:
        assert verdict.guidelines or verdict.urgent or "which the desk does not read" in verdict.why
    if verdict.outcome is Outcome.REMOVE:
        assert any(finding.quote for finding in verdict.findings)
        assert not verdict.needs_reply
    if verdict.urgent:
        assert verdict.outcome is Outcome.REFER
        assert verdict.needs_reply


def test_a_batch_gives_the_verdicts_of_its_comments(screening: Screening) -> None:
    texts = ["When do you open?", "You are all worthless pigs.", "Buy cheap watches now, link in my bio!", "Lovely."]
    together = screening.screen_all([(Comment(text), ()) for text in texts])
    assert [v.outcome for v in together] == [screening.screen(Comment(text)).outcome for text in texts]
