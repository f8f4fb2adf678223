"""A baseline like a checklist on paper: how many of a few yes-or-no items are a yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.models.by_horizon.total_score import TotalScore
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.history_columns import pick_column
from hgrisk.models.protocol import Training

MOST_ITEMS = 13

ITEMS = ("prior_reports_ever", "prior_reports_365d", "reported_person_reports_ever", "household_children")


class ChecklistCount(TotalScore):
    """The risk by each horizon at each number of items that are a yes, as it was seen in training.

    Every item counts for one, as on lists that professionals fill in. The list is the user's own: it stands for the
    kind of instrument, and is none of the published ones, whose items and norms it does not have. A missing answer
    counts as no, as a box left empty does; ``missing_share_`` says how often. Totals with few rows are pooled with
    their neighbours, and the risk does not fall as the total rises. Labels, weights for censoring and crossing
    horizons: see `HorizonClassifier`.

    Parameters
    ----------
    horizons_days : tuple of float
        Horizons in days, each above 0.
    items : sequence of str, or mapping of str to float
        1 to 13 columns of numbers or yes and no, each 0 and above: an answer is yes from 1 on, or from the number that
        a mapping gives. All other columns are ignored.
    min_rows : int
        Fewest training rows of a group of totals.

    Attributes
    ----------
    lowest_total_ : ndarray, shape (k,)
        Lowest total of each group, rising.
    n_rows_ : ndarray of int, shape (k,)
        Training rows of each group.
    risk_, risk_lower_, risk_upper_ : ndarray, shape (k, H)
        Risk of each group by each horizon and its 95 % interval, which allows for household networks if fit is given
        their names as ``cluster``.
    own_risk_ : ndarray, shape (k, H)
        The same before a risk below that of a shorter horizon was raised to it.
    center_ : ndarray, shape (q,)
        Weighted share of yes in training, by item.
    missing_share_ : ndarray, shape (q,)
        Weighted share of missing answers in training, by item.
    least_uncensored_ : ndarray, shape (H,)
        Smallest probability of being uncensored that a weight divides by.
    reordered_share_ : float
        Weighted share of training rows in which a horizon was raised: see `HorizonClassifier`.

    Notes
    -----
    Of the kind of the ODARA, a count of 13 yes-or-no items: Hilton and others (2004),
    doi:10.1037/1040-3590.16.3.267.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"reports": [0, 0, 0, 1, 1, 1, 2, 4], "children": [0, 1, 0, 0, 1, None, 1, 1]})
    >>> y = Surv.from_arrays(event=[0, 0, 1, 1, 0, 0, 1, 1], duration_days=[400, 400, 90, 9, 400, 400, 30, 200])
    >>> model = ChecklistCount(horizons_days=(365,), items={"reports": 1, "children": 1}, min_rows=2).fit(X, y)
    >>> model.predict_total(X).tolist()
    [0.0, 1.0, 0.0, 1.0, 2.0, 1.0, 2.0, 2.0]
    >>> model.risk_.round(2).ravel().tolist()
    [0.4, 0.4, 0.67]
    """

    def __init__(
        self,
        horizons_days: tuple[float, ...] = (183, 365, 548),
        items: Sequence[str] | Mapping[str, float] = ITEMS,
        min_rows: int = 20,
    ) -> None:
        self.horizons_days = horizons_days
        self.items = items
        self.min_rows = min_rows

    def _learn_points(
        self,
        training: Training,
        outcomes: tuple[HorizonOutcome, ...],  # noqa: ARG002
        labels: NDArray[Any] | None,  # noqa: ARG002
    ) -> None:
        answers = [pick_column(training.frame, name, allow_missing=True) for name in self._yes_from()]
        self.missing_share_ = training.weight @ np.isnan(np.column_stack(answers)) / training.weight.sum()

    def _points(self, frame: pd.DataFrame) -> Floats:
        yes = [pick_column(frame, name, allow_missing=True) >= level for name, level in self._yes_from().items()]
        return np.column_stack(yes).astype(np.float64)  # nothing is at or above any number when it is missing

    def _sources(self) -> tuple[str, ...]:
        return tuple(self._yes_from())

    def _yes_from(self) -> dict[str, float]:
        """Return the number from which each item is a yes."""
        return dict(self.items) if isinstance(self.items, Mapping) else dict.fromkeys(self.items, 1.0)

    def _check_settings(self) -> None:
        super()._check_settings()
        if isinstance(self.items, str):
            raise ConfigError("Items are a list of columns", f"{self.items!r}", f"give [{self.items!r}]")
        levels = self._yes_from()
        if not 1 <= len(levels) <= MOST_ITEMS or len(levels) < len(self.items):
            found = f"{len(self.items)} with {len(levels)} names"
            raise ConfigError(f"A checklist has 1 to {MOST_ITEMS} items, each once", found, "name other columns")
        for name, level in levels.items():
            if not (isinstance(level, int | float) and np.isfinite(level) and level > 0):
                raise ConfigError("An item is a yes from a number above 0 on", f"{level!r} for {name!r}", "use 1, say")
