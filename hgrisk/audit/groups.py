"""The fairness audit: calibration, errors and flags of one model in every group, at one capacity for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.audit.own_censoring import ByGroup
from hgrisk.audit.settings import AuditSettings
from hgrisk.curves import Floats
from hgrisk.dataset import UNKNOWN
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import Counts, cluster_weights, percentile_interval
from hgrisk.evaluation.capacity import fill_capacity, flagged_sums
from hgrisk.evaluation.evaluate import EVERYONE
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.small_cells import hidden_cells
from hgrisk.evaluation.sums import ratio
from hgrisk.surv import RE_REPORT

MEASURES = ("calibration_intercept", "calibration_slope", "sensitivity", "false_positive_rate", "flag_rate")
Measured = Mapping[str, Floats]
"""Of each measure, its value in the sample and then in each draw."""

_EMPTY = np.full(1, np.nan)
_NO_INTERVAL = (float("nan"), float("nan"))
COLUMNS = (
    *("attribute", "group", "horizon_days", "measure", "estimate", "lower", "upper"),
    *("difference", "difference_lower", "difference_upper", "n", "n_networks", "n_events", "shown"),
)


@dataclass(frozen=True, eq=False)
class GroupAudit:
    """The audit of one model at one horizon.

    Attributes
    ----------
    table : DataFrame
        One row per group and measure. ``attribute`` and ``group`` ("all" for everyone), ``horizon_days``, ``measure``
        (see `audit_groups`), ``estimate`` with ``lower`` and ``upper``; ``difference`` from all others of the attribute
        with its own interval, on the same draws, empty where the others are too few; ``n`` rows, ``n_networks`` and
        ``n_events``, empty for a group with fewer rows than ``min_n``; ``shown``, whether the group is large enough and
        followed long enough. What would give those away is withheld too, see the notes of `audit_groups`.
    threshold : float
        The risk at which the capacity is filled, the same for every group.
    min_n : int
        The number of rows from which a group is counted.
    """

    table: pd.DataFrame
    threshold: float
    min_n: int


@dataclass(frozen=True, eq=False)
class _Run:
    """The rows that are audited, their draws and networks, and how."""

    sample: Sample
    weights: Counts
    clusters: NDArray[Any]
    horizon_days: float
    settings: AuditSettings


@dataclass(frozen=True, eq=False)
class _Group:
    """Rows of a group with their own censoring, which of all rows they are, their sizes, and whether it is shown."""

    rows: Sample
    mask: NDArray[np.bool_]
    sizes: tuple[int, int, int]
    shown: bool


def audit_groups(
    sample: Sample,
    by: pd.DataFrame,
    clusters: Any,
    horizon_days: float,
    *,
    settings: AuditSettings | None = None,
    seed: int = 0,
) -> GroupAudit:
    """Audit a model in every group.

    Parameters
    ----------
    sample : Sample
        Outcomes and predicted risks of n rows; audited are those that could be followed to the horizon.
    by : DataFrame, n rows
        Audit columns in the order of the rows; those of ``settings.by``, or all of them if it is empty.
    clusters : array-like, shape (n,)
        Household network of each row; networks are resampled, never rows.
    horizon_days : float
        Days, one of ``sample.times``.
    settings : AuditSettings, optional
        Capacity, draws and smallest sizes.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    GroupAudit
        Calibration in the large (0 is right, above 0 the risks are too low) and slope; sensitivity, the share of the
        re-reports that fall among the flagged; false positive rate, the share flagged of those without a re-report;
        flag rate, the share flagged.

    Raises
    ------
    DataError
        If an audit column is not there, lengths differ, or the horizon is beyond the follow-up.

    Notes
    -----
    The outcome is a re-report, not violence: a group whose violence is reported less looks as if its risks were too
    high; see `label_bias`. A difference is from all rows of the attribute that are not of the group: from everyone, a
    large group would differ little, being most of everyone itself. Groups with different base rates cannot be equal in
    calibration, sensitivity and false positives at once (Chouldechova 2017, doi:10.1089/big.2016.0047), so a difference
    is a question, not a verdict.

    A group is weighted with its own censoring, and so is every group among the others; withheld groups share one
    censoring distribution, and are not among the others where even together they are not followed to the horizon.
    Everyone ("all") has one censoring distribution: where groups are followed differently long, "all" need not lie
    between them. A missing value is the group "unknown".

    A share of 0 or 1 whose draws all say the same has no interval, nor has a difference from or to it: too few rows
    bear on it to say how sure it is.

    Where one group of an attribute is withheld alone, or the withheld ones have fewer rows than ``min_n`` together, its
    numbers would be those of everyone less the others: the next smallest is withheld too. Of an attribute with two
    groups both are. Those that are withheld for that reason still count among the others with their own censoring.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0] * 10, [100, 400, 300, 600] * 10)
    >>> sample = Sample.build(y, y, np.tile([[0.5], [0.1], [0.2], [0.4]], (10, 1)), [365])
    >>> by = pd.DataFrame({"region": ["east", "east", "west", "west"] * 10})
    >>> settings = AuditSettings(capacity_share=0.5, min_n=20, min_events=0, n_resamples=20)
    >>> table = audit_groups(sample, by, np.arange(40), 365, settings=settings).table
    >>> table.loc[table["measure"] == "flag_rate", ["attribute", "group", "estimate", "n"]].values.tolist()
    [['all', 'all', 0.5, 40], ['region', 'east', 0.5, 20], ['region', 'west', 0.5, 20]]
    """
    chosen = settings or AuditSettings()
    weights = cluster_weights(clusters, chosen.n_resamples, seed)
    keys = np.asarray(clusters)
    for what, found in (("clusters", len(keys)), ("by", len(by))):
        if found != len(sample):
            raise DataError(f"{what!r} has one entry per row, {len(sample)}", f"{found}", "align it with the rows")
    able, sample = sample.rows_at(horizon_days), sample.judged_at(horizon_days)
    weights, keys, by = weights[:, able], keys[able], by[able]
    whole = _measured(sample, horizon_days, weights, chosen)
    rows = _rows((EVERYONE, EVERYONE, horizon_days), whole, None, _sizes(sample, keys, horizon_days), chosen.level)
    run = _Run(sample, weights, keys, horizon_days, chosen)
    for attribute, labels in _attributes(by, chosen.by):
        groups = _groups(run, labels)
        withheld, uncounted = _kept_back(groups, chosen.min_n)
        for name, group in groups.items():
            own = None if name in withheld else _measured(group.rows, horizon_days, weights[:, group.mask], chosen)
            others = None if name in withheld else _others(run, groups, name)
            rest = None if others is None else _measured(others[0], horizon_days, weights[:, others[1]], chosen)
            counts = (None, None, None) if name in uncounted else group.sizes
            rows += _rows((attribute, name, horizon_days), own, rest, counts, chosen.level)
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(("n", "n_networks", "n_events"), "Int64"))
    return GroupAudit(table, fill_capacity(sample, horizon_days, chosen.capacity_share).threshold, chosen.min_n)


def _attributes(by: pd.DataFrame, columns: tuple[str, ...]) -> Iterator[tuple[str, NDArray[Any]]]:
    for column in columns or tuple(by.columns):
        if column not in by.columns:
            raise DataError("An audit column is a column of 'by'", f"{column!r}", f"use one of {list(by.columns)}")
        yield column, by[column].astype(object).where(by[column].notna().to_numpy(), UNKNOWN).astype(str).to_numpy()


def _groups(run: _Run, labels: NDArray[Any]) -> dict[str, _Group]:
    """Return the groups of an attribute by name, each with its own censoring."""
    found = {}
    for value in np.unique(labels):
        mask = labels == value
        rows = run.sample.take(mask, run.weights).with_own_censoring()
        sizes = _sizes(rows, run.clusters[mask], run.horizon_days)
        shown = _is_large(sizes, run.settings) and rows.is_followed(run.horizon_days)
        found[str(value)] = _Group(rows, mask, sizes, shown)
    return found


def _kept_back(groups: Mapping[str, _Group], min_n: int) -> tuple[set[str], set[str]]:
    """Return the groups without estimates and those without sizes, so many that none can be had by subtraction."""
    n = [group.sizes[0] for group in groups.values()]
    uncounted = hidden_cells(n, min_n)
    own = np.array([not group.shown for group in groups.values()])
    withheld = hidden_cells(n, min_n, also=own | uncounted)
    names = np.array(list(groups), dtype=object)
    return set(names[withheld]), set(names[uncounted])


def _others(run: _Run, groups: Mapping[str, _Group], name: str) -> tuple[Sample, NDArray[np.bool_]] | None:
    """Return the rows of all other groups, each weighted with its own censoring, and their mask; None if too few."""
    withheld = len(groups)
    label = np.full(len(run.sample), -1)
    for number, (other, group) in enumerate(groups.items()):
        if other != name:
            label[group.mask] = number if group.shown else withheld
    few = label == withheld
    if few.any() and not run.sample.take(few).is_followed(run.horizon_days):
        label[few] = -1
    mask = label >= 0
    if not mask.any():
        return None
    rows = ByGroup.of(run.sample.take(mask, run.weights), label[mask])
    sizes = _sizes(rows, run.clusters[mask], run.horizon_days)
    return (rows, mask) if _is_large(sizes, run.settings) else None


def _measured(sample: Sample, horizon_days: float, weights: Counts, settings: AuditSettings) -> Measured:
    """Return every measure, in the sample and in each draw."""
    calibration = ("calibration_intercept", "calibration_slope")
    recall = get_metric("capacity_recall").with_parameters(capacity_share=settings.capacity_share)
    false_positives, flagged = _rates(sample, horizon_days, weights, settings.capacity_share)
    return {
        **{name: get_metric(name).compute(sample, horizon_days, weights) for name in calibration},
        "sensitivity": recall.compute(sample, horizon_days, weights),
        "false_positive_rate": false_positives,
        "flag_rate": flagged,
    }


def _rates(sample: Sample, horizon_days: float, weights: Counts, capacity_share: float) -> tuple[Floats, Floats]:
    """Return the share flagged of those without a re-report, and of all; the first weighted for censoring."""
    sums = flagged_sums(sample, horizon_days, weights, capacity_share)
    return ratio(sums.needless, sums.needless + sums.spared), ratio(sums.flagged, weights.sum(axis=1))


def _sizes(sample: Sample, clusters: NDArray[Any], horizon_days: float) -> tuple[int, int, int]:
    by_then = (sample.event == RE_REPORT) & (sample.duration_days <= horizon_days)
    return len(sample), len(np.unique(clusters)), int(np.count_nonzero(by_then))


def _is_large(sizes: tuple[int, int, int], settings: AuditSettings) -> bool:
    n, _, n_events = sizes
    return n >= settings.min_n and min(n_events, n - n_events) >= settings.min_events


def _rows(
    place: tuple[str, str, float], own: Measured | None, others: Measured | None, counts: tuple[Any, ...], level: float
) -> list[tuple[Any, ...]]:
    """Return a row for each measure, empty where a group is withheld."""
    rows = []
    for measure in MEASURES:
        values = _EMPTY if own is None else own[measure]
        gap = _EMPTY if own is None or others is None else own[measure] - others[measure]
        estimate, difference = ((float(draws[0]), *percentile_interval(draws, level)) for draws in (values, gap))
        theirs = _EMPTY if others is None else others[measure]
        if _is_all_or_none(values, level):
            estimate = (estimate[0], *_NO_INTERVAL)
        if _is_all_or_none(values, level) or _is_all_or_none(theirs, level):
            difference = (difference[0], *_NO_INTERVAL)
        rows.append((*place, measure, *estimate, *difference, *counts, own is not None))
    return rows


def _is_all_or_none(draws: Floats, level: float) -> bool:
    """Return whether the ends of the interval are both 0 or both 1.

    Draws from a sample in which none is flagged, or all are, never show another share: they do not tell how far it may
    be from the true one.
    """
    ends = percentile_interval(draws, level)
    return any(bool(np.allclose(ends, share, rtol=0.0, atol=1e-12)) for share in (0.0, 1.0))
