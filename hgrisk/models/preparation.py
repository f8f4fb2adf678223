"""From a table of raw features to numbers: missing as information, skew, levels; every dropped column is named."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.models.inputs.columns import ColumnMemory, is_numeric

SKEW_LIMIT = 1.0
"""Skewness of the training values from which a never-negative column is taken as log(1 + x)."""

OTHER = "other"
MISSING = "missing"
FLAG = "__missing"


class FeaturePreparer(ColumnMemory, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Turn raw features into finite numbers, with all that it needs learned on the training rows.

    Numeric and boolean columns: a missing value becomes the training median, and where training had missing values a
    column ``<name>__missing`` (0 or 1) says so. Where training had none, a missing value becomes the median without a
    flag, since nothing could be learned about it; `unfamiliar` counts such cases. A value outside the training range is
    taken as the nearest one inside it, and counted too: no straight line is drawn beyond what was seen. Never-negative
    columns with skewness above 1 and more than two values are taken as log(1 + x).

    Text and categorical columns: one 0-1 column ``<name>=<level>`` for each level but the most frequent, the reference
    (ties: first in alphabet). A missing value is the level ``missing``. Levels, ``missing`` included, rarer than
    ``min_level_count`` are pooled in ``other`` and their names forgotten; a column without any more frequent level is
    dropped. A level that training never saw counts as ``other`` if there is one, else as the reference, and then
    `unfamiliar` counts it.

    Columns without variation, exact copies of an earlier one, and numbers that differ from their commonest value in
    fewer than ``min_level_count`` rows (or, if less, one in fifty), are dropped after these steps and named in
    ``dropped_``: what is known of so few says nothing about others, and moves their prediction far. Columns are not
    standardised: models that need that do it inside. Statistics are not weighted.

    Parameters
    ----------
    log1p : {"auto", "none"}
        Whether skewed never-negative columns are taken as log(1 + x).
    min_level_count : int
        Training rows from which a level gets its own column, 1 or more.

    Attributes
    ----------
    numeric_ : dict of str to dict
        Per numeric column: ``median``, ``low`` and ``high`` (raw scale), ``log1p`` and ``flag`` (whether they apply).
    levels_ : dict of str to list of str
        Per text column: the levels with a column of their own, ``other`` included; rare levels are not named, because
        a rare text can be about one person.
    reference_ : dict of str to str
        Per text column: the reference level.
    dropped_ : dict of str to str
        Each dropped column and the reason.
    feature_names_in_ : ndarray of str
        Columns at fit.

    Examples
    --------
    >>> X = pd.DataFrame({"prior_reports": [0, 1, None, 2], "region": ["A", "B", "A", "A"]})
    >>> FeaturePreparer(min_level_count=1).fit_transform(X)
       prior_reports  prior_reports__missing  region=B
    0            0.0                     0.0       0.0
    1            1.0                     0.0       1.0
    2            1.0                     1.0       0.0
    3            2.0                     0.0       0.0
    """

    def __init__(self, log1p: str = "auto", min_level_count: int = 20) -> None:
        self.log1p = log1p
        self.min_level_count = min_level_count

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002
        """Learn medians, skew, levels and dropped columns.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Raw training features.
        y : None
            Ignored; what is learned here does not look at outcomes.

        Returns
        -------
        FeaturePreparer
            The fitted preparer itself.

        Raises
        ------
        ConfigError
            If a setting is unknown.
        DataError
            If a column is neither numbers nor text, or holds an infinite value.
        """
        self._check_settings()
        frame = self._learn_columns(X)
        if len(frame) == 0:
            raise DataError("Preparation learns from at least one row", "none", "pass training rows")
        self.numeric_: dict[str, dict[str, float | bool]] = {}
        self.levels_: dict[str, list[str]] = {}
        self.reference_: dict[str, str] = {}
        self.dropped_: dict[str, str] = {}
        for name in frame.columns:
            _refuse_other_kinds(name, frame[name])
            self._learn_column(name, frame[name])
        self._drop_redundant(self._columns_out(frame))
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """Return the prepared features.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Raw features with the columns of fit, in the order of fit.

        Returns
        -------
        DataFrame, shape (n, q)
            Finite floats, columns as `get_feature_names_out` names them, index as in ``X``.

        Raises
        ------
        FitError
            If a column is missing, extra or moved.
        DataError
            If a column changed its kind, holds an infinite value, or is negative where log(1 + x) applies.
        """
        frame = self._check_columns(X)
        columns = self._columns_out(frame)
        values = np.empty((len(frame), len(self.feature_names_out_)), order="F")
        for position, name in enumerate(self.feature_names_out_):
            values[:, position] = columns[name]
        return pd.DataFrame(values, columns=list(self.feature_names_out_), index=frame.index, copy=False)

    def settle(self, X: Any) -> pd.DataFrame:
        """Return raw numbers and settled levels, for a model that bins by itself: nothing is filled, clipped or spread.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Raw features with the columns of fit, in the order of fit.

        Returns
        -------
        DataFrame, shape (n, q)
            Numeric columns as floats, NaN where missing. Text columns as categories, the reference first: rare levels
            are ``other``, missing ones ``missing``, unseen ones ``other`` or else the reference. Columns that are
            wholly missing, and text without two levels to tell apart, are left out.

        Raises
        ------
        FitError
            If a column is missing, extra or moved.
        DataError
            If a column changed its kind, or holds an infinite value.

        Examples
        --------
        >>> X = pd.DataFrame({"region": ["A", "B", "A", "C"], "prior_reports": [0, None, 2, 1]})
        >>> FeaturePreparer(min_level_count=2).fit(X).settle(X)
          region  prior_reports
        0      A            0.0
        1  other            NaN
        2      A            2.0
        3  other            1.0
        """
        frame = self._check_columns(X)
        columns: dict[str, Any] = {}
        for name in frame.columns:
            if name in self.numeric_:
                columns[name] = _numbers(name, frame[name])
            elif name in self.levels_:
                codes, labels = _labels(name, frame[name])
                known = [self.reference_[name], *self.levels_[name]]
                settled = _settled(labels, self.levels_[name], self.reference_[name])
                place = np.array([known.index(level) for level in settled], dtype=np.intp)
                columns[name] = pd.Categorical.from_codes(place[codes], known)  # type: ignore[arg-type]
        return pd.DataFrame(columns, index=frame.index)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Return the names of the prepared columns.

        Parameters
        ----------
        input_features : None
            Ignored; the names of fit are used.

        Returns
        -------
        ndarray of str, shape (q,)
            Names in the order of `transform`.
        """
        check_is_fitted(self)
        return np.array(self.feature_names_out_, dtype=object)

    @property
    def source_of_(self) -> dict[str, str]:
        """The raw column that each prepared column comes from, in the order of `transform`."""
        check_is_fitted(self)
        raw = {column: name for name in self.numeric_ for column in (name, f"{name}{FLAG}")}
        raw |= {f"{name}={level}": name for name, levels in self.levels_.items() for level in levels}
        return {column: raw[column] for column in self.feature_names_out_}

    def unfamiliar(self, X: Any) -> pd.DataFrame:
        """Count what training never showed: missing values without a flag, values out of range, unseen levels.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Raw features with the columns of fit, in the order of fit.

        Returns
        -------
        DataFrame
            Columns ``feature``, ``kind`` (``missing``, ``outside the range`` or ``unseen level``), ``n_rows``; one row
            per case found.
        """
        frame = self._check_columns(X)
        found = []
        for name, learned in self.numeric_.items():
            values = _numbers(name, frame[name])
            if not learned["flag"]:
                found.append((name, "missing", int(np.isnan(values).sum())))
            outside = (values < learned["low"]) | (values > learned["high"])
            found.append((name, "outside the range", int(outside.sum())))
        for name, levels in self.levels_.items():
            codes, labels = _labels(name, frame[name])
            if OTHER in levels:
                continue  # rare levels were pooled, and their names are not kept: what is unseen cannot be told apart
            known = {*levels, self.reference_[name]}
            unseen = np.array([label not in known for label in labels])
            found.append((name, "unseen level", int(unseen[codes].sum())))
        table = pd.DataFrame(found, columns=["feature", "kind", "n_rows"])
        return table[table["n_rows"] > 0].reset_index(drop=True)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that missing values and text are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def _check_settings(self) -> None:
        if self.log1p not in {"auto", "none"}:
            raise ConfigError("log1p is 'auto' or 'none'", f"{self.log1p!r}", "use one of these")
        if self.min_level_count < 1:
            raise ConfigError("min_level_count is 1 or more", f"{self.min_level_count!r}", "use 20, say")

    def _learn_column(self, name: str, column: pd.Series[Any]) -> None:
        if column.isna().all():
            self.dropped_[name] = "wholly missing"
        elif is_numeric(column):
            self.numeric_[name] = _learn_numbers(_numbers(name, column), self.log1p == "auto")
        else:
            levels, reference, commonest = _learn_levels(*_labels(name, column), self.min_level_count)
            if commonest < self.min_level_count:  # even the reference could be about one person: no name is kept
                self.dropped_[name] = f"no level in {self.min_level_count} rows"
            elif not levels:
                self.dropped_[name] = "constant"
            else:
                self.levels_[name], self.reference_[name] = levels, reference

    def _columns_out(self, frame: pd.DataFrame) -> dict[str, Floats]:
        columns: dict[str, Floats] = {}
        for name in frame.columns:
            prepared = self._prepare_column(name, frame[name])
            clash = sorted(columns.keys() & prepared.keys())
            if clash:
                raise DataError("Prepared columns have names of their own", f"{clash[0]!r} twice", f"rename {name!r}")
            columns |= prepared
        return columns

    def _prepare_column(self, name: str, column: pd.Series[Any]) -> dict[str, Floats]:
        if name in self.numeric_:
            return _prepare_numbers(name, _numbers(name, column), self.numeric_[name])
        if name in self.levels_:
            return _prepare_levels(name, *_labels(name, column), self.levels_[name], self.reference_[name])
        return {}

    def _drop_redundant(self, columns: dict[str, Floats]) -> None:
        self.feature_names_out_: list[str] = []
        first: dict[bytes, str] = {}
        for name, values in columns.items():
            content = values.tobytes()
            n_others = len(values) - int(np.unique(values, return_counts=True)[1].max())
            if n_others == 0:
                self.dropped_[name] = "constant"
            elif name.removesuffix(FLAG) in self.numeric_ and n_others < min(self.min_level_count, len(values) // 50):
                self.dropped_[name] = "the same in all but a few rows"
            elif content in first:
                self.dropped_[name] = f"same as {first[content]}"
            else:
                first[content] = name
                self.feature_names_out_.append(name)


def _refuse_other_kinds(name: str, column: pd.Series[Any]) -> None:
    if not (is_numeric(column) or _is_text(column) or column.isna().all()):
        cure = "give days, such as those until the landmark" if column.dtype.kind in "mM" else "convert it"
        raise DataError(f"Column {name!r} holds numbers or text", f"dtype {column.dtype}", cure)


def _numbers(name: str, column: pd.Series[Any]) -> Floats:
    if not is_numeric(column):
        raise DataError(f"Column {name!r} holds numbers", f"dtype {column.dtype}", "convert it as in training")
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(values).any():
        raise DataError(f"Column {name!r} is finite or missing", "an infinite value", "mark it as missing")
    return values


def _labels(name: str, column: pd.Series[Any]) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Return a code per row and the text of each code; the last text is that of a missing value."""
    if not (_is_text(column) or column.isna().all()):
        raise DataError(f"Column {name!r} holds text", f"dtype {column.dtype}", "convert it as in training")
    codes, levels = pd.factorize(column)
    return codes, np.array([*(str(level) for level in levels), MISSING], dtype=object)  # code -1 is missing: the last


def _is_text(column: pd.Series[Any]) -> bool:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return True
    if column.dtype == object:
        return pd.api.types.infer_dtype(column, skipna=True) in {"string", "mixed", "mixed-integer"}
    return bool(pd.api.types.is_string_dtype(column.dtype))


def _learn_numbers(values: Floats, may_log: bool) -> dict[str, float | bool]:
    present = values[~np.isnan(values)]
    return {
        "median": float(np.median(present)),
        "low": float(present.min()),
        "high": float(present.max()),
        "log1p": bool(may_log and present.min() >= 0 and _skewness(present) > SKEW_LIMIT),
        "flag": len(present) < len(values),
    }


def _skewness(values: Floats) -> float:
    """Return the third standardised moment, 0 for a column of one or two values (a flag has no tail to shorten)."""
    if not np.any((values > values.min()) & (values < values.max())):
        return 0.0
    scaled = (values - values.mean()) / values.std()
    return float(np.mean(scaled**3))


def _learn_levels(codes: NDArray[np.intp], labels: NDArray[np.object_], min_count: int) -> tuple[list[str], str, int]:
    counts: dict[str, int] = {}
    for label, n in zip(labels, np.bincount(codes % len(labels), minlength=len(labels)), strict=True):
        counts[label] = counts.get(label, 0) + int(n)
    reference = min(counts, key=lambda level: (-counts[level], level))
    rest = sorted(level for level, n in counts.items() if n > 0 and level != reference)
    kept = [level for level in rest if counts[level] >= min_count]
    pooled = [level for level in rest if counts[level] < min_count]
    if pooled and OTHER not in {*kept, reference}:
        kept.append(OTHER)
    return kept, reference, counts[reference]


def _prepare_numbers(name: str, values: Floats, learned: dict[str, float | bool]) -> dict[str, Floats]:
    missing = np.isnan(values)
    filled = np.where(missing, learned["median"], values) + 0.0  # -0.0 becomes 0.0: copies are told by their bytes
    if learned["log1p"] and filled.min(initial=0.0) < 0:
        raise DataError(f"Column {name!r} is 0 or more, as in training", f"{filled.min():g}", "correct the value")
    filled = np.clip(filled, learned["low"], learned["high"])
    if learned["log1p"]:
        filled = np.log1p(filled)
    columns = {name: filled}
    if learned["flag"]:
        columns[f"{name}{FLAG}"] = missing.astype(np.float64)
    return columns


def _prepare_levels(
    name: str, codes: NDArray[np.intp], labels: NDArray[np.object_], levels: list[str], reference: str
) -> dict[str, Floats]:
    settled = _settled(labels, levels, reference)
    return {f"{name}={level}": (settled == level).astype(np.float64)[codes] for level in levels}


def _settled(labels: NDArray[np.object_], levels: list[str], reference: str) -> NDArray[np.object_]:
    fallback = OTHER if OTHER in levels else reference
    return np.array([label if label in {*levels, reference} else fallback for label in labels], dtype=object)
