"""Which cells of a table of counts are kept back, so that no small one can be had by subtraction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError

Mask = NDArray[np.bool_]


def hidden_cells(
    counts: ArrayLike, min_cell: int, *, total: float | None = None, also: Sequence[bool] | Mask | None = None
) -> Mask:
    """Return which counts of the groups of one attribute are hidden.

    Hidden are those below ``min_cell``. Where the hidden ones are one, or together fewer than ``min_cell``, or the
    total less the counts that are shown would still tell a small one, the next smallest are hidden too.

    Parameters
    ----------
    counts : array-like, shape (k,)
        Rows, or re-reports, of each group; NaN where the count is not known, which is hidden.
    min_cell : int
        The smallest count that may be shown.
    total : float, optional
        What is printed as the number of all; by default the counts together. What it has beyond them is one more group
        that no row shows.
    also : sequence of bool, shape (k,), optional
        Groups that are hidden for another reason.

    Returns
    -------
    ndarray of bool, shape (k,)
        Of two equal counts the first is hidden first: give groups in order of name.

    Raises
    ------
    DataError
        If a count is below 0.

    Notes
    -----
    A reader is taken to see the total, the counts that are shown, of a hidden count whether it is below ``min_cell``,
    and to know this rule. Where all groups are hidden, nothing is left to hide: a total of 18 in two groups below 10 is
    9 and 9. The method is secondary cell suppression (Hundepool et al. 2012, Statistical Disclosure Control, ch. 4).

    Examples
    --------
    >>> hidden_cells([7, 40, 300], 10).tolist(), hidden_cells([7, 8, 300], 10).tolist()
    ([True, True, False], [True, True, False])
    >>> hidden_cells([40, 300], 10).tolist(), hidden_cells([7, 40, 300], 10, total=400).tolist()
    ([False, False], [True, False, False])
    """
    each = np.asarray(counts, dtype=np.float64)
    if (each < 0).any():
        raise DataError("A count is 0 or more", f"{np.nanmin(each):g}", "count rows, not weights")
    forced = np.zeros(len(each), dtype=bool) if also is None else np.asarray(also, dtype=bool)
    unknown = np.isnan(each)
    hidden: Mask = unknown | forced | (each < min_cell)
    beyond = max(0.0, (total or 0.0) - float(np.nansum(each)))
    while not hidden.all() and _can_be_had(each, hidden, unknown | forced, beyond, min_cell):
        hidden[int(np.argmin(np.where(hidden, np.inf, each)))] = True
    return hidden


def _can_be_had(each: Floats, hidden: Mask, unmarked: Mask, beyond: float, min_cell: int) -> bool:
    """Return whether the counts that are shown tell a hidden one; ``unmarked`` are not told to be small or large."""
    unlisted = beyond > 0 and not np.isnan(each).any()  # else it is what the unknown ones hold
    if not hidden.any():
        return unlisted and beyond < min_cell
    held = float(np.nansum(each[hidden])) + beyond
    if hidden.sum() + unlisted == 1 or held < min_cell:
        return True
    small = each < min_cell
    largest = float(each[~hidden].min())  # the smallest are hidden first
    low = np.where(unmarked | small, 0.0, float(min_cell))[hidden]
    high = np.where(unmarked, np.inf, np.where(small, float(min_cell - 1), largest))[hidden]
    if unlisted:
        low, high = np.append(low, 0.0), np.append(high, np.inf)
    return _is_told(low, high, held, np.append(small[hidden], beyond < min_cell)[: len(low)])


def _is_told(low: Floats, high: Floats, held: float, small: Mask) -> bool:
    """Return whether a sum leaves a small cell a single value, each cell having a lowest and a highest one."""
    for place in np.flatnonzero(small):
        others = np.arange(len(low)) != place
        least, most = held - high[others].sum(), held - low[others].sum()
        if max(low[place], least) >= min(high[place], most):
            return True
    return False
