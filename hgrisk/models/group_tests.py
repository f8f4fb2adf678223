"""Tests whether groups differ: log-rank tests of hazards, Gray's test of cumulative incidences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards.placing import Codes, Places, place_rows
from hgrisk.hazards.product_limit import curves
from hgrisk.hazards.rank_tests import Scores, gray_scores, log_rank_scores
from hgrisk.hazards.tables import EventTable, event_table
from hgrisk.models.by_group.group_rows import read_rows
from hgrisk.models.by_group.groups import distinct_values
from hgrisk.models.inputs.fit_arguments import as_labels
from hgrisk.surv import RE_REPORT, without_entry

FROM_DAY_0_OR_HAZARDS = "take y_from_landmark of the outcome or dataset, or compare hazards by log_rank_test"
MOST_GROUPS = 50
NO_VARIATION = 1e-9
"""Directions in which the scores vary less than this share of their largest variance do not count as a group."""


@dataclass(frozen=True)
class FlemingHarrington:
    """Weights ``S(t-)**p (1 - S(t-))**q``, with S the Kaplan-Meier curve of all groups of a stratum together.

    Attributes
    ----------
    p, q : float
        Powers, 0 and above: p weighs early times, q late ones.
    """

    p: float
    q: float


def fleming_harrington(p: float, q: float) -> FlemingHarrington:
    """Return weights for :func:`log_rank_test`; p = 1 and q = 0 is R's ``rho = 1``.

    Parameters
    ----------
    p, q : float
        Powers, 0 and above.

    Returns
    -------
    FlemingHarrington
        The weights.

    Raises
    ------
    ConfigError
        If a power is negative or not finite.
    """
    if not (np.isfinite(p) and np.isfinite(q) and p >= 0 and q >= 0):
        raise ConfigError("Powers of Fleming and Harrington are 0 or more", f"{p!r} and {q!r}", "use 1 and 0")
    return FlemingHarrington(float(p), float(q))


@dataclass(frozen=True)
class GroupTest:
    """The result of a test whether groups differ.

    Attributes
    ----------
    statistic : float
        Chi-square statistic.
    df : int
        Degrees of freedom: one less than the number of groups that are ever at risk together with others.
    p_value : float
        Chance of such a statistic or a larger one, were there no difference.
    table : DataFrame
        A row for each group: ``group, at_risk`` (weight of its rows), ``n_events``, and with the weights of the test
        ``observed`` and ``expected`` events. A test of mean counts has ``n_subjects, n_events, n_terminal`` for these.
    """

    statistic: float
    df: int
    p_value: float
    table: pd.DataFrame

    def __repr__(self) -> str:
        """Return the result in a line, and the table below it."""
        return f"{self._result}\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return f"<p>{self._result}</p>{self.table.to_html(index=False)}"

    @property
    def _result(self) -> str:
        degrees = "1 degree" if self.df == 1 else f"{self.df} degrees"
        return f"chi-square {self.statistic:.4g}, {degrees} of freedom, p = {self.p_value:.4g}"


def log_rank_test(
    y: Any,
    groups: Any,
    *,
    strata: Any = None,
    sample_weight: Any = None,
    weights: str | FlemingHarrington = "log_rank",
) -> GroupTest:
    """Test whether the hazards of a re-report are the same in all groups.

    Competing events end a row's time at risk: the cause-specific hazards are compared. To compare cumulative
    incidences, use :func:`gray_test`.

    Rows are taken as independent. Where households come back, pass one row of each: several make p-values too small.
    To compare numbers of re-reports of such households, use `mean_cumulative_test` with ``subject``.

    Parameters
    ----------
    y : ndarray or DataFrame, shape (n,)
        Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed.
    groups : array-like, shape (n,)
        Group of each row, at most fifty different ones; cut a number into classes.
    strata : array-like, shape (n,), optional
        Stratum of each row: groups are compared within strata only.
    sample_weight : array-like of float, shape (n,), optional
        Case weights, 0 and above; they count as copies.
    weights : {"log_rank", "peto", "wilcoxon"} or FlemingHarrington
        Weights of event times: none, the survival of all groups together (Peto and Peto's own estimate), the number at
        risk (Gehan), or powers of the survival curve.

    Returns
    -------
    GroupTest
        Statistic, degrees of freedom, p-value and a table of observed and expected events.

    Raises
    ------
    ConfigError
        If the weights are not known.
    DataError
        If the input does not meet its rule, or there are fewer than two groups or more than fifty.
    FitError
        If there is no re-report, or no two groups are ever at risk together at one.

    Notes
    -----
    Mantel (1966); Peto and Peto (1972), doi:10.2307/2344317; Gehan (1965), doi:10.1093/biomet/52.1-2.203; Harrington
    and Fleming (1982), doi:10.1093/biomet/69.3.553.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays(event=[1, 1, 0, 1, 0, 1], duration_days=[30, 60, 90, 200, 300, 365])
    >>> result = log_rank_test(y, ["a", "a", "a", "b", "b", "b"])
    >>> round(result.statistic, 3), result.df
    (2.469, 1)
    """
    if not isinstance(weights, FlemingHarrington) and weights not in {"log_rank", "peto", "wilcoxon"}:
        known = "'log_rank', 'peto', 'wilcoxon' or fleming_harrington(p, q)"
        raise ConfigError(f"weights is {known}", f"{weights!r}", "use 'log_rank'")
    group, names = codes_of_groups(groups, "A log-rank test")
    stratum, stratum_names = codes_of_strata(strata, len(group))
    kept = _positive(sample_weight, len(group))
    rows = read_rows(y, sample_weight, group, of="groups")
    happened = rows.event == RE_REPORT
    _refuse_idle(happened, RE_REPORT)
    n_groups, n_strata = len(names), len(stratum_names)
    places = place_rows(rows.duration, happened, rows.entry, stratum[kept], n_groups=n_strata)
    table = event_table(places, np.where(happened, 0, -1), rows.weight, late=rows.late)
    factor = _factors(weights, table)
    scores = log_rank_scores(places, happened, rows.weight, rows.group, factor, n_groups=n_groups)
    return compared(scores, names, _sizes(rows.group, rows.weight, happened, n_groups))


def gray_test(y: Any, groups: Any, *, cause: int = RE_REPORT, strata: Any = None, rho: float = 0.0) -> GroupTest:
    """Test whether the cumulative incidence of one cause is the same in all groups.

    Rows are taken as independent. Where households come back, pass one row of each: several make p-values too small.
    To compare numbers of re-reports of such households, use `mean_cumulative_test` with ``subject``.

    Parameters
    ----------
    y : ndarray or DataFrame, shape (n,)
        Outcome with the fields ``event`` and ``duration_days``; all rows are at risk from day 0.
    groups : array-like, shape (n,)
        Group of each row, at most fifty different ones.
    cause : int
        Code of the event that is compared; all others compete with it.
    strata : array-like, shape (n,), optional
        Stratum of each row: groups are compared within strata only.
    rho : float
        Times weigh ``(1 - F(t-))**rho``, with F the incidence of all groups together.

    Returns
    -------
    GroupTest
        Statistic, degrees of freedom, p-value and a table of observed and expected events.

    Raises
    ------
    ConfigError
        If rho is not finite, or the cause is no event code.
    DataError
        If the input does not meet its rule, a row enters late, or there are fewer than two groups or more than
        fifty.
    FitError
        If the cause does not occur.

    Notes
    -----
    Gray (1988), doi:10.1214/aos/1176350951, with the correction for ties of the author's software, cmprsk.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays(event=[1, 1, 2, 1, 2, 0, 2, 1], duration_days=[30, 60, 90, 120, 200, 300, 310, 365])
    >>> result = gray_test(y, ["a", "a", "a", "a", "b", "b", "b", "b"])
    >>> round(result.statistic, 3), result.df
    (3.774, 1)
    """
    if not (np.isfinite(rho)):
        raise ConfigError("rho is a finite number", f"{rho!r}", "use 0")
    if cause < 1:
        raise ConfigError("cause is an event code from 1", f"{cause!r}", "use 1 for a re-report")
    group, names = codes_of_groups(groups, "Gray's test")
    outcome = without_entry(y, "Gray's test", cure=FROM_DAY_0_OR_HAZARDS)
    stratum, stratum_names = codes_of_strata(strata, len(group))
    rows = read_rows(outcome, None, group, of="groups")
    mine = rows.event == cause
    _refuse_idle(mine, cause)
    places: Places = place_rows(rows.duration, rows.event > 0, None, stratum, n_groups=len(stratum_names))
    kind = np.where(mine, 0, np.where(rows.event > 0, 1, -1))
    scores = gray_scores(places, kind, group, float(rho), n_groups=len(names))
    return compared(scores, names, _sizes(group, rows.weight, mine, len(names)))


def codes_of_groups(labels: Any, test: str) -> tuple[Codes, NDArray[Any]]:
    """Return the group of each row, from 0, and the names of the groups: two or more, and no more than a test takes."""
    if isinstance(labels, pd.DataFrame) or (array := as_labels(labels)).dtype.names is not None:
        cure = "pass the outcome first, and then one column of labels"
        raise DataError("The groups are one label per row", "a table or an outcome", cure)
    if array.ndim != 1:
        found = repr(labels) if array.ndim == 0 else f"shape {array.shape}"
        raise DataError("The groups are one label per row", found, "pass a column, such as X['region']")
    column = labels if isinstance(labels, pd.Series) else pd.Series(array)
    code, names = distinct_values(column, "groups", most=MOST_GROUPS, use=f"{test} takes")
    if len(names) < 2:
        raise DataError("A test compares two groups or more", f"{len(names)}", "pass the group of each row")
    return code, names


def codes_of_strata(strata: Any, n_rows: int) -> tuple[Codes, NDArray[Any]]:
    """Return the stratum of each row, from 0, and their labels; all rows are in one where there are none."""
    if strata is None:
        return np.zeros(n_rows, dtype=np.int64), np.zeros(1)
    code, names = pd.factorize(as_labels(strata))
    if code.shape != (n_rows,) or (code < 0).any():
        found = "a missing one" if code.shape == (n_rows,) else f"shape {code.shape}"
        raise DataError("Each row has a stratum", found, "pass the stratum of each row")
    return np.asarray(code, dtype=np.int64), np.asarray(names)


def _positive(sample_weight: Any, n_rows: int) -> NDArray[np.bool_]:
    if sample_weight is None or np.shape(sample_weight) != (n_rows,):
        return np.ones(n_rows, dtype=np.bool_)
    return np.asarray(np.asarray(sample_weight, dtype=np.float64) > 0, dtype=np.bool_)


def _refuse_idle(happened: NDArray[np.bool_], cause: int) -> None:
    if not happened.any():
        raise FitError(f"A test takes at least one event of code {cause}", "none", "follow the landmarks for longer")


def _factors(weights: str | FlemingHarrington, table: EventTable) -> Floats:
    """Return the weight of each event time, within its stratum."""
    if weights == "wilcoxon":
        return table.at_risk
    of = curves(table, [0], [0])
    if isinstance(weights, FlemingHarrington):
        return np.asarray(of.before**weights.p * (1.0 - of.before) ** weights.q, dtype=np.float64)
    if weights == "log_rank":
        return np.ones(len(table.times))
    steps = (table.at_risk + 1.0 - of.removed) / (table.at_risk + 1.0)
    parts = [np.cumprod(part) for part in np.split(steps, table.first[1:-1])]
    return np.concatenate(parts)


def _sizes(group: Codes, weight: Floats, happened: NDArray[np.bool_], n_groups: int) -> dict[str, Floats]:
    sizes, events = np.zeros(n_groups), np.zeros(n_groups)
    np.add.at(sizes, group, weight)
    np.add.at(events, group, weight * happened)
    return {"at_risk": sizes, "n_events": events}


def compared(scores: Scores, names: NDArray[Any], sizes: dict[str, Floats]) -> GroupTest:
    """Return the test that scores make, with the sizes of the groups in its table."""
    difference = scores.observed - scores.expected
    values, vectors = np.linalg.eigh(scores.covariance)
    kept = values > NO_VARIATION * max(values.max(), 0.0)
    if not kept.any():
        found = "no time with an event at which two are at risk"
        raise FitError("Groups are compared where both are at risk", found, "compare groups that are followed together")
    statistic = float(np.sum((difference @ vectors[:, kept]) ** 2 / values[kept]))
    df = int(kept.sum())
    table = pd.DataFrame({"group": names} | sizes | {"observed": scores.observed, "expected": scores.expected})
    return GroupTest(statistic, df, float(chi2.sf(statistic, df)), table)
