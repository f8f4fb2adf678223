"""Features of the landmarks, and what each of them means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from hgrisk.features.spec import FeatureSpec

_SAID = ("name", "family", "unit", "sentence_en", "sentence_nl", "missing", "missing_nl", "process")


@dataclass(frozen=True)
class FeatureTable:
    """Features, one row per landmark.

    Attributes
    ----------
    X : DataFrame, shape (n_landmarks, n_features)
        float32 and text columns; the index is ``landmark_id`` and holds no case identifier.
    catalogue : tuple of FeatureSpec
        What each column means, in the order of the columns.
    """

    X: pd.DataFrame
    catalogue: tuple[FeatureSpec, ...]

    def describe(self) -> pd.DataFrame:
        """Return the catalogue as a table, with the share of missing values.

        Returns
        -------
        DataFrame
            ``name``, ``family``, ``unit``, ``sentence_en``, ``sentence_nl``, ``missing``, ``missing_nl``,
            ``process``, ``missing_share``.
        """
        share = self.X.isna().mean()
        rows = [(*(getattr(spec, column) for column in _SAID), float(share[spec.name])) for spec in self.catalogue]
        return pd.DataFrame(rows, columns=[*_SAID, "missing_share"])

    def of_family(self, *names: str) -> list[str]:
        """Return the feature names of some families, in column order.

        Parameters
        ----------
        *names : str
            Families.

        Returns
        -------
        list of str
            Column names.
        """
        return [spec.name for spec in self.catalogue if spec.family in names]

    def to_sparse(self) -> csr_array:
        """Return the numbers as a sparse matrix: most counts are 0, and take no room in it.

        Returns
        -------
        scipy.sparse.csr_array of float32, shape (n_landmarks, n_numbers)
            The columns that are numbers, in their order; what is not stored is 0, and a missing value is a stored NaN.
        """
        numbers = [spec.name for spec in self.catalogue if spec.kind == "number"]
        columns = [self.X[name].to_numpy() for name in numbers]
        places = [np.flatnonzero(column) for column in columns]  # NaN is not 0
        n = len(self.X)
        rows = np.concatenate([*places, np.empty(0, dtype=np.intp)])
        of = np.repeat(np.arange(len(columns)), [len(place) for place in places])
        values = [column[place] for column, place in zip(columns, places, strict=True)]
        data = np.concatenate([*values, np.empty(0, dtype=np.float32)])
        return csr_array((data, (rows, of)), shape=(n, len(columns)))
