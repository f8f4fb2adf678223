"""True effects and true risks as long tidy tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from hgrisk.simulate.records import Floats, Ints
from hgrisk.simulate.truth.effects import CELLS, HORIZONS, MEASURES, EffectSums
from hgrisk.simulate.truth.outcomes import OUTCOMES
from hgrisk.simulate.truth.populations import CONTRASTS, LEVELS, TREATED

_ANY = CONTRASTS.index("any")


def effect_table(sums: EffectSums) -> pl.DataFrame:
    """Return the true effect of each intervention, in each population.

    Parameters
    ----------
    sums : EffectSums
        The sums of the whole world.

    Returns
    -------
    polars.DataFrame
        population, level, intervention, outcome (``violence`` or ``report``), horizon_days, n (landmarks), households,
        risk_with, risk_without, risk_difference, each followed by its standard error (``_se``), risk_ratio, and
        rmst_with, rmst_without, rmst_difference in the same way.

        The risk is the share of landmarks with the outcome at most ``horizon_days`` days later, if the intervention
        starts right after the landmark, and if it never starts. ``rmst`` is the mean of the days until the outcome, at
        most the horizon; a household whose observation ends first, by a death or a move out of sight, counts as free of
        the outcome up to the horizon, in both. Differences are with less without. ``treated`` are the landmarks after
        which the intervention was in fact given.

        Standard errors are over households: landmarks of one household are a cluster. They hold the Monte Carlo error
        of one future per landmark and strategy and the chance that made these households; pairs of futures share
        their random numbers. Populations without landmarks have no rows; errors are null where there are fewer than two
        households.

    Examples
    --------
    >>> effect_table(EffectSums.empty()).height
    0
    """
    parts = [
        _part(sums, place, which, horizon, ("with", "without")).with_columns(intervention=pl.lit(name))
        for place, name in enumerate(CONTRASTS)
        for which in range(len(OUTCOMES))
        for horizon in HORIZONS
        if place != _ANY
    ]
    first = ("population", "level", "intervention", "outcome", "horizon_days", "n", "households")
    return _in_order(parts, first)


def risk_table(sums: EffectSums) -> pl.DataFrame:
    """Return the true mean risk as it happened and without any intervention, in each population.

    Parameters
    ----------
    sums : EffectSums
        The sums of the whole world.

    Returns
    -------
    polars.DataFrame
        population, level, outcome, horizon_days, n, households, then as in `effect_table`: risk_natural, risk_nothing,
        risk_difference, risk_ratio, rmst_natural, rmst_nothing, rmst_difference, and their errors. Differences are
        natural less nothing; ``treated`` are the landmarks after which any intervention was given.

    Examples
    --------
    >>> "risk_natural_se" in risk_table(EffectSums.empty()).columns
    True
    """
    parts = [
        _part(sums, _ANY, which, horizon, ("natural", "nothing"))
        for which in range(len(OUTCOMES))
        for horizon in HORIZONS
    ]
    return _in_order(parts, ("population", "level", "outcome", "horizon_days", "n", "households"))


def _part(sums: EffectSums, contrast: int, which: int, horizon: int, sides: tuple[str, str]) -> pl.DataFrame:
    """Return one contrast, outcome and horizon: a row per population, of the treated only those of the contrast."""
    chosen = [place for place, (name, level) in enumerate(LEVELS) if name != TREATED or level == CONTRASTS[contrast]]
    columns: dict[str, Any] = {
        "place": chosen,
        "population": [LEVELS[place][0] for place in chosen],
        "level": [TREATED if LEVELS[place][0] == TREATED else LEVELS[place][1] for place in chosen],
        "n": sums.landmarks[chosen],
        "households": sums.households[chosen],
    }
    for measure in MEASURES:
        cell = CELLS.index((which, horizon, measure))
        columns |= {name: values[chosen] for name, values in _measured(sums, cell, contrast, measure, sides).items()}
    table = pl.DataFrame(columns, nan_to_null=True)
    return table.with_columns(outcome=pl.lit(OUTCOMES[which]), horizon_days=pl.lit(horizon, dtype=pl.Int64))


def _measured(sums: EffectSums, cell: int, contrast: int, measure: str, sides: tuple[str, str]) -> dict[str, Floats]:
    """Return the columns of one measure, one value per population."""
    at = (slice(None), cell, contrast)
    means = _over(sums.totals[at], sums.landmarks[:, None])
    squares, products = sums.squares[at], sums.products[at]
    difference = means[:, 0] - means[:, 1]
    of_difference = (squares.sum(axis=1) - 2 * sums.crosses[at], products[:, 0] - products[:, 1])
    found = {}
    for side, name in enumerate(sides):
        found[f"{measure}_{name}"] = means[:, side]
        found[f"{measure}_{name}_se"] = _error(sums, means[:, side], squares[:, side], products[:, side])
    found[f"{measure}_difference"] = difference
    found[f"{measure}_difference_se"] = _error(sums, difference, *of_difference)
    return found | ({"risk_ratio": _over(means[:, 0], means[:, 1])} if measure == "risk" else {})


def _error(sums: EffectSums, mean: Floats, squares: Ints, products: Ints) -> Floats:
    """Return the clustered standard error of a mean over landmarks: a ratio of sums over households, linearised."""
    spread = squares - 2 * mean * products + mean**2 * sums.landmarks_squared
    corrected = spread.clip(min=0) * _over(sums.households, sums.households - 1)
    return _over(np.sqrt(corrected), sums.landmarks)


def _over(top: Floats | Ints, bottom: Floats | Ints) -> Floats:
    """Divide, NaN where there is nothing to divide by."""
    filled: Floats = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=filled, where=bottom > 0)
    return filled


def _in_order(parts: list[pl.DataFrame], first: tuple[str, ...]) -> pl.DataFrame:
    """Put the rows population by population, without those that are empty."""
    rows = pl.concat(parts).filter(pl.col("n") > 0).sort("place", maintain_order=True)
    return rows.select(*first, pl.exclude("place", *first))
