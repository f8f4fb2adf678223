"""Settings of a choice among candidates."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from hgrisk.errors import ConfigError
from hgrisk.evaluation.registry import get_metric
from hgrisk.settings import MOST, Settings


class SelectionSettings(Settings):
    """How candidates are compared on the training landmarks.

    Attributes
    ----------
    metric : str
        What they are compared by; one that is to be high or low, not on target.
    horizon_days : int
        Horizon of the metric, in days.
    n_windows : int
        Windows of time, each judged by candidates trained on what was known when it began.
    n_groups : int
        Groups of household networks: in every window each group is judged by candidates trained on the others.
    first_share : float
        Share of the training landmarks, the earliest, that lie before the first window.
    rule : "one_se" or "best"
        The simplest candidate whose difference with the best is within one standard error of that difference; or the
        best.
    min_events : int
        A fold counts with at least so many re-reports by the horizon in its training and in its test rows.

    Examples
    --------
    >>> SelectionSettings().rule
    'one_se'
    """

    metric: str = "brier"
    horizon_days: int = Field(default=365, ge=1)
    n_windows: int = Field(default=3, ge=1, le=MOST)
    n_groups: int = Field(default=3, ge=2, le=MOST)
    first_share: float = Field(default=0.4, gt=0, lt=1)
    rule: Literal["one_se", "best"] = "one_se"
    min_events: int = Field(default=10, ge=1)

    @field_validator("metric")
    @classmethod
    def _has_a_better_end(cls, name: str) -> str:
        if get_metric(name).direction == "target":
            raise ConfigError(
                "Candidates are compared by a metric that is to be high or low", f"{name!r}", "use 'brier' or 'auc'"
            )
        return name

    @model_validator(mode="after")
    def _folds_enough(self) -> Self:
        if self.n_windows * self.n_groups < 3:
            found = f"{self.n_windows} windows times {self.n_groups} groups"
            raise ConfigError("A standard error rests on three folds or more", found, "use more windows or groups")
        return self
