"""Nested choice: in every part of a design the candidate is chosen anew, on the part's training landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hgrisk.dataset import Dataset
from hgrisk.models.fitting import Fit, checked_fits
from hgrisk.models.protocol import SurvivalModel
from hgrisk.selection.candidates import Choice, choose
from hgrisk.selection.settings import SelectionSettings


@dataclass(frozen=True, eq=False)
class ChoosingFit:
    """Choose among candidates, and fit the one chosen: a `Fit`, which a validation design takes like any other.

    Given to a design, it makes the evaluation nested: the test rows of a part play no role in the choice, so that the
    choosing is judged with the rest.

    Parameters
    ----------
    candidates : mapping of str to callable
        ``fit(train, horizons_days)`` by name, from the simplest to the most complex.
    settings : SelectionSettings
        Metric, folds and rule.
    seed : int
        Seed of the groups of networks.

    Attributes
    ----------
    choices : list of Choice
        What was chosen in each call, in their order.

    Raises
    ------
    DataError
        If a candidate is a model itself: wrap it as a `Fitting`.
    """

    candidates: Mapping[str, Fit]
    settings: SelectionSettings = field(default_factory=SelectionSettings)
    seed: int = 0
    choices: list[Choice] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a model where a way to fit is asked for."""
        checked_fits(self.candidates)

    def __call__(self, train: Dataset, horizons_days: tuple[int, ...]) -> SurvivalModel:
        """Return the chosen candidate, fitted on all training landmarks.

        Parameters
        ----------
        train : Dataset
            Training landmarks.
        horizons_days : tuple of int
            Horizons that the model is fitted for; the choice is made at the horizon of the settings.

        Returns
        -------
        SurvivalModel
            The fitted model.
        """
        choice = choose(self.candidates, train, self.settings, seed=self.seed)
        self.choices.append(choice)
        return self.candidates[choice.chosen](train, horizons_days)
