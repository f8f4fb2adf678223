"""Additive terms as plain tables by bin: fitted by interpret-core, kept and looked up by ourselves."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.by_horizon.binned_classifier import HorizonRows
from hgrisk.models.by_horizon.feature_bins import LEAST_ROWS

PAIR_BINS = 32
"""Most bins of each feature of a joint term."""

Place = tuple[int, ...]
"""Column or columns of a term."""


@dataclass(frozen=True, eq=False)
class TermTables:
    """What each term adds to the score, by bin of its column or of both its columns; bin 0 is a missing value.

    Attributes
    ----------
    intercept : float
        Weighted mean score of the training rows: each term is 0 on average.
    places : tuple of tuple of int, length q
        Columns of each term.
    effects : tuple of ndarray, length q
        What a term adds, shape (k + 1,), or (k + 1, m + 1) for two columns.
    deviations : tuple of ndarray, length q
        Standard deviations of the effects over the bags, of the same shapes.
    """

    intercept: float
    places: tuple[Place, ...]
    effects: tuple[Floats, ...]
    deviations: tuple[Floats, ...]

    def terms(self, bins: NDArray[np.unsignedinteger]) -> Floats:
        """Return what each term adds to each row, shape (n, q)."""
        pairs = zip(self.places, self.effects, strict=True)
        columns = [table[tuple(bins[:, column] for column in place)] for place, table in pairs]
        return np.column_stack(columns) if columns else np.empty((len(bins), 0))

    def scores(self, bins: NDArray[np.unsignedinteger]) -> Floats:
        """Return the score of each row, shape (n,)."""
        return np.asarray(self.intercept + self.terms(bins).sum(axis=1), dtype=np.float64)


@dataclass(frozen=True)
class TermSettings:
    """How terms are fitted.

    Attributes
    ----------
    n_bins : tuple of int, length p
        Bins of each column, the missing one aside.
    is_text : tuple of bool, length p
        Whether a column is of levels without an order.
    increasing : tuple of bool, length p
        Whether the effect of a column may only rise.
    n_interactions : int
        Joint terms of two columns.
    outer_bags : int
        Fits that are averaged, each with other rows left out.
    share : float
        Share of the clusters left out of each.
    n_rounds, rate, min_leaf
        Most rounds, what is taken of each, and fewest rows in a leaf.
    seed : int
        Seed of the library, and of who is left out.
    """

    n_bins: tuple[int, ...]
    is_text: tuple[bool, ...]
    increasing: tuple[bool, ...]
    n_interactions: int
    outer_bags: int
    share: float
    n_rounds: int
    rate: float
    min_leaf: int
    seed: int


def fit_terms(rows: HorizonRows, settings: TermSettings) -> TermTables:
    """Return the terms that an explainable boosting machine finds.

    Parameters
    ----------
    rows : HorizonRows
        Rows.
    settings : TermSettings
        How.

    Returns
    -------
    TermTables
        One term for each column that varies, in their order, then the joint ones.
    """
    varies = tuple(int(column) for column in np.flatnonzero((rows.bins != rows.bins[:1]).any(axis=0)))
    if not varies:
        return TermTables(rows.log_odds(np.ones(len(rows.label), dtype=bool)), (), (), ())
    return centred(tables_of(fit_library(rows, settings, varies), varies, settings), rows, settings)


def library_matrix(bins: NDArray[np.unsignedinteger], varies: Place) -> Floats:
    """Return the columns that vary as the library takes them: bins as numbers, NaN where missing."""
    chosen = bins[:, list(varies)]
    return np.where(chosen == 0, np.nan, chosen.astype(np.float64))


def fit_library(rows: HorizonRows, settings: TermSettings, varies: Place) -> Any:
    """Return the library's own model of the columns that vary, for the time of a fit only."""
    from interpret.glassbox import ExplainableBoostingClassifier  # type: ignore[import-untyped]  # noqa: PLC0415

    rng = np.random.default_rng(settings.seed)
    bags = np.column_stack([rows.left_out(settings.share, rng) for _ in range(settings.outer_bags)])
    kinds = [
        [str(code) for code in range(1, settings.n_bins[column] + 1)] if settings.is_text[column] else "continuous"
        for column in varies
    ]
    increasing = [int(settings.increasing[column]) for column in varies]
    machine = ExplainableBoostingClassifier(
        feature_names=[str(column) for column in varies],
        feature_types=kinds,
        max_interaction_bins=PAIR_BINS,
        interactions=settings.n_interactions,
        exclude=[pair for pair in combinations(range(len(varies)), 2) if increasing[pair[0]] or increasing[pair[1]]],
        validation_size=settings.share,
        outer_bags=settings.outer_bags,
        learning_rate=settings.rate,
        max_rounds=settings.n_rounds,
        min_samples_leaf=settings.min_leaf,
        monotone_constraints=increasing,
        n_jobs=1,
        random_state=settings.seed,
    )
    with _missing_values_are_meant():
        return machine.fit(
            library_matrix(rows.bins, varies),
            rows.label.astype(np.int64),
            sample_weight=rows.rounded_weight,
            bags=np.where(bags, -1, 1).astype(np.int8),
        )


def tables_of(machine: Any, varies: Place, settings: TermSettings) -> TermTables:
    """Return the library's terms as tables by our bins, adding up to its own score.

    Parameters
    ----------
    machine : ExplainableBoostingClassifier
        The library's model.
    varies : tuple of int
        The columns that it saw.
    settings : TermSettings
        How it was fitted.

    Returns
    -------
    TermTables
        As the library has centred them.
    """
    places, effects, deviations = [], [], []
    spreads = machine.standard_deviations_
    for own, effect, deviation in zip(machine.term_features_, machine.term_scores_, spreads, strict=True):
        place = tuple(varies[feature] for feature in own)
        where = np.ix_(
            *(_library_bins(machine, feature, len(own), settings.n_bins[varies[feature]]) for feature in own)
        )
        places.append(place)
        effects.append(np.asarray(effect[where], dtype=np.float64))
        deviations.append(np.asarray(deviation[where], dtype=np.float64))
    return TermTables(float(machine.intercept_[0]), tuple(places), tuple(effects), tuple(deviations))


def centred(tables: TermTables, rows: HorizonRows, settings: TermSettings) -> TermTables:
    """Return terms that are 0 on average over the training rows, and nothing where too few rows say anything.

    Parameters
    ----------
    tables : TermTables
        Terms.
    rows : HorizonRows
        Training rows.
    settings : TermSettings
        How they were fitted.

    Returns
    -------
    TermTables
        A missing value that fewer than 20 rows had adds 0, as the mean row does, and so does a level that no row had.
    """
    learned = [_learned(rows.bins[:, column], n_bins) for column, n_bins in enumerate(settings.n_bins)]
    intercept, effects, deviations = tables.intercept, [], []
    for place, effect, deviation in zip(tables.places, tables.effects, tables.deviations, strict=True):
        cells = np.ix_(*(learned[column] for column in place))
        total = np.zeros(effect.shape)
        np.add.at(total, tuple(rows.bins[:, column] for column in place), rows.weight)
        mean = float((total[cells] * effect[cells]).sum() / total[cells].sum())
        known, spread = np.zeros(effect.shape), np.zeros(effect.shape)
        known[cells], spread[cells] = effect[cells] - mean, deviation[cells]
        intercept += mean
        effects.append(known)
        deviations.append(spread)
    return TermTables(intercept, tables.places, tuple(effects), tuple(deviations))


def _learned(bins: NDArray[np.unsignedinteger], n_bins: int) -> NDArray[np.bool_]:
    count = np.bincount(bins, minlength=n_bins + 1)
    return count >= np.where(np.arange(n_bins + 1) == 0, LEAST_ROWS, 1)


def _library_bins(machine: Any, feature: int, n_columns: int, n_bins: int) -> NDArray[np.intp]:
    """Return the library's bin of each of ours; it has coarser ones for joint terms."""
    levels = machine.bins_[feature]
    found = levels[min(n_columns, len(levels)) - 1]
    ours = np.arange(1, n_bins + 1)
    if isinstance(found, dict):
        return np.array([0, *(found[str(code)] for code in ours)], dtype=np.intp)
    return np.concatenate(([0], np.searchsorted(found, ours, side="right") + 1))


@contextmanager
def _missing_values_are_meant() -> Iterator[None]:
    """Let the library's remark pass that its own plots do not show missing values: ours do."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Missing values detected", UserWarning)
        yield
