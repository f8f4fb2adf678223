"""The terms of a log cumulative hazard: what each feature adds to it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import FitError
from hgrisk.hazards.fit import CoxRows
from hgrisk.models.cause_specific.incidence import Hazards
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.score_terms import ScoreTerms, summed_by_source


class HazardTerms(SurvivalModel):
    """Takes the score of a model with proportional hazards apart; its child fits and predicts."""

    _has_terms = True
    center_: Floats
    coef_: Floats
    design_names_: list[str]
    intercept_: float
    strata_levels_: list[str]
    strata_share_: Floats

    def score_terms(self, X: Any, at_days: float) -> ScoreTerms:
        """Return what each feature adds to the log cumulative hazard of a re-report by a day.

        A term is coefficient times distance from the training mean, summed over the design columns that come from the
        feature; strata are a term too. Where effects change, a cumulative hazard does not fall apart: the score is then
        the log relative hazard on that day, with the effects of the day, and 0 is the mean row on day 0.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        at_days : float
            Days since the landmark.

        Returns
        -------
        ScoreTerms
            Terms of the features with a column of their own; the base is the weighted mean training score.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, a stratum was not there at fit, or in some stratum no re-report came
            by that day; and by models whose score is none of the features alone.
        """
        if not self._has_terms:
            return super().score_terms(X, at_days)
        frame = self._check_columns(X)
        day = float(self._check_times([at_days])[0])
        design = self._design(frame)
        coef, cumulative = self._effects_at(day, design.shape[1])
        names, values = summed_by_source((design - self.center_) * coef, self._sources(design.shape[1]))
        base = float(self.intercept_ + self.center_ @ coef)
        score = np.asarray(design @ coef + self.intercept_, dtype=np.float64)
        if not cumulative:
            return ScoreTerms(names, values, base, score, "log hazard")
        level = self._log_baseline(day)
        own = level[self._stratum_places(frame)]
        mean = float(self.strata_share_ @ level)
        if len(level) > 1:
            names, values = (*names, self._strata_name()), np.column_stack([values, own - mean])
        return ScoreTerms(names, values, base + mean, score + own, "log cumulative hazard")

    @abstractmethod
    def _design(self, frame: pd.DataFrame) -> Floats:
        """Return the design matrix, shape (n, q), of new rows."""

    @abstractmethod
    def _hazards(self, stratum: int) -> Hazards:
        """Return the hazards of a stratum."""

    @abstractmethod
    def _stratum_places(self, frame: pd.DataFrame) -> NDArray[np.intp]:
        """Return the place of each row's stratum among those of fit, or refuse one that was not there."""

    def _sources(self, n_columns: int) -> list[str]:
        """Return the raw feature of each design column."""
        names = self.design_names_[:n_columns]
        if not getattr(self, "prepare", False):
            return names
        source: dict[str, str] = self.preparer_.source_of_
        return [source[name] for name in names]

    def _effects_at(self, day: float, n_columns: int) -> tuple[Floats, bool]:  # noqa: ARG002
        """Return the coefficients of the design columns on a day, and whether they are the same on all days."""
        return self.coef_, True

    def _strata_name(self) -> str:
        """Return the columns that make the strata, as the name of a term."""
        return " & ".join(getattr(self, "strata", None) or ("stratum",))

    def _log_baseline(self, day: float) -> Floats:
        """Return the log cumulative baseline hazard of each stratum by a day."""
        every = [self._hazards(stratum) for stratum in range(len(self.strata_levels_))]
        reached = np.array([hazards.re_report[hazards.times <= day].sum() for hazards in every])
        if not np.all(reached > 0):
            where = f" in the stratum {self.strata_levels_[int(np.argmin(reached))]!r}" if len(every) > 1 else ""
            found = f"none by day {day:g}{where}"
            raise FitError("Terms are of a day by which some re-report came", found, "ask for a later day")
        return np.asarray(np.log(reached), dtype=np.float64)

    def _keep_means(self, center: Floats, rows: CoxRows) -> None:
        """Keep the training means that terms are distances from."""
        self.center_ = center
        weight = np.ones(len(rows.duration)) if rows.weight is None else rows.weight
        code = np.zeros(len(weight), dtype=np.intp) if rows.stratum is None else rows.stratum
        self.strata_share_ = np.bincount(code, weight, minlength=len(self.strata_levels_)) / weight.sum()
