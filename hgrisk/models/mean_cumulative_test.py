"""A test whether the mean number of re-reports is the same in all groups, where a terminal event can end them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import ConfigError, FitError
from hgrisk.hazards.clustered_curves import EndedRows
from hgrisk.hazards.mean_tests import count_groups, mean_scores
from hgrisk.hazards.placing import Codes, place_rows
from hgrisk.hazards.product_limit import curves
from hgrisk.models.by_group.group_rows import Rows, check_start, count_rows, read_rows
from hgrisk.models.by_group.late_entry import last_entries, refuse_emptied
from hgrisk.models.by_group.subjects import check_subjects
from hgrisk.models.group_tests import GroupTest, codes_of_groups, codes_of_strata, compared
from hgrisk.surv import RE_REPORT


def mean_cumulative_test(
    y: Any,
    groups: Any,
    *,
    subject: Any,
    strata: Any = None,
    sample_weight: Any = None,
    cluster: Any = None,
    weights: str = "log_rank",
    start_days: float = 0.0,
) -> GroupTest:
    """Test whether the mean number of re-reports of a subject by each time is the same in all groups.

    The rows are those of `MeanCumulativeFunction`: a subject, such as a household, has as many as it needs, and a
    terminal event (code 2 and above) ends what can happen to it without being censored. Groups in which terminal
    events are more frequent have lower counts for this alone; to compare the rates of those who are still there, give
    terminal events code 0.

    Parameters
    ----------
    y : ndarray or DataFrame, shape (n,)
        Outcome with the fields ``event``, ``duration_days`` and ``entry_days``.
    groups : array-like, shape (n,)
        Group of each row, the same for all rows of a subject; at most fifty different ones.
    subject : array-like, shape (n,)
        Label of the subject of each row.
    strata : array-like, shape (n,), optional
        Stratum of each row, the same for all rows of a subject: groups are compared within strata only.
    sample_weight : array-like of float, shape (n,), optional
        Case weights, 0 and above.
    cluster : array-like, shape (n,), optional
        Label of each row's cluster, such as a network of households, for a variance robust to more than the subject; it
        holds whole subjects.
    weights : {"log_rank", "wilcoxon"}
        Weights of event times, beside the number at risk in each group: none, or the number at risk in all.
    start_days : float
        Re-reports count from this day on, for those still at risk after it. For delayed entry, where few are at risk
        early.

    Returns
    -------
    GroupTest
        Statistic, degrees of freedom, p-value, and a table with a row for each group: ``group, n_subjects`` (weight of
        its subjects), ``n_events`` (re-reports), ``n_terminal``, and ``observed`` and ``expected``: what its mean count
        and the common one add up to, times those at risk. Without terminal events these are numbers of re-reports.

    Raises
    ------
    ConfigError
        If the weights are not known, or the start is no day from 0.
    DataError
        If the input does not meet its rule, rows of a subject contradict each other, or there are fewer than two groups
        or more than fifty.
    FitError
        If there is no re-report, no two groups are at risk together at one, or a terminal event ends all at risk before
        others of their group enter.

    Notes
    -----
    Ghosh and Lin (2000), doi:10.1111/j.0006-341X.2000.00554.x; Cook and Lawless (1997),
    doi:10.1002/(SICI)1097-0258(19970430)16:8<911::AID-SIM544>3.0.CO;2-I. Their log-rank weights, for any number of
    groups; the variance adds up the influence of each subject or cluster, at the mean count that all groups have in
    common where they do not differ. Without terminal events this is the robust score test of a Cox regression of all
    re-reports (Breslow's ties), which Lawless and Nadeau (1995), doi:10.2307/1269617, derive for mean counts.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays(event=[1, 0, 2, 1, 1, 0, 0, 1, 2],
    ...                      duration_days=[90, 365, 200, 30, 60, 365, 300, 250, 350],
    ...                      entry_days=[0, 90, 0, 0, 30, 60, 0, 0, 250])
    >>> result = mean_cumulative_test(y, list("aaabbbaaa"), subject=[1, 1, 2, 3, 3, 3, 4, 5, 5])
    >>> round(result.statistic, 3), result.df
    (1.455, 1)
    """
    if weights not in {"log_rank", "wilcoxon"}:
        raise ConfigError("weights is 'log_rank' or 'wilcoxon'", f"{weights!r}", "use 'log_rank'")
    start = check_start(start_days)
    group, names = codes_of_groups(groups, "A test of mean counts")
    stratum, labels = codes_of_strata(strata, len(group))
    cells = stratum * len(names) + group
    rows = read_rows(y, sample_weight, cells, subject if cluster is None else cluster, subject, of="groups")
    check_subjects(rows)
    rows = rows.from_day(start)
    _refuse(rows, _in_words(names, labels))
    return _tested(rows, names, len(labels), weights)


def _tested(rows: Rows, names: NDArray[Any], n_strata: int, weights: str) -> GroupTest:
    """Return the test of rows whose cell is that of a group in a stratum."""
    stratum, group = np.divmod(rows.group, len(names))
    recurs, ends = rows.event == RE_REPORT, rows.event > RE_REPORT
    entry = rows.entry if rows.late.any() else None
    places = place_rows(rows.duration, recurs | ends, entry, stratum, n_groups=n_strata)
    ended = EndedRows(rows.weight, ends, recurs)
    counts = count_groups(places, ended, group, len(names))
    factor = np.ones(places.n_slots) if weights == "log_rank" else counts.total
    scores = mean_scores(places, ended, group, _labels(rows.cluster, rows), factor, counts)
    first_rows = np.unique(_labels(rows.subject, rows), return_index=True)[1]
    counted = {"n_subjects": first_rows, "n_events": np.flatnonzero(recurs), "n_terminal": np.flatnonzero(ends)}
    sizes = {
        name: np.bincount(group[which], weights=rows.weight[which], minlength=len(names)).astype(np.float64)
        for name, which in counted.items()
    }
    return compared(scores, names, sizes)


def _labels(labels: Codes | None, rows: Rows) -> Codes:
    return np.arange(len(rows.event)) if labels is None else labels


def _refuse(rows: Rows, words: list[str]) -> None:
    """Refuse rows that cannot be compared, with their cells in words."""
    if not (rows.event == RE_REPORT).any():
        raise FitError("A test of mean counts takes at least one re-report (code 1)", "none", "follow for longer")
    if len(np.unique(_labels(rows.cluster, rows))) < 2:
        raise FitError("A robust variance needs at least 2 clusters", "1", "leave cluster out or pass real labels")
    used, cell = np.unique(rows.group, return_inverse=True)
    counted = count_rows(replace(rows, group=cell.astype(np.int64)), len(used))
    ends = [place for place, cause in enumerate(counted.causes) if cause != RE_REPORT]
    entering = np.zeros(len(counted.table.times), dtype=np.bool_)
    entering[counted.places.start[check_subjects(rows)]] = True
    last = last_entries(counted.table, entering)
    refuse_emptied(curves(counted.table, ends, []), counted.table, last, [words[place] for place in used])


def _in_words(names: NDArray[Any], labels: NDArray[Any]) -> list[str]:
    """Return the name of each group in each stratum."""
    groups = [f"group {str(name)!r}" for name in names]
    if len(labels) == 1:
        return groups
    return [f"{group} in stratum {str(label)!r}" for label in labels for group in groups]
