"""Cox regression of all re-reports of a household, not of the first alone."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.models.cause_specific.episodes import by_each_event, by_gap_time, by_total_time, find_episodes
from hgrisk.models.cause_specific.incidence import LARGEST_PREDICTOR
from hgrisk.models.cause_specific.proportional_hazards import check_cluster, one_per_row
from hgrisk.models.cox import CoxRegression
from hgrisk.models.inputs.fit_arguments import as_labels, check_within_clusters
from hgrisk.models.protocol import Training
from hgrisk.surv import RE_REPORT

ANDERSEN_GILL, WEI_LIN_WEISSFELD = "andersen_gill", "wei_lin_weissfeld"
FORMULATIONS = {
    ANDERSEN_GILL: by_total_time,
    "pwp_total_time": by_total_time,
    "pwp_gap_time": by_gap_time,
    WEI_LIN_WEISSFELD: by_each_event,
}
STRATUM = "re-report %d"


class RecurrentCox(CoxRegression):
    """Cox regression of recurrent re-reports, with errors that are robust to their dependence within a household.

    ========================  =========================  ===================  ================================
    formulation               at risk of the k-th        time runs from       effect is on
    ========================  =========================  ===================  ================================
    ``andersen_gill``         always                     day 0                the rate of re-reports
    ``pwp_total_time``        after the one before it    day 0                the next, given those before
    ``pwp_gap_time``          after the one before it    the one before it    the wait for the next, given those
    ``wei_lin_weissfeld``     from day 0 until it is     day 0                the time to the k-th, marginally
    ========================  =========================  ===================  ================================

    All but the first have a baseline hazard for each k. Effects under ``pwp_*`` condition on earlier re-reports, which
    an intervention may have prevented: they are no causal effects. A prior count among the features takes part of an
    effect away in the same manner.

    Parameters
    ----------
    formulation : str
        One of the four.
    max_events : int, optional
        Time at risk of later re-reports is left out; all by default. Late strata hold few and selected households.
    penalty, ties, prepare
        As in `CoxRegression`.

    Attributes
    ----------
    n_subjects_ : int
        Number of subjects.

    Notes
    -----
    Andersen and Gill (1982), doi:10.1214/aos/1176345976; Prentice, Williams and Peterson (1981),
    doi:10.1093/biomet/68.2.373; Wei, Lin and Weissfeld (1989), doi:10.1080/01621459.1989.10478873. Probabilities are
    those of at least one re-report.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0.0, 0, 3, 3, 1, 2, 2]})
    >>> y = Surv.from_arrays([1, 0, 1, 1, 0, 1, 0], [200, 365, 30, 90, 365, 150, 365], [0, 200, 0, 30, 0, 0, 150])
    >>> model = RecurrentCox(prepare=False).fit(X, y, subject=list("aabbcdd"))
    >>> model.summary_[["feature", "hazard_ratio"]].round(2).to_numpy().tolist()
    [['prior_reports', 2.55]]
    >>> model.predict_mean_count(X[:1], [365]).round(2).tolist()
    [[0.27]]
    """

    _has_terms = False

    def __init__(
        self,
        formulation: str = ANDERSEN_GILL,
        max_events: int | None = None,
        penalty: float = 0.0,
        ties: str = "efron",
        prepare: bool = True,
    ) -> None:
        super().__init__(penalty=penalty, ties=ties, prepare=prepare)
        self.formulation = formulation
        self.max_events = max_events

    def fit(  # type: ignore[override]  # whose the rows are takes the place of what a single event has
        self, X: Any, y: Any, sample_weight: Any = None, subject: Any = None, cluster: Any = None
    ) -> Self:
        """Fit the hazard of re-reports.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row for each stretch of time at risk.
        y : ndarray or DataFrame, shape (n,)
            Outcome with ``event``, ``duration_days`` and ``entry_days``; a subject's rows do not overlap, and a
            competing event ends the last.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        subject : array-like, shape (n,)
            Label of the household, or person, that each row belongs to.
        cluster : array-like, shape (n,), optional
            Label of each row's cluster for the errors, which holds whole subjects; the subject by default.

        Returns
        -------
        RecurrentCox
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule.
        FitError
            If there is no re-report, or a coefficient has no finite estimate; the columns are named.
        """
        self._check_formulation()
        training = self._check_training(X, y, sample_weight)
        whose = _check_subject(subject, training)
        labels = check_cluster(cluster, training)
        if labels is not None:
            check_within_clusters(pd.factorize(whose)[0], pd.factorize(labels)[0])
        together = whose if labels is None else labels
        episodes = find_episodes(training, whose)
        happened = training.event[episodes.order] == RE_REPORT
        most = int((episodes.before + happened).max(initial=0))
        last = most if self.formulation == WEI_LIN_WEISSFELD else most + 1
        if self.max_events is not None:
            last = min(last, self.max_events)
        seen = FORMULATIONS[self.formulation](training, episodes, max(last, 1))
        self.last_followup_days_ = float(seen.rows.duration.max())  # later re-reports may be left out
        self.n_subjects_ = len(pd.unique(whose))
        strata = None if self.formulation == ANDERSEN_GILL else np.char.mod(STRATUM, seen.number)
        return self._fit(seen.rows, together[seen.places], strata)

    def predict_mean_count(self, X: Any, times: Any) -> Floats:
        """Return the number of re-reports expected by each time, competing events allowed for.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        times : array-like of float, shape (T,)
            Days since day 0, in any order.

        Returns
        -------
        ndarray, shape (n, T)
            Expected numbers, 0 and above.

        Raises
        ------
        ConfigError
            If the formulation is not ``andersen_gill``: the others do not model the rate.
        FitError
            If a column is missing, extra or moved, or a time lies beyond the training follow-up.
        """
        if self.formulation != ANDERSEN_GILL:
            raise ConfigError("Only 'andersen_gill' is a model of the rate", f"{self.formulation!r}", "fit that one")
        frame = self._check_columns(X)
        days = self._check_times(times)
        hazards = self._hazards(0)
        still_there = np.exp(-(np.cumsum(hazards.competing) - hazards.competing))
        reached = np.concatenate(([0.0], np.cumsum(hazards.re_report * still_there)))
        at = reached[np.searchsorted(hazards.times, days, side="right")]
        relative = np.exp(np.minimum(self._score(frame), LARGEST_PREDICTOR))
        return np.asarray(np.outer(relative, at), dtype=np.float64)

    @property
    def _rows_as_given(self) -> bool:  # type: ignore[override]  # a setting here
        return bool(self.formulation == ANDERSEN_GILL)

    def _check_formulation(self) -> None:
        if not isinstance(self.formulation, str) or self.formulation not in FORMULATIONS:
            rule = f"formulation is one of {', '.join(FORMULATIONS)}"
            raise ConfigError(rule, f"{self.formulation!r}", "use 'andersen_gill'")
        whole = isinstance(self.max_events, int | np.integer) and not isinstance(self.max_events, bool)
        if self.max_events is not None and not (whole and self.max_events >= 1):
            raise ConfigError("max_events is a whole number from 1", f"{self.max_events!r}", "leave it out for all")

    def _stratum_labels(self, frame: pd.DataFrame) -> NDArray[np.str_] | None:
        """Return the stratum that probabilities are of: a household without a re-report since day 0."""
        return None if self.formulation == ANDERSEN_GILL else np.full(len(frame), STRATUM % 1)


def _check_subject(subject: Any, training: Training) -> NDArray[Any]:
    if subject is None:  # each row as a subject of its own would be without earlier re-reports, and errors naive
        raise DataError("Re-reports are counted by subject", "none", "pass subject=, such as the household of each row")
    given = as_labels(subject)
    labels = one_per_row(given, training, "Subject labels")
    if pd.isna(labels).any():
        raise DataError("Each row has a subject", "a missing label", "give each household a label")
    if not training.kept.all() and np.isin(given[~training.kept], labels).any():
        raise DataError(
            "A subject's rows all have a weight above 0, or none", "a 0 among others", "correct the weights"
        )
    return labels
