"""Case histories as they were known on an earlier day: the past never sees what was learnt later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from hgrisk.histories.case_histories import CaseHistories


def known_before(histories: CaseHistories, day: date) -> CaseHistories:
    """Return the histories as they were known just before a date.

    An event that became known on the date or later is not there yet; a spell, membership or residence that ended on it
    or later still lasts; a severity that was corrected then is not known, since the source keeps the later one only;
    and the observation of a household that ended then goes on, for no stated reason.

    Parameters
    ----------
    histories : CaseHistories
        The validated histories.
    day : date
        Everything is as of the end of the day before.

    Returns
    -------
    CaseHistories
        The histories as of then; the account is that of the whole delivery.
    """
    eve = pl.lit(day - timedelta(days=1))
    ended = pl.col("observed_until") < day
    return replace(
        histories,
        events=histories.events.filter(pl.col("known_on") < day).with_columns(
            _known_end("ended_on", day), _uncorrected("severity", day), _uncorrected("corrected_on", day)
        ),
        cases=histories.cases.with_columns(
            pl.min_horizontal("observed_until", eve).alias("observed_until"),
            pl.when(ended).then("end_reason").alias("end_reason"),
        ),
        memberships=_begun(histories.memberships, day),
        case_regions=_begun(histories.case_regions, day),
    )


def _known_end(column: str, day: date) -> pl.Expr:
    return pl.when(pl.col(column) < day).then(column).alias(column)


def _uncorrected(column: str, day: date) -> pl.Expr:
    corrected = (pl.col("corrected_on") >= day).fill_null(value=False)
    return pl.when(~corrected).then(column).alias(column)


def _begun(spells: pl.DataFrame, day: date) -> pl.DataFrame:
    begun = (pl.col("from_on") < day).fill_null(value=True)
    return spells.filter(begun).with_columns(_known_end("until_on", day))
