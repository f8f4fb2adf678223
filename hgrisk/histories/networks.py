"""Household networks: cases linked by the persons they share."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def household_networks(case_ids: pl.Series, memberships: pl.DataFrame) -> pl.DataFrame:
    """Number the networks of cases that share a person, directly or through other cases.

    Parameters
    ----------
    case_ids : polars.Series
        Every case.
    memberships : polars.DataFrame
        ``case_id`` and ``person_id``.

    Returns
    -------
    polars.DataFrame
        ``case_id`` and ``network_id`` (0, 1, ...), one row per case; a case without shared persons is alone.

    Examples
    --------
    >>> links = pl.DataFrame({"case_id": ["A", "B", "C"], "person_id": ["p", "p", "q"]})
    >>> household_networks(pl.Series(["A", "B", "C"]), links)["network_id"].to_list()
    [0, 0, 1]
    """
    cases = pl.DataFrame({"case_id": case_ids.unique().sort()}).with_row_index("case")
    links = memberships.join(cases, on="case_id").with_columns(
        person=pl.col("person_id").rank("dense").cast(pl.Int64) - 1
    )
    n, m = cases.height, int(links["person"].n_unique())
    rows = links["case"].to_numpy().astype(np.int64)
    columns = links["person"].to_numpy() + n
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(n + m, n + m))
    _, labels = connected_components(graph, directed=False)
    _, network = np.unique(labels[:n], return_inverse=True)
    return cases.select("case_id").with_columns(pl.Series("network_id", network, dtype=pl.Int64))
