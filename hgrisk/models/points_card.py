"""A card with small whole points for a few items, which one can fill in by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.models.by_horizon.card_items import SMALLEST_PART, largest_penalty
from hgrisk.models.by_horizon.card_points import CardSize, learn_points, losses_out_of_fold, ranges_out_of_fold
from hgrisk.models.by_horizon.items import Item, learn_item, words_of
from hgrisk.models.by_horizon.out_of_fold import check_folds, deal_rows
from hgrisk.models.by_horizon.own_penalty import OwnPenalty
from hgrisk.models.by_horizon.rounding import Coded
from hgrisk.models.by_horizon.total_score import TotalScore
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.protocol import Training

MOST_ITEMS = 12
N_PENALTIES = 8
"""To choose from: from the one that leaves no item to where the path of `choose_items` ends."""


class PointsCard(TotalScore, OwnPenalty):
    """Whole points for the levels of at most 12 items, and the risk by each horizon at each total.

    Features are cut into a few levels; a missing value is a level of its own where training had enough of them. A lasso
    over all horizons together chooses items and levels, a ridge regression weighs them, and these weights become whole
    points, the same at all horizons. With a large penalty a card has no items, and every row the base rate. Labels,
    weights for censoring and crossing horizons: see `HorizonClassifier`.

    **Risks are those of rows that a card was not made on.** The rows that chose items and points agree with them too
    well: of pure noise they would print a low and a high risk. So items and points are chosen again five times, each
    time without a fifth of the household networks (``cluster`` in fit; of the rows, where fit is given none), and these
    are placed on the card that was made without them. As its points are others, a row counts for the totals of the same
    rank. A risk is the weighted share of the rows of such ranks that re-reported: totals with few rows are pooled with
    their neighbours, and the risk does not fall as the total rises.

    Parameters
    ----------
    horizons_days : tuple of float
        Horizons in days, each above 0.
    max_items : int
        Most items, from 1 to 12.
    max_points : int
        Most points of a level, from 1 to 10.
    bins : int
        Most levels of a number, from 2 to 10, "not known" aside.
    penalty : float
        Penalty above 0, per re-report and on standardised columns, as in `ElasticNetLogistic`: the smallest of the
        lasso that chooses (or a fiftieth of the one that leaves no item, if that is larger), and that of the ridge. In
        an experiment it may be "chosen": see `OwnPenalty.choose_penalty`.
    min_rows : int
        Fewest training rows of a level and of a group of totals.

    Attributes
    ----------
    items_ : list of dict
        The items on the card: feature, kind, cuts or names of its levels, and points of each.
    lowest_total_ : ndarray, shape (k,)
        Lowest total of each group, rising.
    n_rows_ : ndarray of int, shape (k,)
        Training rows with such a total on the card itself.
    risk_, risk_lower_, risk_upper_ : ndarray, shape (k, H)
        Risk of each group by each horizon, of rows that the card was not made on, and its 95 % interval, which allows
        for household networks if fit is given their names as ``cluster``. Where neighbours were pooled it is the
        interval of their mean.
    own_risk_ : ndarray, shape (k, H)
        The same before a risk below that of a shorter horizon was raised to it.
    center_ : ndarray, shape (q,)
        Weighted training mean of the points of each item.
    least_uncensored_ : ndarray, shape (H,)
        Smallest probability of being uncensored that a weight divides by.
    reordered_share_ : float
        Weighted share of training rows in which a horizon was raised: see `HorizonClassifier`.

    Notes
    -----
    Sullivan, Massaro and D'Agostino (2004), doi:10.1002/sim.1742, on points for a hand; the rounding: `round_points`.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"reports": rng.poisson(1.0, 400), "children": rng.integers(0, 2, 400)})
    >>> days = np.ceil(rng.exponential(900 / (1 + X["reports"])))
    >>> y = Surv.from_arrays(event=days <= 400, duration_days=np.minimum(days, 400))
    >>> card = PointsCard(horizons_days=(365,), max_points=3).fit(X, y)
    >>> card.card_[["level", "points"]].to_numpy().tolist()
    [['0', 0], ['1', 1], ['2', 2], ['3 or more', 3], ['not known', 1]]
    >>> card.risk_by_total_[["total", "risk"]].round(2).to_numpy().tolist()
    [['0', 0.3], ['1', 0.53], ['2', 0.68], ['3 or more', 0.86]]
    """

    def __init__(
        self,
        horizons_days: tuple[float, ...] = (183, 365, 548),
        max_items: int = MOST_ITEMS,
        max_points: int = 5,
        bins: int = 4,
        *,
        penalty: float = 0.01,
        min_rows: int = 20,
    ) -> None:
        self.horizons_days = horizons_days
        self.max_items = max_items
        self.max_points = max_points
        self.bins = bins
        self.penalty = penalty
        self.min_rows = min_rows

    @property
    def card_(self) -> pd.DataFrame:
        """The card: ``item, level, points``, the levels of each item below each other."""
        check_is_fitted(self)
        lines = [(item.feature, word, its) for item, points in self._card() for word, its in _lines(item, points)]
        return pd.DataFrame(lines, columns=["item", "level", "points"])

    def _learn_points(
        self, training: Training, outcomes: tuple[HorizonOutcome, ...], labels: NDArray[Any] | None
    ) -> Floats:
        items, rows = self._coded(training, outcomes)
        fold = self._folds(items, rows, training, labels)
        check_folds(fold, outcomes, self.supported_times_)
        size = self._size(self.penalty)
        self.items_ = [
            {**vars(items[place]), "points": [int(its) for its in own]}
            for place, own in learn_points(items, rows, size)
        ]
        return ranges_out_of_fold(items, rows, training.weight, fold, size)

    def _coded(self, training: Training, outcomes: tuple[HorizonOutcome, ...]) -> tuple[list[Item], Coded]:
        """Return the features that can be items, and the rows as their levels."""
        frame = training.frame
        learned = [learn_item(frame[name], self.bins, self.min_rows) for name in frame.columns]
        items = [item for item in learned if item is not None]
        if not items:
            found = f"none with two levels of {self.min_rows} rows"
            raise DataError("A card has an item that tells rows apart", found, "use BaseRate")
        level = np.column_stack([item.levels_of(frame[item.feature]) for item in items])
        weights = [outcome.weight * training.weight for outcome in outcomes]
        yes = np.column_stack([its * out.label for its, out in zip(weights, outcomes, strict=True)])
        return items, Coded(level, yes, np.column_stack(weights) - yes)

    def _size(self, penalty: float) -> CardSize:
        return CardSize(int(self.max_items), int(self.max_points), float(penalty))

    def _penalties(self, training: Training, outcomes: tuple[HorizonOutcome, ...]) -> Floats:
        largest = largest_penalty(*self._coded(training, outcomes))
        return np.geomspace(largest, SMALLEST_PART * largest, N_PENALTIES)

    def _losses(
        self,
        training: Training,
        outcomes: tuple[HorizonOutcome, ...],
        fold: NDArray[np.int64],
        penalties: Floats,
    ) -> Floats:
        return losses_out_of_fold(*self._coded(training, outcomes), fold, self._size(self.penalty), penalties)

    @staticmethod
    def _folds(items: list[Item], rows: Coded, training: Training, labels: NDArray[Any] | None) -> NDArray[np.int64]:
        """Return the fold of each row, whatever the order of rows and columns."""
        by_name = np.argsort([item.feature for item in items])
        return deal_rows(labels, [*rows.level.T[by_name], training.event, training.duration, training.weight])

    def _points(self, frame: pd.DataFrame) -> Floats:
        own = [np.array(points)[item.levels_of(frame[item.feature])] for item, points in self._card()]
        return np.column_stack([np.empty((len(frame), 0)), *own])

    def _sources(self) -> tuple[str, ...]:
        return tuple(item.feature for item, _ in self._card())

    def _card(self) -> list[tuple[Item, list[int]]]:
        every: list[dict[str, Any]] = [dict(its) for its in self.items_]
        return [(Item(**{key: its[key] for key in its if key != "points"}), its["points"]) for its in every]

    def _check_settings(self) -> None:
        super()._check_settings()
        for name, least, most in (("max_items", 1, MOST_ITEMS), ("max_points", 1, 10), ("bins", 2, 10)):
            value = getattr(self, name)
            if not (isinstance(value, int | np.integer) and least <= value <= most):
                raise ConfigError(f"{name} is a whole number from {least} to {most}", f"{value!r}", f"use {most}, say")
        self._check_penalty("A penalty of a card")


def _lines(item: Item, points: list[int]) -> list[tuple[str, int]]:
    """Return the levels of an item in words, neighbours with equal points as one, and the points of each."""
    if item.kind == "text":
        lines = list(zip(words_of(item), points, strict=True))
        return lines if "any other" in item.names else [*lines, ("any other", points[item.fallback])]
    numbers, missing = points[: len(item.cuts) + 1], points[-1] if item.has_missing else points[item.fallback]
    apart = [place for place in range(len(item.cuts)) if numbers[place] != numbers[place + 1]]
    shown = Item(item.feature, item.kind, [item.cuts[place] for place in apart], [], 0, has_missing=False)
    return list(zip(words_of(shown), [numbers[0], *(numbers[place + 1] for place in apart), missing], strict=True))
