"""What a fit is given beside its rows: case weights, labels, a penalty, features that may only raise the risk."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.surv import as_numbers


def checked_weight(sample_weight: Any, n_rows: int) -> Floats:
    """Return the case weights, 1 where none are given, or refuse them."""
    if sample_weight is None:
        return np.ones(n_rows)
    weight = as_numbers(sample_weight, "Case weights")
    if weight.shape != (n_rows,):
        raise DataError("Case weights are one number per row", f"shape {weight.shape}", f"pass {n_rows} weights")
    wrong = ~np.isfinite(weight) | (weight < 0)
    if wrong.any():
        raise DataError("A case weight is finite and 0 or more", f"{weight[wrong][0]}", "correct or remove the row")
    if not weight.any():
        raise DataError("Some case weight is above 0", "only zeros", "pass the rows to learn from")
    return weight


def as_labels(given: Any) -> NDArray[Any]:
    """Return labels as an array in which a missing one stays missing, and 1 is not '1'."""
    if isinstance(given, np.ndarray):
        return given
    return pd.Series(list(given), dtype=object).to_numpy() if isinstance(given, list | tuple) else np.asarray(given)


def check_within_clusters(subject: NDArray[Any], cluster: NDArray[Any]) -> None:
    """Refuse clusters that part the rows of a subject: errors would take them for independent.

    Parameters
    ----------
    subject, cluster : ndarray of int, shape (n,)
        Subject and cluster of each row, from 0.

    Raises
    ------
    DataError
        If a subject has rows in two clusters.
    """
    its = np.empty(int(subject.max(initial=-1)) + 1, dtype=cluster.dtype)
    its[subject] = cluster
    parted = len(np.unique(subject[its[subject] != cluster]))
    if parted:
        found, cure = f"{parted} with rows in several", "pass cluster= that holds whole subjects, or leave it out"
        raise DataError("All rows of a subject are in one cluster", found, cure)


def checked_penalty(penalty: Any) -> float:
    """Return the penalty, or refuse it."""
    is_number = isinstance(penalty, int | float | np.number) and not isinstance(penalty, bool)
    if not (is_number and np.isfinite(penalty) and penalty >= 0):
        raise ConfigError("A penalty is a finite number from 0", f"{penalty!r}", "use 0 for none")
    return float(penalty)


def checked_cluster(cluster: Any, kept: NDArray[np.bool_]) -> NDArray[Any] | None:
    """Return the cluster labels of the kept rows, or refuse them."""
    if cluster is None:
        return None
    labels = as_labels(cluster)
    if labels.ndim == 0:
        raise DataError("Cluster labels are one per row", repr(cluster), f"pass a column with {len(kept)} of them")
    if labels.shape != kept.shape:
        raise DataError("Cluster labels are one per row", f"shape {labels.shape}", f"pass {len(kept)} of them")
    labels = labels[kept]
    if pd.isna(labels).any():
        raise DataError("Each row has a cluster label", "a missing one", "give each household a label")
    return labels


def checked_increasing(patterns: Any, numeric: Sequence[str]) -> list[str]:
    """Return the numeric features, in alphabetical order, that may only raise the risk, or refuse the patterns."""
    if isinstance(patterns, str):
        raise ConfigError("increasing is a list of features", f"the text {patterns!r}", "put the name in a list")
    chosen: set[str] = set()
    for pattern in patterns:
        found = {name for name in numeric if name == pattern or fnmatchcase(name, pattern)}
        if not found:
            cure = "give names of numeric features, or patterns such as 'prior_reports_*'"
            raise ConfigError("Features that may only raise the risk are numeric columns", f"{pattern!r}", cure)
        chosen |= found
    return sorted(chosen)
