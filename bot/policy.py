"""The library's comment policy: its guidelines and how careful the desk is with them, read from `policy.toml`."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.toml import Table

Share = Annotated[float, Field(ge=0, le=1)]


class Guideline(Table):
    """One rule of the public comment guidelines (policy, part III), under the source's own number."""

    number: Annotated[int, Field(ge=1, le=99)]
    key: Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")]
    name: str
    text: str
    """What may not be posted, in the library's words; shown to patrons."""


class Care(Table):
    """The director's dial. What each setting costs stands in the model card."""

    referral_cost: Annotated[float, Field(gt=0, le=3)] = 1.0
    """How dear a question to the director is; 1 is a tenth of a wrongful removal. Smaller asks her more often."""
    allowed_at_most: Annotated[float, Field(ge=0, le=0.2)] = 0.01
    """Of a library's allowed comments, the share that may be removed at most; `bot.screening.model.bound` holds it."""


class Thresholds(Table):
    """How strong findings have to be for a guideline of the library's own, which the classifier has not learnt.

    Strength is the chance, as the guideline's file sees it, that the guideline is broken.
    """

    refer: Share = 0.35
    remove: Share = 0.85

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.refer >= self.remove:
            raise ValueError("refer must be smaller than remove, for example refer = 0.35 and remove = 0.85")
        return self


class Prior(Table):
    """Of a hundred comments that staff forward, how many deserve each verdict; the three shares add up to 1."""

    keep: Share
    refer: Share
    remove: Share

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(self.keep + self.refer + self.remove - 1) > 0.01:
            raise ValueError("keep, refer and remove must add up to 1, for example 0.53, 0.18 and 0.29")
        return self


class Policy(Table):
    """The whole policy. Numbers and keys are unique; a key tells the screening which file speaks for the rule."""

    title: str
    guidelines: Annotated[list[Guideline], Field(min_length=1, alias="guideline")]
    care: Care = Care()
    thresholds: Thresholds = Thresholds()
    prior: Prior

    @model_validator(mode="after")
    def _unique(self) -> Self:
        for what, values in (
            ("number", [str(g.number) for g in self.guidelines]),
            ("key", [g.key for g in self.guidelines]),
        ):
            twice = {value for value in values if values.count(value) > 1}
            if twice:
                raise ValueError(f"two guidelines share the {what} {', '.join(sorted(twice))}; give each its own")
        return self

    @cached_property
    def by_number(self) -> dict[int, Guideline]:
        """Guidelines by the number that people cite."""
        return {g.number: g for g in self.guidelines}

    @cached_property
    def by_key(self) -> dict[str, Guideline]:
        """Guidelines by the key that the screening uses."""
        return {g.key: g for g in self.guidelines}
