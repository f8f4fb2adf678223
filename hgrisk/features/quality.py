"""Features from which nothing can be learned: wholly missing, constant, or the same as another; each by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import pandas as pd

from hgrisk.features.column_marks import CONSTANT, WHOLLY_MISSING, ColumnMarks
from hgrisk.features.table import FeatureTable

SAME = "same as"


def quality_of(X: pd.DataFrame, first: Collection[str] = (), family: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Name the features that are idle: nothing can be learned from them, or nothing more than from another.

    A column is constant if every row has the same value; one value with gaps is not, since the gaps may tell something.
    Two columns are the same if they have the same values and the same gaps; 0.0 and -0.0 are one value.

    Parameters
    ----------
    X : DataFrame, shape (n, p)
        Features: numbers, booleans, text or categories.
    first : collection of str
        Columns to look at before the others, so that another one is said to be the same as they, and not they as it.
    family : mapping of str to str, optional
        Family of each column: a column is said to be the same as one of its own family, if there is one.

    Returns
    -------
    DataFrame
        ``feature``, ``problem`` (``wholly missing``, ``constant`` or ``same as``) and ``of`` (the column it is the same
        as, else empty), one row per idle feature, in the order of the columns.

    Examples
    --------
    >>> X = pd.DataFrame({"a": [0.0, 1.0], "b": [3.0, 3.0], "c": [-0.0, 1.0], "d": [None, None]})
    >>> quality_of(X)
      feature         problem of
    0       b        constant
    1       c         same as  a
    2       d  wholly missing
    """
    marks = ColumnMarks()
    marks.add(X)
    return idle_among(marks, first, family)


def idle_among(
    marks: ColumnMarks, first: Collection[str] = (), family: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Name the idle features among columns that were looked at, perhaps in parts.

    Parameters
    ----------
    marks : ColumnMarks
        What is known of the columns.
    first, family
        As for :func:`quality_of`.

    Returns
    -------
    DataFrame
        As :func:`quality_of` returns it.
    """
    looked_at = marks.found()
    found: dict[str, tuple[str, str]] = {}
    seen: dict[object, str] = {}
    for name in sorted(marks.columns, key=lambda name: name not in first):
        problem, mark = looked_at[name]
        if problem:
            found[name] = (problem, "")
            continue
        near = seen.setdefault((mark, (family or {}).get(name)), name)
        twin = seen.setdefault(mark, name)
        if twin != name:
            found[name] = (SAME, twin if near == name else near)
    rows = [(name, *found[name]) for name in marks.columns if name in found]
    return pd.DataFrame(rows, columns=["feature", "problem", "of"])


def without_idle(table: FeatureTable, keep: Collection[str] = ()) -> tuple[FeatureTable, pd.DataFrame]:
    """Leave the idle features out, and say which.

    A feature that is the same as one of another family stays: a model may be given the one family and not the other.

    Parameters
    ----------
    table : FeatureTable
        The features.
    keep : collection of str
        Features that stay in any case, such as those that a model names.

    Returns
    -------
    table : FeatureTable
        The features that are left.
    idle : DataFrame
        As :func:`quality_of` returns it, with ``family``, and ``dropped``: whether the feature was left out.
    """
    family = {spec.name: spec.family for spec in table.catalogue}
    idle = quality_of(table.X, first=keep, family=family)
    idle["family"] = idle["feature"].map(family)
    elsewhere = (idle["of"] != "") & (idle["of"].map(family) != idle["family"])
    idle["dropped"] = ~idle["feature"].isin(list(keep)) & ~elsewhere
    gone = set(idle.loc[idle["dropped"], "feature"])
    left = tuple(spec for spec in table.catalogue if spec.name not in gone)
    return replace(table, X=table.X[[spec.name for spec in left]], catalogue=left), idle


def idle_notes(idle: pd.DataFrame) -> list[str]:
    """Say how many features are idle.

    Parameters
    ----------
    idle : DataFrame
        As :func:`without_idle` returns it.

    Returns
    -------
    list of str
        A sentence on those left out and one on those that stay, if there are any.

    Examples
    --------
    >>> idle = pd.DataFrame({"feature": ["a", "b"], "problem": ["constant", "constant"], "dropped": [True, True]})
    >>> idle_notes(idle)
    ['2 feature(s) were left out before training, since they tell nothing more: 2 constant. The report names them.']
    """
    gone, stay = idle[idle["dropped"]], idle[~idle["dropped"]]
    notes = []
    if len(gone):
        why = "left out before training, since they tell nothing more"
        notes.append(f"{len(gone)} feature(s) were {why}: {_counted(gone)}. The report names them.")
    if len(stay):
        why = "a model names them, or may be given them without the other"
        notes.append(f"{len(stay)} feature(s) tell nothing more and stay, since {why}: {_counted(stay)}.")
    return notes


def _counted(idle: pd.DataFrame) -> str:
    words = {SAME: "the same as another"}
    counts = idle["problem"].value_counts()
    return ", ".join(
        f"{counts[problem]} {words.get(problem, problem)}"
        for problem in (WHOLLY_MISSING, CONSTANT, SAME)
        if problem in counts
    )
