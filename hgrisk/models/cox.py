"""Cox regression of the hazard of a re-report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.models._columns import columns_as_they_are, is_numeric, numeric_matrix
from hgrisk.models._proportional_hazards import ProportionalHazards, check_penalty
from hgrisk.models.preparation import FeaturePreparer


class CoxRegression(ProportionalHazards):
    """Cox regression of the cause-specific hazard of a re-report, ridge-penalised on demand.

    Competing events end a row's time at risk. The predicted probability integrates the hazard of a re-report over the
    chance to be free of both events, with the covariate-free Nelson-Aalen hazard of all competing events; without these
    it is ``1 - exp(-H(t) exp(predict))``, with H the baseline cumulative hazard.

    Parameters
    ----------
    penalty : float
        Ridge penalty, 0 and above: ``0.5 * penalty * n_events * sum((coef * sd)**2)`` is taken off the log likelihood,
        with sd the standard deviation of each design column. Per event, a value means the same at any sample size. The
        errors are then those of the penalised information (Gray 1992, doi:10.1080/01621459.1992.10476248).
    ties : {"efron", "breslow"}
        How tied events share their risk set.
    prepare : bool
        Whether to run a `FeaturePreparer` first, so that the model takes raw features; if not, features are finite
        numbers and coefficients are on their scale.
    strata : sequence of str
        Columns of ``X`` whose values make strata: each has a baseline hazard of its own, and they are no features.
    warm_start : bool
        Whether a further fit on the same columns begins at the coefficients of the one before.

    Attributes
    ----------
    preparer_ : FeaturePreparer
        The fitted preparer, only with ``prepare=True``; coefficients are on the prepared scale, unstandardised.

    Notes
    -----
    Cox (1972), doi:10.1111/j.2517-6161.1972.tb00899.x; Efron (1977), doi:10.1080/01621459.1977.10480613; cluster-robust
    errors: Lin and Wei (1989), doi:10.1080/01621459.1989.10478874. Probabilities rest on hazards that are proportional
    and, for the competing events, the same for all.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 1, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> model = CoxRegression(penalty=0.1, prepare=False).fit(X, y)
    >>> model.predict_risk(X, horizon_days=183).round(2).tolist()
    [0.1, 0.47, 0.18, 0.88, 0.1, 0.3]
    """

    def __init__(
        self,
        penalty: float = 0.0,
        ties: str = "efron",
        prepare: bool = True,
        strata: Sequence[str] = (),
        warm_start: bool = False,
    ) -> None:
        self.penalty = penalty
        self.ties = ties
        self.prepare = prepare
        self.strata = strata
        self.warm_start = warm_start

    def _check_settings(self) -> tuple[float, str]:
        return check_penalty(self.penalty, self.ties)

    def _learn_design(self, frame: pd.DataFrame) -> tuple[NDArray[Any], Sequence[str]]:
        unknown = [name for name in self.strata if name not in frame.columns]
        if unknown:
            raise ConfigError("Strata are columns of the features", f"{unknown[0]!r}", "name columns of X")
        features = self._features(frame)
        if self.prepare:
            self.preparer_ = FeaturePreparer().fit(features)
        design = columns_as_they_are(self.preparer_.transform(features) if self.prepare else features)
        if design.shape[1] == 0:
            raise DataError("A Cox regression has at least one column that varies", "none", "use BaseRate")
        return design, list(self.preparer_.get_feature_names_out() if self.prepare else features.columns)

    def _design(self, frame: pd.DataFrame) -> Floats:
        features = self._features(frame)
        return numeric_matrix(self.preparer_.transform(features) if self.prepare else features)

    def _features(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.drop(columns=list(self.strata)) if len(self.strata) else frame

    def _stratum_labels(self, frame: pd.DataFrame) -> NDArray[np.str_] | None:
        if not len(self.strata):
            return None
        columns = [_in_words(name, frame[name]) for name in self.strata]
        labels = columns[0]
        for column in columns[1:]:
            labels = np.char.add(np.char.add(labels, ", "), column)
        return labels

    def _start(self, names: Sequence[str]) -> Floats | None:
        fitted_before = self.warm_start and getattr(self, "design_names_", None) == [str(name) for name in names]
        return self.coef_ if fitted_before else None


def _in_words(name: str, column: pd.Series[Any]) -> NDArray[np.str_]:
    """Return ``name=value`` for each row; a number is written the same whether it came as whole or as fraction."""
    if column.isna().any():
        raise DataError("Every row has a stratum", f"a missing value in {name!r}", "fill it or leave the row out")
    values = column.to_numpy(dtype=np.float64) if is_numeric(column) else column.astype(str).to_numpy(dtype=np.str_)
    distinct, where = np.unique(values, return_inverse=True)
    return np.array([f"{name}={value}" for value in distinct.tolist()], dtype=np.str_)[where]
