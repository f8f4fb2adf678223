"""What no model may see: an audit-only attribute is refused as a feature, under its own name or another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import cluster_codes

LIMIT = 0.99
"""Largest AUC with which one feature may tell a level from the others."""
FEWEST = 10
"""Levels and values with fewer rows, or of fewer household networks, prove nothing by an AUC."""

Codes = NDArray[np.intp]
Counts = NDArray[np.intp]


def check_protected(X: pd.DataFrame, attributes: pd.DataFrame, clusters: Any) -> None:
    """Refuse features that are an audit-only attribute, in its own name or in another guise.

    Parameters
    ----------
    X : DataFrame, shape (n, p)
        Every feature that a model may be given.
    attributes : DataFrame, shape (n, k)
        The audit-only attributes in groups, row by row; missing where not known.
    clusters : array-like, shape (n,)
        Household network of each row.

    Raises
    ------
    DataError
        If an attribute is a feature, or a feature gives one away: its values go one to one with those of the attribute,
        or it alone tells a level of at least 10 networks from the others with an AUC above .99.

    Notes
    -----
    A feature is read by its order, by each of its values and by whether it is missing. Rows in which the attribute is
    not known are left out. Features that tell an attribute only together are left to the proxy test, which measures
    and does not refuse.

    Examples
    --------
    >>> faith = pd.DataFrame({"faith": ["a", "b"] * 50})
    >>> check_protected(pd.DataFrame({"prior_reports": range(100)}), faith, range(100))
    >>> check_protected(pd.DataFrame({"code": [7, 3] * 50}), faith, range(100))
    Traceback (most recent call last):
    ...
    hgrisk.errors.DataError: No feature gives away an attribute that no model may see, but found 'code' with the values\
 of 'faith' one to one: take 'code' out of the features, or list 'faith' under by instead of only_audit.
    """
    named = [str(name) for name in attributes.columns if name in X.columns]
    if named:
        raise _refusal(named[0], f"{named[0]!r} as both", named[0])
    network, _ = cluster_codes(clusters)
    labelled = [(str(name), *pd.factorize(attributes[name], sort=True)) for name in attributes.columns]
    for feature in X.columns if labelled else ():
        codes = pd.factorize(X[feature], sort=True)[0]
        for name, labels, levels in labelled:
            both = (codes >= 0) & (labels >= 0)
            if _one_to_one(codes[both], labels[both], network[both]):
                raise _refusal(str(feature), f"{str(feature)!r} with the values of {name!r} one to one", name)
            known = labels >= 0
            told = _told(codes[known], labels[known], network[known])
            if told is not None:
                place, auc = told
                found = f"{str(feature)!r}, which tells {levels[place]!r} in {name!r} with an AUC of {auc:.3f}"
                raise _refusal(str(feature), found, name)


def _refusal(feature: str, found: str, attribute: str) -> DataError:
    cure = f"take {feature!r} out of the features, or list {attribute!r} under by instead of only_audit"
    return DataError("No feature gives away an attribute that no model may see", found, cure)


def _one_to_one(codes: Codes, labels: Codes, network: Codes) -> bool:
    """Return whether each value goes with one level and back; one network apart from the rest proves nothing."""
    n_codes, n_labels = len(np.unique(codes)), len(np.unique(labels))
    if n_codes != n_labels or n_codes < 2:
        return False
    apart = labels != np.bincount(labels).argmax()
    if len(np.unique(network[apart])) < 2:
        return False
    return len(np.unique(codes * (labels.max() + 1) + labels)) == n_codes


def _told(codes: Codes, labels: Codes, network: Codes) -> tuple[int, float] | None:
    """Return the first level that a reading of the feature tells too well, and its AUC."""
    seen = codes >= 0
    for order, level_of, nets, by_share in (
        (codes[seen], labels[seen], network[seen], False),
        (_pooled(codes[seen]), labels[seen], network[seen], True),
        (seen.astype(np.intp), labels, network, False),
    ):
        for place in np.flatnonzero(np.bincount(level_of) >= FEWEST):
            is_level = level_of == place
            ours, others = (np.bincount(order[rows], minlength=order.max() + 1) for rows in (is_level, ~is_level))
            auc = _auc(ours, others, by_share=by_share)
            if auc > LIMIT and min(len(np.unique(nets[rows])) for rows in (is_level, ~is_level)) >= FEWEST:
                return int(place), auc
    return None


def _pooled(codes: Codes) -> Codes:
    """Return the values, those of few rows taken as one: each by itself would seem to tell much by chance."""
    rare = np.bincount(codes) < FEWEST if len(codes) else np.zeros(0, dtype=np.bool_)
    return np.where(rare[codes], 0, codes + 1)


def _auc(ours: Counts, others: Counts, *, by_share: bool) -> float:
    """Return the AUC of a level against the others, in the better direction, from the rows at each value."""
    if not ours.sum() or not others.sum():
        return 0.5
    if by_share:
        ranked = np.argsort(ours / np.maximum(ours + others, 1), kind="stable")
        ours, others = ours[ranked], others[ranked]
    below = (np.cumsum(others) - others / 2) / others.sum()
    auc = float(ours @ below / ours.sum())
    return max(auc, 1 - auc)
