"""The columns that a model or preparer learned from, and the refusal of any others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import DataError, FitError


class ColumnMemory:
    """Remembers the columns at fit and refuses missing, extra or re-ordered ones afterwards."""

    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    def _learn_columns(self, X: Any) -> pd.DataFrame:
        frame, named = _as_frame(X)
        self.n_features_in_ = frame.shape[1]
        if named:
            self.feature_names_in_ = np.array(frame.columns, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return frame

    def _check_columns(self, X: Any) -> pd.DataFrame:
        check_is_fitted(self)
        frame, named = _as_frame(X)
        learned_named = hasattr(self, "feature_names_in_")
        if named != learned_named:
            kinds = {True: "a DataFrame", False: "an array"}
            raise FitError(
                "Features come in the form they had at fit",
                f"{kinds[named]} after {kinds[learned_named]}",
                f"pass {kinds[learned_named]}",
            )
        if learned_named:
            _refuse_changed([str(name) for name in self.feature_names_in_], list(frame.columns))
        elif frame.shape[1] != self.n_features_in_:
            raise FitError(
                f"Features have the {self.n_features_in_} columns of fit",
                f"{frame.shape[1]}",
                "pass the same columns",
            )
        return frame


def refuse_other_rows(X: Any, y: Any) -> None:
    """Raise DataError where features and outcomes are frames of one length whose indices differ.

    Parameters
    ----------
    X : DataFrame or ndarray, shape (n, p), or None
        Features.
    y : ndarray or DataFrame, shape (n,)
        Outcome. What has no index goes by position, and so does a frame whose index pandas gave it, 0 to n - 1, where
        the other one has none of these labels.
    """
    if not (isinstance(X, pd.DataFrame) and isinstance(y, pd.DataFrame)):
        return
    if len(X) != len(y) or X.index.equals(y.index):
        return
    known = X.index.isin(y.index)
    if not known.any() and (_is_default(X.index) or _is_default(y.index)):
        return
    if X.index.is_unique and known.all():
        found, cure = "the index of X in another order", "pass y.loc[X.index]"
    else:
        found, cure = (
            "an index of y with other labels than that of X",
            "give both one index, such as y.set_axis(X.index)",
        )
    raise DataError("Features and outcomes are of the same rows in the same order", found, cure)


def _is_default(index: pd.Index[Any]) -> bool:
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1


def numeric_matrix(frame: pd.DataFrame) -> Floats:
    """Return the frame as floats, refusing text, missing and infinite values.

    Parameters
    ----------
    frame : DataFrame, shape (n, p)
        Numeric or boolean columns.

    Returns
    -------
    ndarray, shape (n, p)
        Finite values.

    Raises
    ------
    DataError
        If a column is not numeric or holds a value that is not finite; the columns are named.
    """
    values = np.ascontiguousarray(_as_floats(frame))
    refuse_unfinite(values, list(frame.columns))
    return values


def columns_as_they_are(frame: pd.DataFrame) -> NDArray[Any]:
    """Return the frame as numbers without a copy where its columns are of one type, whatever their layout.

    Missing and infinite values are not looked for here.

    Parameters
    ----------
    frame : DataFrame, shape (n, p)
        Numeric or boolean columns.

    Returns
    -------
    ndarray, shape (n, p)
        Numbers; float64 where columns differ in type.

    Raises
    ------
    DataError
        If a column is not numeric; the columns are named.
    """
    kinds = set(frame.dtypes)
    if len(kinds) == 1 and isinstance(kind := kinds.pop(), np.dtype) and kind.kind in "biuf":
        return frame.to_numpy()
    return _as_floats(frame)


def refuse_unfinite(values: NDArray[Any], names: Sequence[str]) -> None:
    """Raise DataError where a column holds a missing or infinite value; the columns are named."""
    fine = np.isfinite(values).all(axis=0)
    if not fine.all():
        wrong = [str(name) for name, column_fine in zip(names, fine, strict=True) if not column_fine]
        raise DataError(
            "Features are finite here",
            f"missing or infinite values in {_listed(wrong)}",
            "prepare them with FeaturePreparer",
        )


def is_numeric(column: pd.Series[Any]) -> bool:
    """Return whether a column holds numbers or booleans, or nothing at all."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return False
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return not pd.api.types.is_complex_dtype(column.dtype)
    kinds = {"empty", "boolean", "integer", "floating", "mixed-integer-float"}
    return bool(column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) in kinds)


def _as_floats(frame: pd.DataFrame) -> Floats:
    text = [name for name in frame.columns if not is_numeric(frame[name])]
    if text:
        raise DataError("Features are numeric here", f"text in {_listed(text)}", "prepare them with FeaturePreparer")
    return frame.to_numpy(dtype=np.float64, na_value=np.nan)


def _as_frame(X: Any) -> tuple[pd.DataFrame, bool]:
    if isinstance(X, pd.DataFrame):
        names = list(X.columns)
        if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
            raise DataError("Feature columns have text names, each once", f"{names}", "rename the columns")
        return X, True
    values = np.asarray(X)
    if values.ndim != 2 or values.dtype.kind not in "biuf":
        raise DataError(
            "Features are a DataFrame or a numeric array of rows and columns",
            f"{type(X).__name__} of shape {values.shape} and dtype {values.dtype}",
            "pass a DataFrame",
        )
    return pd.DataFrame(values, columns=[f"x{i}" for i in range(values.shape[1])]), False


def _refuse_changed(learned: list[str], found: list[str]) -> None:
    if found == learned:
        return
    missing = [name for name in learned if name not in found]
    extra = [name for name in found if name not in learned]
    if missing or extra:
        parts = [f"{what} {_listed(names)}" for what, names in (("missing", missing), ("extra", extra)) if names]
        raise FitError("Features have the columns of fit", " and ".join(parts), "select feature_names_in_")
    moved = next(name for name, other in zip(found, learned, strict=True) if name != other)
    raise FitError("Features keep the order of fit", f"{moved!r} moved", "select feature_names_in_")


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
