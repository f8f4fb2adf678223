"""Cox regression of the hazard of a re-report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.hazards.fit import CoxRows
from hgrisk.models.cause_specific.changing_effects import (
    changed_columns,
    check_changes,
    cut_rows,
    names_after,
    predictor_by_period,
)
from hgrisk.models.cause_specific.incidence import Hazards, incidence_with_changes
from hgrisk.models.cause_specific.proportional_hazards import ProportionalHazards, check_penalty
from hgrisk.models.cause_specific.strata import StrataOfColumns
from hgrisk.models.inputs.columns import columns_as_they_are, numeric_matrix
from hgrisk.models.preparation import FeaturePreparer


class CoxRegression(StrataOfColumns, ProportionalHazards):
    """Cox regression of the cause-specific hazard of a re-report, penalised on demand.

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
    strata : sequence of str, optional
        Columns of ``X`` whose values make strata: each has a baseline hazard of its own, and they are no features.
    warm_start : bool
        Whether a further fit on the same columns begins at the coefficients of the one before.
    changes : mapping of str to sequence of float, optional
        Days at which the effect of a design column changes: ``{"prior_reports": [183]}`` gives it a second coefficient,
        ``prior_reports after 183 days``, which adds to the first from then on. ``predict`` is the score at day 0.
    l1_ratio : float
        The share of the penalty that is ``penalty * n_events * sum(abs(coef * sd))``, from 0 (ridge) to 1 (lasso): it
        takes coefficients to 0. There are then no errors. `cox_path` follows it over many penalties.

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
        *,
        strata: Sequence[str] | None = None,
        warm_start: bool = False,
        l1_ratio: float = 0.0,
        changes: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        self.penalty = penalty
        self.ties = ties
        self.prepare = prepare
        self.strata = strata
        self.warm_start = warm_start
        self.l1_ratio = l1_ratio
        self.changes = changes

    def _html_repr(self) -> str:
        """Return the fitted model with its coefficients, for notebooks."""
        if not hasattr(self, "coef_"):
            return f"<pre>{escape(repr(self))}</pre>"
        likelihoods = f"log likelihood {self.loglik_:.6g}, without features {self.loglik_null_:.6g}"
        told = f"{self.n_events_:g} re-reports, {likelihoods}"
        shown = self.summary_.to_html(index=False, float_format="{:.4g}".format)
        return f"<pre>{escape(repr(self))}</pre>{shown}<p>{told}</p>"

    def _check_settings(self) -> tuple[float, str]:
        if not (isinstance(self.l1_ratio, int | float) and 0 <= self.l1_ratio <= 1):
            raise ConfigError("l1_ratio is a number from 0 to 1", f"{self.l1_ratio!r}", "use 0 for a ridge penalty")
        check_changes(self.changes)
        return check_penalty(self.penalty, self.ties)

    @property
    def _l1_ratio(self) -> float:  # type: ignore[override]  # a setting here, fixed in models without one
        return float(self.l1_ratio)

    def _learn_design(self, frame: pd.DataFrame) -> tuple[NDArray[Any], Sequence[str]]:
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

    def _score(self, frame: pd.DataFrame) -> Floats:
        design = self._design(frame)
        return np.asarray(design @ self.coef_[: design.shape[1]] + self.intercept_, dtype=np.float64)

    def _expanded(self, rows: CoxRows, names: Sequence[str]) -> tuple[CoxRows, Sequence[str], NDArray[np.intp] | None]:
        if not self.changes:
            return rows, names, None
        changed = changed_columns(check_changes(self.changes), names)
        pieces, source = cut_rows(rows, changed)
        return pieces, [*names, *names_after(changed, names)], source

    def _predictors(self, frame: pd.DataFrame) -> Floats:
        if not self.changes:
            return super()._predictors(frame)
        design = self._design(frame)
        changed = changed_columns(check_changes(self.changes), self.design_names_[: design.shape[1]])
        return predictor_by_period(design, self.coef_, changed) + self.intercept_

    def _incidence(self, predictors: Floats, hazards: Hazards, days: Floats) -> Floats:
        if not self.changes:
            return super()._incidence(predictors, hazards, days)
        cuts = np.unique(np.concatenate(list(check_changes(self.changes).values())))
        return incidence_with_changes(predictors, cuts, hazards, days)

    def _effects_at(self, day: float, n_columns: int) -> tuple[Floats, bool]:
        if not self.changes:
            return self.coef_, True
        coef = self.coef_[:n_columns].copy()
        changed = changed_columns(check_changes(self.changes), self.design_names_[:n_columns])
        for added, (place, since) in zip(self.coef_[n_columns:], changed, strict=True):
            coef[place] += added * (day > since)  # the day of a change still has the effect before it
        return coef, False

    def _start(self, names: Sequence[str]) -> Floats | None:
        fitted_before = self.warm_start and getattr(self, "design_names_", None) == [str(name) for name in names]
        return self.coef_ if fitted_before else None
