"""Cox regression of the hazard of a re-report."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.models._columns import numeric_matrix
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

    def __init__(self, penalty: float = 0.0, ties: str = "efron", prepare: bool = True) -> None:
        self.penalty = penalty
        self.ties = ties
        self.prepare = prepare

    def _check_settings(self) -> tuple[float, str]:
        return check_penalty(self.penalty, self.ties)

    def _learn_design(self, frame: pd.DataFrame) -> tuple[Floats, Sequence[str]]:
        if self.prepare:
            self.preparer_ = FeaturePreparer().fit(frame)
        design = self._design(frame)
        if design.shape[1] == 0:
            raise DataError("A Cox regression has at least one column that varies", "none", "use BaseRate")
        return design, list(self.preparer_.get_feature_names_out() if self.prepare else frame.columns)

    def _design(self, frame: pd.DataFrame) -> Floats:
        return numeric_matrix(self.preparer_.transform(frame) if self.prepare else frame)
