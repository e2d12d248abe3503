"""What holds for every comment: no text breaks the screening, every quote is verbatim, order changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import Attachment, Comment, Earlier
from bot.screening import Probabilities, Screening
from bot.screening.finding import Finding, Outcome, Verdict, Where
from bot.screening.reading import Reading
from bot.screening.verdict import Bearing, decide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.library import Library
    from bot.policy import Policy

_KEYS = ("off-topic", "abuse", "solicitation", "impersonation", "repetition", "electioneering", "copyright")
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
    guideline=st.sampled_from((*_KEYS, "unknown-here")),
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
bearings = st.builds(
    Bearing,
    has_post=st.booleans(),
    strays=st.floats(0, 1),
    needs_reply=st.floats(0, 1),
    asks=st.booleans(),
    critical=st.booleans(),
)
shares = st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1)).map(
    lambda s: dict(zip(Outcome, (part / sum(s) for part in s), strict=True))
)
judged = st.one_of(
    st.none(),
    st.builds(
        Probabilities,
        outcome=shares,
        guidelines=st.dictionaries(st.sampled_from(_KEYS), st.floats(0, 1)),
        needs_reply=st.floats(0, 1),
        urgent=st.floats(0, 1),
    ),
)
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@relaxed
@given(text=texts, post=st.none() | texts, author=st.none() | texts, shown=texts, before=texts)
def test_no_text_breaks_the_screening_and_every_quote_is_verbatim(
    policy: Policy, library: Library, text: str, post: str | None, author: str | None, shown: str, before: str
) -> None:
    comment = Comment(text=text, post=post, author=author, attachments=(Attachment("image", shown),))
    verdict = Screening(policy, library).screen(comment, (Earlier(author, before), Earlier("Jo Roe", text)))
    places = {Where.COMMENT: text, Where.AUTHOR: author or "", Where.ATTACHMENT: shown, Where.EARLIER: before + text}
    for finding in verdict.findings:
        assert finding.quote
        assert finding.quote in places[finding.where]
        assert 0 <= finding.strength <= 1
    _holds(verdict)


@relaxed
@given(found=st.lists(st.one_of(findings, harms), max_size=7), bearing=bearings, chances=judged, data=st.data())
def test_the_order_of_findings_changes_nothing(
    policy: Policy, found: Sequence[Finding], bearing: Bearing, chances: Probabilities | None, data: st.DataObject
) -> None:
    verdict = decide(found, policy, bearing, chances)
    assert decide(data.draw(st.permutations(found)), policy, bearing, chances) == verdict
    _holds(verdict)
    if not bearing.has_post:
        assert 1 not in verdict.guidelines
    if any(finding.urgent for finding in found):
        assert verdict.urgent


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
        assert verdict.guidelines or verdict.urgent
    if verdict.outcome is Outcome.REMOVE:
        assert any(finding.quote for finding in verdict.findings)
        assert not verdict.needs_reply
    if verdict.urgent:
        assert verdict.outcome is Outcome.REFER
        assert verdict.needs_reply
