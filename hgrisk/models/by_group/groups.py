"""Groups of rows by the values of columns: learned at fit, found again afterwards, refused where they are new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards.reading import small_codes

MOST_GROUPS = 500
"""More groups than this are refused: a column of identifiers would make each row its own."""

MOST_COLUMNS = 6
"""So many columns of at most 500 values each have keys that fit into one number."""

Codes = NDArray[np.int64]


def columns_of(by: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of the grouping columns, or refuse a setting that is no list of names."""
    names = (by,) if isinstance(by, str) else tuple(by)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ConfigError("by names columns, each once", f"{by!r}", "give names such as ('region',)")
    if len(names) > MOST_COLUMNS:
        raise ConfigError(f"by names at most {MOST_COLUMNS} columns", f"{len(names)}", "group by fewer")
    return names


class GroupMemory:
    """Remembers the groups at fit as distinct values of columns, and finds those of other rows.

    Attributes
    ----------
    group_columns_ : tuple of str
        The grouping columns; empty where all rows are one group.
    group_values_ : list of ndarray
        Distinct values of each grouping column, in order.
    group_keys_ : ndarray of int64, shape (n_groups, n_columns)
        Which value of each column makes a group.
    """

    group_columns_: tuple[str, ...]
    group_values_: list[NDArray[Any]]
    group_keys_: Codes

    @property
    def groups_(self) -> pd.DataFrame:
        """The groups: a row for each, a column for each grouping column."""
        check_is_fitted(self)
        n_groups = len(self.group_keys_)
        return pd.DataFrame(self._group_values_of(np.arange(n_groups)), index=pd.RangeIndex(n_groups))

    def _learn_groups(self, frame: pd.DataFrame, by: tuple[str, ...]) -> Codes:
        """Learn the groups of a table and return the group of each row, from 0."""
        absent = [name for name in by if name not in frame.columns]
        if absent:
            found = f"{absent[0]!r}, which X does not have" if len(frame.columns) else f"{absent[0]!r} and no columns"
            raise DataError("by names columns of X", found, "correct the name, or pass X")
        columns = [distinct_values(frame[name], name) for name in by]
        values = [distinct for _, distinct in columns]
        codes = columns[0][0] if by else np.zeros(len(frame), dtype=np.int64)
        for code, distinct in columns[1:]:
            codes = codes * len(distinct) + code
        group, keys = _dense(codes) if len(by) > 1 else (codes, np.arange(len(values[0]) if by else 1))
        if len(keys) > MOST_GROUPS:
            found = f"{len(keys)} in {', '.join(repr(name) for name in by)}"
            raise DataError(f"Curves are drawn for at most {MOST_GROUPS} groups", found, "group by coarser columns")
        self.group_columns_, self.group_values_ = by, values
        self.group_keys_ = _split_keys(keys, [len(distinct) for distinct in values])
        return group

    def _find_groups(self, frame: pd.DataFrame) -> Codes:
        """Return the learned group of each row of another table."""
        codes, known = np.zeros(len(frame), dtype=np.int64), np.zeros(len(self.group_keys_), dtype=np.int64)
        for name, distinct, key in zip(self.group_columns_, self.group_values_, self.group_keys_.T, strict=True):
            code = _found(frame[name], name, distinct)
            codes, known = codes * len(distinct) + code, known * len(distinct) + key
        position = np.minimum(np.searchsorted(known, codes), len(known) - 1)
        wrong = known[position] != codes
        if wrong.any():
            row = frame.loc[wrong, list(self.group_columns_)].iloc[0]
            raise _unknown(" and ".join(f"{name} {_plain(row[name])!r}" for name in self.group_columns_))
        return np.asarray(position, dtype=np.int64)

    def _group_values_of(self, group: Codes) -> dict[str, NDArray[Any]]:
        """Return the value of each grouping column for some groups."""
        named = zip(self.group_columns_, self.group_values_, self.group_keys_[group].T, strict=True)
        return {name: values[key] for name, values, key in named}

    def _group_names(self) -> list[str]:
        """Return the groups in words, such as "region 'north'"."""
        parts = [
            [f"{name} {_plain(values[key])!r}" for key in keys]
            for name, values, keys in zip(self.group_columns_, self.group_values_, self.group_keys_.T, strict=True)
        ]
        return [" and ".join(words) for words in zip(*parts, strict=True)] if parts else ["all rows"]


def distinct_values(
    column: pd.Series[Any], name: str, *, most: int = MOST_GROUPS, use: str = "Curves are drawn for"
) -> tuple[Codes, NDArray[Any]]:
    """Return the distinct values of a column in order, and the place of each row among them, or refuse the column."""
    small = _small_codes(column)
    if small is not None:
        code, distinct = small[0], pd.Index(small[1])
    elif isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.remove_unused_categories()
        code, distinct = np.asarray(column.cat.codes, dtype=np.int64), column.cat.categories
    else:
        code, distinct = pd.factorize(column)
        code, distinct = _in_order(np.asarray(code, dtype=np.int64), pd.Index(distinct))
    if small is None and (code < 0).any():
        raise DataError("A grouping column has no missing value", f"one in {name!r}", "fill it or leave the rows out")
    if len(distinct) > most:
        found = f"{len(distinct)} in {name!r}"
        raise DataError(f"{use} at most {most} groups", found, "group by a coarser column")
    plain = distinct.to_numpy()
    return code, plain if plain.dtype.kind in "biuf" else np.array([str(value) for value in plain], dtype=object)


def _small_codes(column: pd.Series[Any]) -> tuple[Codes, NDArray[Any]] | None:
    """Return codes and distinct values of a column of whole numbers, see `small_codes`; None of another column."""
    whole = isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu"
    return small_codes(column.to_numpy()) if whole else None


def _dense(codes: Codes) -> tuple[Codes, Codes]:
    """Return the place of each code among those that occur, and these in order."""
    place, keys = pd.factorize(codes)
    order = np.argsort(keys)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[place], np.asarray(keys, dtype=np.int64)[order]


def _in_order(code: Codes, distinct: pd.Index[Any]) -> tuple[Codes, pd.Index[Any]]:
    try:
        order = np.argsort(distinct)
    except TypeError:  # values of several kinds have no order of their own
        order = np.argsort(distinct.astype(str))
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[order], place[-1] = np.arange(len(order)), -1
    return place[code], distinct[order]


def _found(column: pd.Series[Any], name: str, distinct: NDArray[Any]) -> Codes:
    small = _small_codes(column) if distinct.dtype.kind in "iu" else None
    code, seen = pd.factorize(column) if small is None else small  # few distinct values are looked up, not each row
    if small is not None:
        near = np.minimum(np.searchsorted(distinct, seen), len(distinct) - 1)
        place = np.where(distinct[near] == seen, near, -1)
    else:
        values = seen if distinct.dtype.kind in "biuf" else [str(value) for value in seen]
        place = pd.Index(distinct).get_indexer(pd.Index(values))
    found = np.append(place, -1)[code]
    if (found < 0).any():
        at = code[found < 0][0]
        raise _unknown(f"{name} {_plain(seen[at])!r}" if at >= 0 else f"a missing {name}")
    return np.asarray(found, dtype=np.int64)


def _unknown(found: str) -> FitError:
    return FitError("A curve is known for the groups of fit", found, "fit with this group, or leave its rows out")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _split_keys(keys: Codes, sizes: list[int]) -> Codes:
    if not sizes:
        return np.zeros((1, 0), dtype=np.int64)
    return np.column_stack(np.unravel_index(keys, sizes)).astype(np.int64)
