"""The columns of the prior-history baselines: picked by name, checked, and left out where they add nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import DataError, FitError
from hgrisk.models.inputs.columns import is_numeric

DETERMINED = 1e-10
"""Share of a column's variance left by the earlier columns, below which it adds nothing."""


def pick_column(frame: pd.DataFrame, name: str, allow_missing: bool = False) -> Floats:
    """Return a never-negative numeric column of the frame.

    Parameters
    ----------
    frame : DataFrame
        Features.
    name : str
        The column.
    allow_missing : bool
        Whether NaN may stay.

    Returns
    -------
    ndarray, shape (n,)
        Values, 0 and above.

    Raises
    ------
    FitError
        If the column is absent.
    DataError
        If it is not numeric or holds a value that is not allowed.
    """
    if name not in frame.columns:
        raise FitError(f"This model needs the feature {name!r}", "none of that name", "build it or name another column")
    if not is_numeric(frame[name]):
        raise DataError(f"Column {name!r} holds numbers", f"dtype {frame[name].dtype}", "convert it to numbers")
    values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.isinf(values) | (values < 0) | (np.isnan(values) & (not allow_missing))
    if wrong.any():
        raise DataError(f"Column {name!r} is 0 or more", f"{values[wrong][0]}", "correct or fill the value")
    return values


def redundant_columns(columns: dict[str, Floats]) -> dict[str, str]:
    """Name the columns that do not vary or are determined by the earlier ones, with the reason.

    Parameters
    ----------
    columns : dict of str to ndarray, each of shape (n,)
        Candidate columns, the most wanted first.

    Returns
    -------
    dict of str to str
        Redundant column -> reason.
    """
    reasons: dict[str, str] = {}
    kept: list[Floats] = []
    for name, values in columns.items():
        centred = values - values.mean()
        if np.ptp(values) == 0:
            reasons[name] = "constant"
            continue
        if kept:
            basis = np.column_stack(kept)
            rest = centred - basis @ np.linalg.lstsq(basis, centred, rcond=None)[0]
            if rest @ rest <= DETERMINED * (centred @ centred):
                reasons[name] = "determined by the columns before it"
                continue
        kept.append(centred)
    return reasons
