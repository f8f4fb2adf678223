"""How an experiment judges a model: the same test landmarks, draws and censoring for every model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.dataset import Dataset
from hgrisk.evaluation.calibration import calibration_table
from hgrisk.evaluation.evaluate import Evaluation, evaluate
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings, grid_times
from hgrisk.models.calibrated import Calibrated
from hgrisk.models.protocol import SurvivalModel

N_BINS = 20


@dataclass(frozen=True)
class FittedModel:
    """A model, fitted and judged.

    Attributes
    ----------
    name : str
        Its name in the results.
    model : SurvivalModel
        The fitted model.
    columns : list of str
        The features it takes.
    evaluation : Evaluation
        Its performance on the test landmarks.
    """

    name: str
    model: SurvivalModel
    columns: list[str]
    evaluation: Evaluation

    @property
    def inner(self) -> SurvivalModel:
        """The fitted model without its calibration."""
        return self.model.model_ if isinstance(self.model, Calibrated) else self.model


@dataclass(frozen=True)
class Judge:
    """Judge models on the same test landmarks.

    Attributes
    ----------
    test : Dataset
        The test landmarks. Each horizon is judged on those that could be followed to it, weighted for their own
        censoring. Follow-up counts from the landmark, also where the time at risk begins later.
    settings : EvaluationSettings
        Horizons, metrics and groups.
    seed : int
        Seed of the bootstrap, the same for every model so that differences are paired.
    """

    test: Dataset
    settings: EvaluationSettings
    seed: int

    def evaluate(self, name: str, model: SurvivalModel, columns: list[str], *, groups: bool = False) -> Evaluation:
        """Evaluate one fitted model.

        Parameters
        ----------
        name : str
            Its name in the table.
        model : SurvivalModel
            The fitted model.
        columns : list of str
            The features it was fitted on.
        groups : bool
            Whether to evaluate the audit groups too.

        Returns
        -------
        Evaluation
            Its performance.
        """
        times = self._times(model)
        settings = self.settings if groups else self.settings.model_copy(update={"by": ()})
        y = self.test.y_from_landmark
        return evaluate(
            y,
            y,
            model.predict_cumulative_incidence(self.test.X[columns], times),
            times,
            clusters=self.test.clusters,
            settings=settings,
            seed=self.seed,
            by=self.test.groups(self.settings.by) if groups and self.settings.by else None,
            model=name,
            followable_days=self.test.followable_days,
        )

    def calibration(self, fitted: FittedModel, horizon: int) -> pd.DataFrame:
        """Return the calibration table of one model.

        Parameters
        ----------
        fitted : FittedModel
            The model.
        horizon : int
            Days.

        Returns
        -------
        DataFrame
            As :func:`hgrisk.evaluation.calibration.calibration_table` returns it.
        """
        return calibration_table(self.sample(fitted), horizon)

    def sample(self, fitted: FittedModel) -> Sample:
        """Return outcomes and predicted risks of the test landmarks.

        Parameters
        ----------
        fitted : FittedModel
            The model.

        Returns
        -------
        Sample
            Row by row.
        """
        times = self._times(fitted.model)
        risk = fitted.model.predict_cumulative_incidence(self.test.X[fitted.columns], times)
        y, able = self.test.y_from_landmark, self.test.followable_days
        return Sample.build(y, y, risk, times, followable_days=able)

    def histogram(self, fitted: FittedModel, horizon: int) -> pd.DataFrame:
        """Count the predicted risks of the test landmarks in equal bins.

        Parameters
        ----------
        fitted : FittedModel
            The model.
        horizon : int
            Days.

        Returns
        -------
        DataFrame
            ``left``, ``right``, ``n``.
        """
        risk = fitted.model.predict_risk(self.test.X[fitted.columns], horizon)
        counts, edges = np.histogram(risk, bins=N_BINS, range=(0.0, 1.0))
        return pd.DataFrame({"left": edges[:-1], "right": edges[1:], "n": counts})

    def _times(self, model: SurvivalModel) -> NDArray[np.float64]:
        wanted: Any = grid_times(self.settings) if model.supported_times_ is None else self.settings.horizons_days
        return np.asarray(wanted, dtype=np.float64)
