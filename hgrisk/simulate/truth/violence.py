"""Every incident of violence, noticed or not."""

from __future__ import annotations

import numpy as np
import polars as pl

from hgrisk.simulate.parameters.population import KINDS
from hgrisk.simulate.records import NEVER, Incidents, Reports


def violence_table(incidents: Incidents, reports: Reports, keys: pl.Series) -> pl.DataFrame:
    """Return one row per incident of a block.

    Parameters
    ----------
    incidents, reports : Incidents, Reports
        The block.
    keys : polars.Series of str
        The ``case_id`` of its households.

    Returns
    -------
    polars.DataFrame
        case_id, relation (1 or 2), at (days since 1970-01-01 with a fraction), kind, severity, witnessed (a child saw
        violence between partners), reversed (the roles were the other way round), reported, and reported_on (null
        where it was not). A report before registration began, or after the extraction, is one all the same.
    """
    home = pl.Series(incidents.household)
    reported = incidents.report >= 0
    on = np.full(reported.size, NEVER, dtype=np.int32)
    on[reported] = reports.on[incidents.report[reported]]
    table = pl.DataFrame(
        {
            "case_id": keys.gather(home),
            "relation": incidents.relation + np.int8(1),
            "at": incidents.at,
            "kind": pl.Series(KINDS).gather(pl.Series(incidents.kind).cast(pl.Int64)),
            "severity": incidents.severity,
            "witnessed": incidents.witnessed,
            "reversed": incidents.reversed,
            "reported": reported,
            "reported_on": on,
        }
    )
    return table.with_columns(reported_on=pl.when("reported").then("reported_on").cast(pl.Date))
