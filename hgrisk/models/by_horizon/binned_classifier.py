"""What the boosted classifiers share: raw features into bins, rows in a settled order, whole clusters left out."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.by_horizon.classifier import ClusteredClassifier
from hgrisk.models.by_horizon.feature_bins import bin_columns, learn_edges, leave_out, settled_order
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.fit_arguments import checked_increasing
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import Training


@dataclass(frozen=True)
class HorizonRows:
    """Rows whose outcome at one horizon is known, for the time of a fit only, in a settled order.

    Attributes
    ----------
    bins : ndarray of unsigned int, shape (n, p)
        Bin of each value, from 1; 0 where it is missing.
    label : ndarray of bool, shape (n,)
        Re-report by the horizon.
    weight : ndarray, shape (n,)
        Case weights times weights for censoring, 1 on average.
    cluster : ndarray of int, shape (n,)
        Number of each row's cluster.
    """

    bins: NDArray[np.unsignedinteger]
    label: NDArray[np.bool_]
    weight: Floats
    cluster: NDArray[np.intp]

    @property
    def rounded_weight(self) -> Floats:
        """Weights without the last digits, in which equal ones differ with the order of the rows given."""
        return rounded(self.weight)

    def log_odds(self, chosen: NDArray[np.bool_]) -> float:
        """Return the log odds of a re-report among some rows."""
        weight, label = self.rounded_weight[chosen], self.label[chosen]
        return float(np.log(weight[label].sum() / weight[~label].sum()))

    def left_out(self, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Return which rows are left out, or refuse: both answers must be among them and among the others."""
        left_out = leave_out(self.cluster, share, rng)
        if share > 0 and not all(len(np.unique(self.label[its])) == 2 for its in (left_out, ~left_out)):
            raise FitError(
                "Rows with and without a re-report are among those left out and among the others",
                f"{int(self.label[left_out].sum())} of {int(self.label.sum())} re-reports left out",
                "pass more rows or set validation_share",
            )
        return left_out


class BinnedClassifier(ClusteredClassifier):
    """Base of the classifiers that see bins of the raw features, with a bin of their own for missing values.

    Numbers fall into bins of at least 20 training rows. Rare levels of text are pooled by `FeaturePreparer` before
    anything is fitted, and their names forgotten.

    Attributes
    ----------
    preparer_ : FeaturePreparer
        Of the levels; what training never showed is counted by its ``unfamiliar``.
    bin_edges_ : dict of str to ndarray
        Per numeric feature, values up to which each bin but the last reaches.
    increasing_ : list of str
        Numeric features that may only raise the risk.
    """

    increasing: Any
    learning_rate: Any
    min_leaf: Any
    validation_share: Any
    seed: Any

    def _learn_by_cluster(
        self, training: Training, outcomes: tuple[HorizonOutcome, ...], labels: NDArray[Any] | None
    ) -> None:
        self.preparer_ = FeaturePreparer(log1p="none").fit(training.frame)
        self.increasing_ = checked_increasing(self.increasing, list(self.preparer_.numeric_))
        settled = self.preparer_.settle(training.frame)
        numbers = settled[list(self.preparer_.numeric_)]
        self.bin_edges_ = {str(name): learn_edges(numbers[name].to_numpy(), self._most_bins()) for name in numbers}
        bins = self._to_bins(settled)
        if not np.any(bins != bins[:1]):
            raise DataError("A classifier by bins has at least one column that varies", "none", "use BaseRate")
        codes = None if labels is None else pd.factorize(labels, sort=True)[0]
        self._learn_horizons([_known_rows(training, outcome, bins, codes) for outcome in outcomes])

    @abstractmethod
    def _learn_horizons(self, horizons: list[HorizonRows]) -> None:
        """Learn from the rows of each horizon, shortest first."""

    @abstractmethod
    def _most_bins(self) -> int:
        """Return into how many bins a number may fall."""

    @abstractmethod
    def _to_bins(self, settled: pd.DataFrame) -> NDArray[np.unsignedinteger]:
        """Return what the classifier sees of settled columns."""

    def _bins(self, frame: pd.DataFrame) -> NDArray[np.unsignedinteger]:
        return self._to_bins(self.preparer_.settle(frame))

    def _number_bins(self, settled: pd.DataFrame) -> NDArray[np.uint8]:
        columns = settled[list(self.bin_edges_)].to_numpy(dtype=np.float64)
        return bin_columns(columns, list(self.bin_edges_.values()))

    def _check_shared_settings(self, *, may_leave_out_none: bool) -> None:
        share = self.validation_share
        if not (isinstance(share, int | float) and 0 <= share < 1 and (may_leave_out_none or share > 0)):
            lowest = "from 0" if may_leave_out_none else "above 0"
            raise ConfigError(f"validation_share is {lowest} and below 1", f"{share!r}", "use 0.2, say")
        check_whole("min_leaf", self.min_leaf, 1, 1_000_000_000)
        check_whole("seed", self.seed, 0, 2**31 - 1)
        rate = self.learning_rate
        if not (isinstance(rate, int | float) and 0 < rate <= 1):
            raise ConfigError("learning_rate is above 0 and at most 1", f"{rate!r}", "use the default")


def rounded(weight: Floats) -> Floats:
    """Return weights to seven digits."""
    return weight.astype(np.float32).astype(np.float64)


def check_whole(name: str, value: Any, low: int, high: int) -> None:
    """Refuse a setting that is not a whole number in a range."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not (whole and low <= value <= high):
        raise ConfigError(f"{name} is a whole number from {low:,} to {high:,}", f"{value!r}", "use the default")


def _known_rows(
    training: Training, outcome: HorizonOutcome, bins: NDArray[np.unsignedinteger], codes: NDArray[np.intp] | None
) -> HorizonRows:
    known = np.flatnonzero(outcome.weight > 0)
    weight = (outcome.weight * training.weight)[known]
    weight = weight / weight.mean()
    known_bins, label = bins[known], outcome.label[known]
    order = settled_order(known_bins, label, rounded(weight))
    cluster = np.arange(len(order)) if codes is None else pd.factorize(codes[known[order]], sort=True)[0]
    return HorizonRows(known_bins[order], label[order], weight[order], cluster)
