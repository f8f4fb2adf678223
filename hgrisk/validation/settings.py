"""Settings of a validation: which designs, and what a part needs to be judged."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from pydantic import Field, field_validator

from hgrisk.errors import ConfigError
from hgrisk.settings import MOST, Settings

Design = Literal["folds", "rolling", "regions", "optimism", "learning"]


class ValidationSettings(Settings):
    """Which designs, and what a part needs to be judged.

    Attributes
    ----------
    designs : tuple of str
        "folds" (unseen household networks, cross-validated), "rolling" (each year judged by a model trained on the
        years before), "regions" (each region judged by a model trained elsewhere; with fewer than five, networks that
        move between them make the training rows a selection), "optimism" (corrected by bootstrap) and "learning" (more
        and more of the training networks).
    models : tuple of str
        Names of the models that are judged, of which the first is what the others are compared with; all by default.
    n_folds : int
        Folds of household networks.
    first_year : int, optional
        First year that is judged; by default the second one with landmarks.
    train_years : int, optional
        A rolling origin trains on so many years before it; on all of them by default.
    region_column : str
        Column of the landmarks that tells regions apart.
    n_bootstrap : int
        Refits of the optimism bootstrap, 20 or more.
    sizes : tuple of float
        Shares of the training networks of a learning curve, increasing, at most 1.
    n_draws : int
        How often each share is drawn.
    min_test_events, min_train_events : int
        A part is judged at a horizon with at least so many re-reports by then in its test and its training rows.
    min_effective_n : float
        And only where the censoring weights of its test rows tell as much as so many rows of equal weight: with few
        rows followed to the horizon, each stands for many, and intervals are too narrow.
    """

    designs: tuple[Design, ...] = ("folds", "rolling", "regions")
    models: tuple[str, ...] = ()
    n_folds: int = Field(default=10, ge=2, le=MOST)
    first_year: int | None = None
    train_years: int | None = Field(default=None, ge=1)
    region_column: str = "region"
    n_bootstrap: int = Field(default=200, ge=20, le=MOST)
    sizes: tuple[float, ...] = (0.1, 0.2, 0.4, 0.7, 1.0)
    n_draws: int = Field(default=1, ge=1, le=MOST)
    min_test_events: int = Field(default=20, ge=1)
    min_train_events: int = Field(default=20, ge=1)
    min_effective_n: float = Field(default=50.0, ge=0.0, allow_inf_nan=False)

    @field_validator("designs")
    @classmethod
    def _each_once(cls, designs: tuple[Design, ...]) -> tuple[Design, ...]:
        twice = sorted({name for name in designs if designs.count(name) > 1})
        if twice:
            raise ConfigError("A design is listed once", f"{twice[0]!r} more than once", "drop the repeat")
        return designs

    @field_validator("sizes")
    @classmethod
    def _shares_increase(cls, sizes: tuple[float, ...]) -> tuple[float, ...]:
        if not sizes or sizes[0] <= 0 or sizes[-1] > 1 or any(a >= b for a, b in pairwise(sizes)):
            raise ConfigError("Sizes are increasing shares above 0, at most 1", f"{list(sizes)}", "use [0.25, 0.5, 1]")
        return sizes
