"""Settings of the features."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from hgrisk.errors import ConfigError
from hgrisk.settings import Settings


class CovariateSettings(Settings):
    """A column of the cases table that is known at every landmark, used as a feature.

    Nothing in a file can prove that it was known then: whoever lists it here vouches for that.

    Attributes
    ----------
    family : str
        The family it counts with, for example ``prior_violence`` for a count of earlier reports kept elsewhere.
    unit, sentence_en, sentence_nl : str
        Description.
    kind : "number" or "category"
        How models treat it.
    """

    family: str = "covariates"
    unit: str = ""
    sentence_en: str = ""
    sentence_nl: str = ""
    kind: Literal["number", "category"] = "number"


class FeatureSettings(Settings):
    """Which features, over which windows.

    Attributes
    ----------
    families : tuple of str
        Families to compute.
    windows_days : tuple of int
        Lookback windows of the counts of reports, in days; "ever" is always added.
    recent_days : int
        The one window of all other counts, beside "ever".
    half_life_days : float
        After how many days an event weighs half in a decayed count.
    kinds : tuple of str
        Further kinds of event that ``prior_violence`` counts beside reports, over all windows.
    linked_households : bool
        Whether earlier households of the persons count too.
    persons : bool
        Whether the histories of the persons and the dyad named at the landmark count, in any household.
    covariates : dict
        Columns of the cases table used as features.
    """

    families: tuple[str, ...] = (
        "prior_violence",
        "violence_kinds",
        "household",
        "problems",
        "care_chain",
        "interventions",
        "safety_domain",
        "reporters",
        "context",
        "index_report",
    )
    windows_days: tuple[int, ...] = Field(default=(30, 90, 180, 365, 730), min_length=1)
    recent_days: int = Field(default=365, ge=1)
    half_life_days: float = Field(default=180.0, gt=0, allow_inf_nan=False)
    kinds: tuple[str, ...] = ("follow_up_report",)
    linked_households: bool = True
    persons: bool = True
    covariates: dict[str, CovariateSettings] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if any(days < 1 for days in self.windows_days):
            raise ConfigError("A window is at least one day", f"{min(self.windows_days)}", "give positive days")
        _refuse_twice("family", self.families)
        _refuse_twice("window", self.windows_days)
        _refuse_twice("kind", self.kinds)
        return self


def _refuse_twice(what: str, values: tuple[object, ...]) -> None:
    twice = [value for place, value in enumerate(values) if value in values[:place]]
    if twice:
        raise ConfigError(f"Every {what} is listed once", f"{twice[0]} twice", "remove one")
