"""Settings of the explanations of an experiment: of whole models, never of a case."""

from __future__ import annotations

from pydantic import Field, field_validator

from hgrisk.errors import ConfigError
from hgrisk.settings import MOST, Settings


class ExplainSettings(Settings):
    """Which models are explained, and how far. What a case's score is made of is never part of a run.

    Attributes
    ----------
    models : tuple of str
        Names of the models; by default all whose scores can be taken apart.
    n_resamples : int
        Bootstrap draws of household networks for the intervals of importance; fewer than 20 give none.
    n_shapes : int
        So many features of each model, the most important ones, have their shape shown.
    n_interacting : int
        Interactions are looked for among so many features, the most important ones; 0 for none, otherwise 2 or more.
    n_draws : int
        Bootstrap draws of household networks in which the model is fitted anew, for the stability of importance; 0 for
        none, otherwise 2 or more.
    by_year : bool
        Whether the model is also fitted anew on each year's training landmarks alone.
    top : int
        Stability tells how often a feature is among so many.
    """

    models: tuple[str, ...] = ()
    n_resamples: int = Field(default=200, ge=0, le=MOST)
    n_shapes: int = Field(default=6, ge=0, le=MOST)
    n_interacting: int = Field(default=0, ge=0, le=MOST)
    n_draws: int = Field(default=0, ge=0, le=MOST)
    by_year: bool = False
    top: int = Field(default=10, ge=1)

    @field_validator("n_interacting", "n_draws")
    @classmethod
    def _two_to_compare(cls, number: int) -> int:
        if number == 1:
            raise ConfigError("Interactions and stability compare two or more", "1", "use 0 for none, or 2 or more")
        return number
