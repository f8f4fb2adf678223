"""What would have followed upon each landmark under every strategy."""

from __future__ import annotations

import numpy as np
import polars as pl

from hgrisk.errors import DataError
from hgrisk.simulate.records import Outcomes
from hgrisk.simulate.strategies import STRATEGIES

OUTCOMES = ("violence", "report")
"""The next incident, and the next incident that is reported."""


def outcome_table(outcomes: Outcomes, registered: pl.DataFrame) -> pl.DataFrame:
    """Return one row per landmark, with one future per strategy.

    Parameters
    ----------
    outcomes : Outcomes
        The futures.
    registered : polars.DataFrame
        report (place in `Reports`), event_id, case_id, landmark_on (Date): one row for every landmark at least.

    Returns
    -------
    polars.DataFrame
        case_id, event_id, landmark_on, terminal_days, and ``violence_days__S`` and ``report_days__S`` for every
        strategy S, as Int16, null where nothing happens within 548 days or before observation ends. The futures of a
        landmark share their random numbers. Each is one draw: a landmark's own risk is not in this table, and a mean
        over landmarks estimates their mean risk with the Monte Carlo error that `effect_table` and `risk_table` give.

    Raises
    ------
    DataError
        If a landmark has no row in ``registered``, or more than one.

    Examples
    --------
    >>> from datetime import date
    >>> days = np.full((1, len(STRATEGIES)), -1, dtype=np.int16)
    >>> future = Outcomes(np.array([7]), days, days, np.array([30], dtype=np.int16))
    >>> row = {"report": [7], "event_id": ["E1"], "case_id": ["H1"], "landmark_on": [date(2020, 1, 1)]}
    >>> outcome_table(future, pl.DataFrame(row)).select("case_id", "terminal_days", "report_days__natural").row(0)
    ('H1', 30, None)
    """
    wanted = pl.DataFrame({"report": outcomes.report.astype(np.int64), "terminal_days": outcomes.terminal_days})
    names = registered.select(pl.col("report").cast(pl.Int64), "event_id", "case_id", "landmark_on")
    found = wanted.join(names, on="report", how="left", maintain_order="left")
    if found.height != wanted.height or found["event_id"].null_count():
        raise DataError(
            "Every landmark has one registered report",
            f"{found['event_id'].count()} rows for {wanted.height} landmarks",
            "give one row per landmark, and only registered ones",
        )
    table = found.select("case_id", "event_id", "landmark_on", "terminal_days").with_columns(_futures(outcomes))
    days = pl.selectors.by_dtype(pl.Int16)
    return table.with_columns(pl.when(days >= 0).then(days))


def _futures(outcomes: Outcomes) -> list[pl.Series]:
    by_strategy = [np.ascontiguousarray(days.T) for days in (outcomes.violence_days, outcomes.report_days)]
    return [
        pl.Series(f"{outcome}_days__{strategy}", by_strategy[which][place])
        for place, strategy in enumerate(STRATEGIES)
        for which, outcome in enumerate(OUTCOMES)
    ]
