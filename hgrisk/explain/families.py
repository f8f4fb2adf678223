"""Which feature family a term of a score belongs to, and terms added up by family."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.features.spec import FeatureSpec

JOINT = " & "
"""Between the features of a joint term, and between the families of one that spans two."""


def described_by_name(catalogue: Sequence[FeatureSpec]) -> Mapping[str, FeatureSpec]:
    """Return a catalogue by name, having checked that it is one.

    Parameters
    ----------
    catalogue : sequence of FeatureSpec
        Descriptions of the features.

    Returns
    -------
    Mapping
        Name to description.

    Raises
    ------
    DataError
        If it is something else, such as the table of features that has the catalogue.
    """
    if not (isinstance(catalogue, Sequence) and all(isinstance(spec, FeatureSpec) for spec in catalogue)):
        cure = "pass features.catalogue"
        raise DataError("A catalogue is a sequence of FeatureSpec", f"a {type(catalogue).__name__}", cure)
    return {spec.name: spec for spec in catalogue}


def specs_by_name(names: Iterable[str], catalogue: Sequence[FeatureSpec]) -> Mapping[str, FeatureSpec]:
    """Return the catalogue by name, having checked that it describes every feature of the terms.

    Parameters
    ----------
    names : iterable of str
        Names of terms; a joint term is ``"a & b"``.
    catalogue : sequence of FeatureSpec
        Descriptions of the features.

    Returns
    -------
    Mapping
        Name to description.

    Raises
    ------
    DataError
        If a feature is not in the catalogue, or it is no catalogue.
    """
    known = described_by_name(catalogue)
    for name in names:
        for part in parts_of(name, known):
            if part not in known:
                cure = "pass the catalogue that the features were built with"
                raise DataError("A feature that is explained is in the catalogue", f"{part!r}", cure)
    return known


def parts_of(name: str, known: Mapping[str, FeatureSpec]) -> tuple[str, ...]:
    """Return the features of a term; a feature may itself have ``" & "`` in its name."""
    return (name,) if name in known else tuple(name.split(JOINT))


def families_of(names: Iterable[str], catalogue: Sequence[FeatureSpec]) -> tuple[str, ...]:
    """Return the family of each term; a joint term of two families belongs to both together.

    Parameters
    ----------
    names : iterable of str
        Names of terms.
    catalogue : sequence of FeatureSpec
        Descriptions of the features.

    Returns
    -------
    tuple of str
        One family per term, in their order.

    Raises
    ------
    DataError
        If a feature is not in the catalogue.

    Examples
    --------
    >>> catalogue = [FeatureSpec("a", "problems", "", "", ""), FeatureSpec("b", "context", "", "", "")]
    >>> families_of(["a", "a & b"], catalogue)
    ('problems', 'context & problems')
    """
    names = tuple(names)
    known = specs_by_name(names, catalogue)
    return tuple(JOINT.join(sorted({known[part].family for part in parts_of(name, known)})) for name in names)


def sum_by_family(values: Floats, families: Sequence[str], index: pd.Index | None = None) -> pd.DataFrame:
    """Add up terms by family.

    Parameters
    ----------
    values : ndarray, shape (n, q)
        Terms.
    families : sequence of str, length q
        Family of each term.
    index : Index, optional
        Labels of the rows.

    Returns
    -------
    DataFrame, shape (n, n_families)
        One column per family, in the order in which they first come; a row adds up to the same as its terms.

    Examples
    --------
    >>> sum_by_family(np.array([[1.0, 2.0, 4.0]]), ["a", "b", "a"]).to_dict("list")
    {'a': [5.0], 'b': [2.0]}
    """
    names = list(dict.fromkeys(families))
    which = np.array([names.index(family) for family in families], dtype=int)
    sums = [values[:, which == k].sum(axis=1) for k in range(len(names))]
    return pd.DataFrame(dict(zip(names, sums, strict=True)), index=index, columns=names)
