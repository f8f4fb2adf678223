"""Label bias: what would follow if the violence of one group were reported more often than that of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.audit.own_censoring import ByGroup
from hgrisk.audit.settings import AuditSettings
from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import Counts, cluster_weights, percentile_interval
from hgrisk.evaluation.filling import Filled, fill_draws, flagged_totals
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio, weighted_sums
from hgrisk.surv import RE_REPORT

AS_REPORTED, EQUAL, ADJUSTED = "as_reported", "equal_reporting", "equal_reporting_adjusted_risks"
SCENARIOS = (AS_REPORTED, EQUAL, ADJUSTED)
MEASURES = (
    *("observed", "predicted", "observed_expected"),
    *("sensitivity", "false_positive_rate", "precision", "flag_rate", "share_of_flags"),
)
COLUMNS = (
    *("group", "scenario", "factor", "horizon_days", "measure", "estimate", "lower", "upper", "n", "shown"),
    "frailty_variance",
)


@dataclass(frozen=True, eq=False)
class LabelBias:
    """What a supposed difference in reporting would change.

    Attributes
    ----------
    table : DataFrame
        One row per ``group`` ("group" the one reported more often, "others", "all"), ``scenario`` and ``measure`` (see
        `label_bias`): ``estimate``, ``lower``, ``upper``; ``n`` rows, empty below the smallest number; ``shown``;
        ``factor`` and ``frailty_variance``, what is supposed.
    factor : float
        How many times as often the group's violence is supposed to be reported.
    frailty_variance : float
        How much households with one predicted risk are supposed to differ; 0 if not at all.
    """

    table: pd.DataFrame
    factor: float
    frailty_variance: float = 0.0


def label_bias(
    sample: Sample,
    group: Any,
    clusters: Any,
    horizon_days: float,
    *,
    factor: float | None = None,
    frailty_variance: float | None = None,
    settings: AuditSettings | None = None,
    seed: int = 0,
) -> LabelBias:
    """Tabulate a model as it is, and as it would be if one group's violence were reported as often as that of others.

    Parameters
    ----------
    sample : Sample
        Outcomes and predicted risks of n rows; tabulated are those that could be followed to the horizon.
    group : array-like of bool, shape (n,)
        The rows of the group whose violence is supposed to be reported ``factor`` times as often.
    clusters : array-like, shape (n,)
        Household network of each row.
    horizon_days : float
        Days, one of ``sample.times``.
    factor : float, optional
        1 or more; by default ``settings.reporting_factor``. For a group reported less often, give the others.
    frailty_variance : float, optional
        Variance of the factor by which hazards differ between households with the same predicted risk, 0 or more; by
        default ``settings.frailty_variance``.
    settings : AuditSettings, optional
        Capacity, draws and smallest sizes.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    LabelBias
        In three scenarios: ``as_reported``; ``equal_reporting``, the same risks and flags with the re-reports that
        would be left; ``equal_reporting_adjusted_risks``, with the group's risks brought to the reporting of the
        others and the capacity filled again. Each with the observed and mean predicted share re-reported, their
        ratio, sensitivity, false positive rate, precision (share of the flagged with a re-report), flag rate, and
        the group's share of all flags.

    Raises
    ------
    DataError
        If lengths differ, the group is nobody or everybody, the factor is below 1, the frailty variance below 0, or
        the horizon is beyond the follow-up.

    Notes
    -----
    If every incident of the group is reported ``factor`` times as often, whatever came of the others, the hazard of a
    report is so many times higher, and at the others' reporting a risk r would be 1 - (1 - r)^(1/factor) if households
    with that risk were alike. They are not: those with many incidents are re-reported even if fewer of these are
    reported, so that more is left. With a gamma frailty of variance 1 and a risk of .40 the formula is 6 % too low at a
    factor of 1.5 and 14 % at 3; with a variance of 2, 11 % and 25 %. ``frailty_variance`` mends it:
    :func:`at_others_reporting`.

    Re-reports are thinned in that proportion, row by row, so what is left is right only as far as the model is
    calibrated in the group: where its risks are too high, too many re-reports are left. With competing events this is
    close for small risks only. Nothing in the data can tell the factor: the table says what would follow, not what is
    so. Each draw fills its own capacity; risks are held fixed.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0] * 30, [100, 400, 300, 600] * 30)
    >>> sample = Sample.build(y, y, np.tile([[0.75], [0.3], [0.5], [0.4]], (30, 1)), [365])
    >>> result = label_bias(sample, np.arange(120) < 60, np.arange(120), 365, factor=2.0)
    >>> observed = result.table.query("group == 'group' and measure == 'observed'")
    >>> observed["estimate"].round(3).tolist()[:2]
    [0.5, 0.313]
    """
    chosen = settings or AuditSettings()
    times = float(chosen.reporting_factor if factor is None else factor)
    variance = float(chosen.frailty_variance if frailty_variance is None else frailty_variance)
    members = _checked(sample, group, clusters, times, variance)
    able, sample = sample.rows_at(horizon_days), sample.judged_at(horizon_days)
    weights, members = cluster_weights(clusters, chosen.n_resamples, seed)[:, able], members[able]
    rows: list[tuple[Any, ...]] = []
    for scenario, risk, terms in _scenarios(sample, members, horizon_days, (times, variance)):
        filled = fill_draws(risk, weights, chosen.capacity_share)
        for name, mask, shown in _parts(sample, members, horizon_days, chosen):
            size = int(mask.sum()) if mask.sum() >= chosen.min_n else None
            place, values = (name, scenario, times, horizon_days), _measures(filled, risk, terms, mask, weights)
            for measure in MEASURES:
                draws = values[measure] if shown else np.full(1, np.nan)
                interval = percentile_interval(draws, chosen.level)
                rows.append((*place, measure, float(draws[0]), *interval, size, shown, variance))
    return LabelBias(pd.DataFrame(rows, columns=list(COLUMNS)).astype({"n": "Int64"}), times, variance)


def at_others_reporting(risk: Floats, factor: float, frailty_variance: float = 0.0) -> Floats:
    """Return the risk of a re-report if incidents were reported one ``factor``-th as often.

    Parameters
    ----------
    risk : ndarray of float, shape (n,)
        Risks in [0, 1].
    factor : float
        1 or more.
    frailty_variance : float
        Variance v of the factor by which hazards differ between households with the same risk, 0 or more.

    Returns
    -------
    ndarray, shape (n,)
        1 - (1 - risk)^(1 / factor); with v above 0, 1 - (1 + ((1 - risk)^-v - 1) / factor)^(-1 / v).

    Notes
    -----
    Over a gamma frailty of mean 1 and variance v, a cumulative hazard H leaves (1 + v H)^(-1/v) without a re-report
    (Vaupel, Manton and Stallard 1979, doi:10.2307/2061224); H is what is divided by the factor.

    Examples
    --------
    >>> at_others_reporting(np.array([0.0, 0.75, 1.0]), 2.0).tolist()
    [0.0, 0.5, 1.0]
    >>> at_others_reporting(np.array([0.0, 0.75, 1.0]), 2.0, 1.0).round(12).tolist()
    [0.0, 0.6, 1.0]
    """
    if frailty_variance == 0.0:
        return 1.0 - (1.0 - risk) ** (1.0 / factor)
    with np.errstate(divide="ignore", over="ignore"):  # a risk of 1 has no end of hazard, and stays
        hazard = np.expm1(-frailty_variance * np.log1p(-risk))
    return -np.expm1(-np.log1p(hazard / factor) / frailty_variance)


def _scenarios(
    sample: Sample, members: NDArray[np.bool_], horizon_days: float, supposed: tuple[float, float]
) -> Iterator[tuple[str, Floats, Floats]]:
    """Yield each scenario with the risks used and what rows add to the sums; supposed are factor and frailty."""
    factor = supposed[0]
    known = ByGroup.of(sample, members).status(horizon_days)
    happened, weight = known.happened, known.weight
    risk = sample.risk_at(horizon_days)
    lowered = risk if factor == 1.0 else np.where(members, at_others_reporting(risk, *supposed), risk)
    # the share of a risk of 0 that is left is the limit of the others
    left = np.divide(lowered, risk, out=np.where(members, 1.0 / factor, 1.0), where=risk > 0)
    for scenario, kept, used in ((AS_REPORTED, 1.0, risk), (EQUAL, left, risk), (ADJUSTED, left, lowered)):
        again = weight * happened * kept
        yield scenario, used, np.column_stack((again, weight - again, used, np.ones(len(risk))))


def _checked(sample: Sample, group: Any, clusters: Any, factor: float, variance: float) -> NDArray[np.bool_]:
    members = np.asarray(group)
    for what, length in (("group", len(members)), ("clusters", len(np.asarray(clusters)))):
        if length != len(sample):
            raise DataError(f"{what!r} has one entry per row, {len(sample)}", f"{length}", "align it with the rows")
    if members.dtype != np.bool_ or not 0 < members.sum() < len(members):
        found = f"{members.dtype} values" if members.dtype != np.bool_ else f"{members.sum()} of {len(members)} rows"
        raise DataError("A group is some of the rows, true or false for each", found, "pass a mask of the group")
    if not 1.0 <= factor < np.inf:
        cure = "name the others as the group, with one divided by it"
        raise DataError("A reporting factor is 1 or more", f"{factor:g}", cure)
    if not 0.0 <= variance < np.inf:
        raise DataError(
            "A frailty variance is 0 or more", f"{variance:g}", "give 1, or 0 for households that are alike"
        )
    return members


def _parts(
    sample: Sample, members: NDArray[np.bool_], horizon_days: float, settings: AuditSettings
) -> Iterator[tuple[str, NDArray[np.bool_], bool]]:
    by_then = (sample.event == RE_REPORT) & (sample.duration_days <= horizon_days)
    for name, mask in (("group", members), ("others", ~members), ("all", np.ones(len(members), dtype=np.bool_))):
        n, n_events = int(mask.sum()), int((mask & by_then).sum())
        yield name, mask, n >= settings.min_n and min(n_events, n - n_events) >= settings.min_events


def _measures(
    filled: Filled, risk: Floats, terms: Floats, mask: NDArray[np.bool_], weights: Counts
) -> dict[str, Floats]:
    found, false, _, flagged = flagged_totals(filled, risk[mask], weights[:, mask], terms[mask]).T
    again, free, predicted, n = weighted_sums(weights[:, mask], terms[mask]).T
    every_flag = flagged_totals(filled, risk, weights, np.ones((len(risk), 1)))[:, 0]
    return {
        "observed": ratio(again, again + free),
        "predicted": ratio(predicted, n),
        "observed_expected": ratio(ratio(again, again + free), ratio(predicted, n)),
        "sensitivity": ratio(found, again),
        "false_positive_rate": ratio(false, free),
        "precision": ratio(found, found + false),
        "flag_rate": ratio(flagged, n),
        "share_of_flags": ratio(flagged, every_flag),
    }
