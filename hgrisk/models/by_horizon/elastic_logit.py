"""The search for a logistic regression with a ridge and a lasso penalty: Newton steps, each to the lasso optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hgrisk.curves import Floats
from hgrisk.errors import FitError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.hazards.lasso import lasso_step

KKT_GAP = 1e-11
MAX_STEPS, MAX_HALVINGS = 100, 40


@dataclass(frozen=True, eq=False)
class LogitRows:
    """Rows of one or several blocks that share their coefficients; each block has an intercept of its own.

    Attributes
    ----------
    columns : ndarray, shape (m, q)
        Standardised columns.
    label : ndarray of bool, shape (m,)
        The answers.
    weight : ndarray, shape (m,)
        Above 0.
    block : ndarray of int, shape (m,)
        Block of each row, from 0.
    """

    columns: Floats
    label: NDArray[np.bool_]
    weight: Floats
    block: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class ElasticLogit:
    """What was found.

    Attributes
    ----------
    intercept : ndarray, shape (B,)
        One for each block.
    coef : ndarray, shape (q,)
        Log odds ratios of the columns; exactly 0 where the lasso takes a column out.
    n_steps : int
        Newton steps taken.
    """

    intercept: Floats
    coef: Floats
    n_steps: int


@dataclass(frozen=True, eq=False)
class _Slopes:
    """Slopes of the log likelihood less the ridge, and the curvature once intercepts follow the coefficients."""

    blocks: Floats
    coef: Floats
    block_weight: Floats
    block_columns: Floats
    curvature: Floats


def fit_elastic_logit(
    rows: LogitRows, ridge: float, lasso: float, start: ElasticLogit | None = None, *, gap: float = KKT_GAP
) -> ElasticLogit:
    """Minimise ``sum(weight * log loss) + ridge / 2 * sum(coef**2) + lasso * sum(abs(coef))``; intercepts are free.

    Parameters
    ----------
    rows : LogitRows
        The rows.
    ridge, lasso : float
        Penalties, 0 and above, not both 0.
    start : ElasticLogit, optional
        Where the search begins; at coefficients of 0 by default.
    gap : float
        Largest slope that is left, per unit of weight.

    Returns
    -------
    ElasticLogit
        The optimum, to about the last digit unless a wider gap is given; the same rows give the same numbers.

    Raises
    ------
    FitError
        If the search does not end.

    Notes
    -----
    Friedman, Hastie and Tibshirani (2010), doi:10.18637/jss.v033.i01. Each step minimises the quadratic around the
    point with the lasso penalty, first by coordinates and then exactly on the columns that are left, and is halved
    until the loss falls (proximal Newton: Lee, Sun and Saunders 2014, doi:10.1137/130921428).
    """
    total = rows.weight.sum()
    unit = LogitRows(rows.columns, rows.label, rows.weight / total, rows.block)
    ridge, lasso = ridge / total, lasso / total
    n_blocks = int(rows.block.max()) + 1
    intercept = _usual(unit, n_blocks) if start is None else start.intercept
    coef = np.zeros(rows.columns.shape[1]) if start is None else start.coef
    with one_blas_thread():
        for step in range(MAX_STEPS):
            slopes = _slopes(unit, intercept, coef, ridge)
            if _gap(slopes, coef, lasso) <= gap:
                return ElasticLogit(intercept, coef, step)
            target = _target(slopes, coef, lasso)
            shift = (slopes.blocks - slopes.block_columns @ (target - coef)) / slopes.block_weight
            intercept, coef = _halved(unit, (intercept, coef), (shift, target), (ridge, lasso))
    raise FitError("The search for an elastic net ends", f"no end in {MAX_STEPS} steps", "use a larger penalty")


def _usual(rows: LogitRows, n_blocks: int) -> Floats:
    yes = np.bincount(rows.block, rows.weight * rows.label, minlength=n_blocks)
    no = np.bincount(rows.block, rows.weight * ~rows.label, minlength=n_blocks)
    return np.asarray(np.log(yes / no), dtype=np.float64)


def _slopes(rows: LogitRows, intercept: Floats, coef: Floats, ridge: float) -> _Slopes:
    chance = expit(rows.columns @ coef + intercept[rows.block])
    residual, spread = rows.weight * (rows.label - chance), rows.weight * chance * (1.0 - chance)
    weighed = rows.columns * spread[:, None]
    block_columns = np.array([weighed[rows.block == block].sum(axis=0) for block in range(len(intercept))])
    block_weight = np.asarray(np.bincount(rows.block, spread, minlength=len(intercept)), dtype=np.float64)
    curvature = rows.columns.T @ weighed - block_columns.T @ (block_columns / block_weight[:, None])
    curvature[np.diag_indices(len(coef))] += ridge
    return _Slopes(
        np.asarray(np.bincount(rows.block, residual, minlength=len(intercept)), dtype=np.float64),
        rows.columns.T @ residual - ridge * coef,
        block_weight,
        block_columns,
        curvature,
    )


def _gap(slopes: _Slopes, coef: Floats, lasso: float) -> float:
    """Return by how much the conditions of an optimum are missed (Karush, Kuhn and Tucker)."""
    left = np.where(coef != 0, slopes.coef - lasso * np.sign(coef), np.maximum(np.abs(slopes.coef) - lasso, 0.0))
    return float(max(np.abs(left).max(initial=0.0), np.abs(slopes.blocks).max()))


def _target(slopes: _Slopes, coef: Floats, lasso: float) -> Floats:
    """Return the coefficients at the lasso optimum of the quadratic around a point."""
    slope = slopes.coef - slopes.block_columns.T @ (slopes.blocks / slopes.block_weight)
    target = coef + lasso_step(slopes.curvature, slope, coef, lasso) if lasso > 0 else np.ones(len(coef))
    left = target != 0
    level = slope + slopes.curvature @ coef - lasso * np.sign(target)
    try:
        exact = np.linalg.solve(slopes.curvature[np.ix_(left, left)], level[left])
    except np.linalg.LinAlgError:  # columns that make up for each other: the descent found one of many optima
        return target
    if lasso == 0 or np.array_equal(np.sign(exact), np.sign(target[left])):
        target[left] = exact
    return np.asarray(target, dtype=np.float64)


def _halved(
    rows: LogitRows, point: tuple[Floats, Floats], step: tuple[Floats, Floats], penalties: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return the point a whole step on, or half of it, or a quarter, where the loss is no higher."""
    (intercept, coef), (shift, target) = point, step
    before, share = _loss(rows, intercept, coef, penalties), 1.0
    for _ in range(MAX_HALVINGS):
        new = target if share == 1.0 else coef + share * (target - coef)
        if _loss(rows, intercept + share * shift, new, penalties) <= before + 1e-15 * (1.0 + before):
            return intercept + share * shift, new
        share /= 2.0
    return intercept + shift, target  # the loss no longer tells the two apart


def _loss(rows: LogitRows, intercept: Floats, coef: Floats, penalties: tuple[float, float]) -> float:
    logit = rows.columns @ coef + intercept[rows.block]
    misfit = rows.weight @ (np.logaddexp(0.0, logit) - rows.label * logit)
    return float(misfit + 0.5 * penalties[0] * coef @ coef + penalties[1] * np.abs(coef).sum())
