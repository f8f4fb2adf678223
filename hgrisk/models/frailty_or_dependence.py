"""Do some households differ from the start, or does each re-report change what follows? A comparison, with care."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from hgrisk.errors import DataError
from hgrisk.models.cause_specific.episodes import find_episodes
from hgrisk.models.inputs.columns import refuse_other_rows
from hgrisk.models.inputs.fit_arguments import as_labels
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import Training
from hgrisk.models.shared_frailty import SharedFrailtyCox
from hgrisk.surv import ENTRY, as_surv

EARLIER = "log_earlier_re_reports"
"""The column that tells of event dependence: log(1 + re-reports of the household up to the start of the row)."""

CAUTION = (
    "Counts of re-reports alone cannot tell frailty from event dependence: a household that is reported often may have "
    "been at risk from the start, or each report may have led to the next, by what happened or by who came to watch. "
    "What sets the two apart here are the shapes of the hazard and of the frailty, which are assumed. A smaller AIC is "
    "no finding about households, and no reason to expect that preventing one report prevents the next."
)

_FORMS = {"neither": (False, False), "dependence": (False, True), "frailty": (True, False), "both": (True, True)}


def frailty_or_dependence(
    X: pd.DataFrame, y: Any, household: Any, *, ties: str = "efron", prepare: bool = True
) -> pd.DataFrame:
    """Compare four Cox regressions of recurrent re-reports: with a shared frailty, event dependence, both, or neither.

    Parameters
    ----------
    X : DataFrame, shape (n, p)
        Features of each interval at risk.
    y : ndarray or DataFrame, shape (n,)
        Outcome with ``entry_days``: all intervals (entry, duration] of each household, a new one after each re-report.
    household : array-like, shape (n,)
        Household of each interval.
    ties : {"efron", "breslow"}
        How tied re-reports share their risk set.
    prepare : bool
        Whether to run a `FeaturePreparer` first.

    Returns
    -------
    DataFrame
        One row a ``form`` (``neither``, ``dependence``, ``frailty``, ``both``): ``loglik`` with frailties integrated
        out, ``n_parameters``, ``aic``, ``frailty_variance`` with ``frailty_lower`` and ``frailty_upper``,
        ``dependence`` (the coefficient of log(1 + earlier re-reports)) with ``dependence_se``, and the p-value of each
        part, tested against the form without it: ``p_frailty`` by half a chi-square (0.5 where nothing is gained),
        ``p_dependence`` by a chi-square with 1 degree of freedom.
        ``attrs["caution"]`` says what the table does not tell.

    Raises
    ------
    DataError
        If an input does not meet its rule.
    FitError
        If there is no re-report, no household goes on after one, or a coefficient has no finite estimate.

    Notes
    -----
    All forms have one baseline hazard in time since day 0, so that their likelihoods can be compared; that of a
    Prentice-Williams-Peterson model, with a baseline for each number of re-reports, cannot be compared with them.
    Frailty and contagion can give the same counts: Greenwood and Yule (1920), doi:10.2307/2341080; Bates and Neyman
    (1952). Without features, a gamma frailty of variance 1 even is the same hazard as event dependence with the
    coefficient 1 here, under another baseline: no data tell the two apart, and the form alone decides. What
    happened before day 0 is not counted: it belongs among the features, and takes up a part of both.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(1)
    >>> wait = np.ceil(rng.exponential(200 / rng.gamma(2.0, 0.5, 200)[:, None], (200, 20)))
    >>> stop = np.cumsum(wait, axis=1)
    >>> start = stop - wait
    >>> seen = start < 800
    >>> y = Surv.from_arrays((stop <= 800)[seen], np.minimum(stop, 800)[seen], start[seen])
    >>> household = np.nonzero(seen)[0]
    >>> X = pd.DataFrame({"children": rng.integers(0, 2, 200)[household]})
    >>> table = frailty_or_dependence(X, y, household, prepare=False)
    >>> (table["aic"] - table["aic"].min()).round().tolist()
    [115.0, 2.0, 0.0, 1.0]
    >>> print(table.attrs["caution"][:68])
    Counts of re-reports alone cannot tell frailty from event dependence
    """
    refuse_other_rows(X, y)
    outcome = as_surv(y)
    if ENTRY not in (outcome.dtype.names or ()):
        raise DataError("Recurrent re-reports are intervals", "an outcome without entry_days", "give their start")
    labels = as_labels(household)
    if labels.shape != outcome.shape or len(X) != len(outcome):
        found = f"{len(X)} rows, {len(outcome)} outcomes and {labels.size} households"
        raise DataError("Every row has an outcome and a household", found, "pass the same rows to all three")
    frame = (FeaturePreparer().fit_transform(X) if prepare else X).reset_index(drop=True)
    frame[EARLIER] = np.log1p(earlier_re_reports(outcome, labels))
    rows = []
    for form, (frailty, dependence) in _FORMS.items():
        features = frame if dependence else frame.drop(columns=EARLIER)
        model = SharedFrailtyCox(ties=ties, prepare=False, variance=None if frailty else 0.0)
        rows.append(_described(form, model.fit(features, outcome, cluster=labels), frailty=frailty))
    table = pd.DataFrame(rows)
    neither, dependence, of_frailty, both = table["loglik"].tolist()
    table["p_frailty"] = [np.nan, np.nan, 0.5 * _p(of_frailty - neither), 0.5 * _p(both - dependence)]
    table["p_dependence"] = [np.nan, _p(dependence - neither), np.nan, _p(both - of_frailty)]
    table.attrs["caution"] = CAUTION
    return table


def earlier_re_reports(y: NDArray[np.void], household: NDArray[Any]) -> NDArray[np.intp]:
    """Count the re-reports of the household from day 0 up to the start of each interval.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Outcome with ``entry_days``.
    household : ndarray, shape (n,)
        Household of each interval.

    Returns
    -------
    ndarray of int, shape (n,)
        One that ends on the day of the start counts.

    Raises
    ------
    DataError
        If intervals of a household overlap, or go on after a competing event.
    """
    every = np.ones(len(y), dtype=bool)
    duration, event = np.ascontiguousarray(y["duration_days"]), np.ascontiguousarray(y["event"])
    training = Training(pd.DataFrame(index=range(len(y))), duration, event, np.ones(len(y)), y[ENTRY], every)
    episodes = find_episodes(training, household)
    counts = np.empty(len(y), dtype=np.intp)
    counts[episodes.order] = episodes.before
    return counts


def _described(form: str, model: SharedFrailtyCox, *, frailty: bool) -> dict[str, Any]:
    lower, upper = model.frailty_interval_
    dependent = model.design_names_[-1] == EARLIER
    n_parameters = len(model.coef_) + int(frailty)
    return {
        "form": form,
        "loglik": model.loglik_,
        "n_parameters": n_parameters,
        "aic": 2 * (n_parameters - model.loglik_),
        "frailty_variance": model.frailty_variance_ if frailty else np.nan,
        "frailty_lower": lower,
        "frailty_upper": upper,
        "dependence": float(model.coef_[-1]) if dependent else np.nan,
        "dependence_se": float(model.covariance_[-1, -1] ** 0.5) if dependent else np.nan,
    }


def _p(gain: float) -> float:
    return float(chi2.sf(max(2 * gain, 0.0), 1))
