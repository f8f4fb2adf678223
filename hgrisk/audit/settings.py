"""Settings of an audit: which groups, which attributes that no model may see, and what unequal reporting to suppose."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from hgrisk.errors import ConfigError
from hgrisk.evaluation.bootstrap import FEWEST_DEFINED
from hgrisk.evaluation.capacity import DEFAULT_SHARE
from hgrisk.settings import MOST, Settings


class AuditSettings(Settings):
    """What is audited, and from which size on a group is shown.

    Attributes
    ----------
    by : tuple of str
        Audit columns; every value of each is a group.
    models : tuple of str
        Names of the models that are audited; all by default.
    only_audit : tuple of str
        Audit columns that no model may use; the proxy test asks whether the features give them away.
    capacity_share : float
        Share of all households that can be flagged; one threshold for every group.
    reporting_factor : float
        How many times as often the violence of a group is supposed to be reported, 1 or more.
    frailty_variance : float
        How much hazards are supposed to differ between households with the same predicted risk, as the variance of a
        factor with mean 1; 0 if they are alike. For what is left of the re-reports at equal reporting.
    reported_more : mapping of str to tuple of str
        Audit columns and their values: the groups of which that is supposed, one by one.
    min_n, min_events : int
        A group with fewer rows is withheld with its number; one with fewer re-reports by the horizon, or fewer rows
        without one, is withheld too.
    n_resamples : int
        Bootstrap draws of household networks: 0 for no intervals, otherwise at least 20.
    level : float
        Coverage of the intervals, between 0 and 1.
    test_share : float
        Share of the household networks on which the proxy test is judged; it learns from the others.

    Examples
    --------
    >>> AuditSettings(by=("region",)).reporting_factor
    1.5
    """

    by: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    only_audit: tuple[str, ...] = ()
    capacity_share: float = Field(default=DEFAULT_SHARE, gt=0.0, le=1.0)
    reporting_factor: float = Field(default=1.5, ge=1.0, allow_inf_nan=False)
    frailty_variance: float = Field(default=0.0, ge=0.0, allow_inf_nan=False)
    reported_more: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    min_n: int = Field(default=50, ge=1)
    min_events: int = Field(default=10, ge=0)
    n_resamples: int = Field(default=200, ge=0, le=MOST)
    level: float = Field(default=0.95, gt=0.0, lt=1.0)
    test_share: float = Field(default=0.5, gt=0.0, lt=1.0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for names in (self.by, self.only_audit):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ConfigError("An audit column is listed once", f"{twice[0]!r} more than once", "drop the repeat")
        if 0 < self.n_resamples < FEWEST_DEFINED:
            raise ConfigError(
                f"An interval needs at least {FEWEST_DEFINED} bootstrap draws",
                f"{self.n_resamples}",
                "use 200, or 0 for no intervals",
            )
        return self
