"""From the arrays of a block of households to the observed tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hgrisk.simulate.observed.arrays import BlockArrays
from hgrisk.simulate.observed.care_rows import care_rows
from hgrisk.simulate.observed.event_table import cut_ends, event_table, in_order
from hgrisk.simulate.observed.intervention_rows import intervention_rows
from hgrisk.simulate.observed.lags import draw_known
from hgrisk.simulate.observed.people import PLACES, membership_rows, membership_table, person_table
from hgrisk.simulate.observed.report_rows import parts, report_rows
from hgrisk.simulate.observed.residences import case_regions, date_series, region_at, region_names, region_table
from hgrisk.simulate.observed.rows import FOLLOW_UP, Rows, choose
from hgrisk.simulate.observed.signal_rows import end_rows, quiet_rows, signal_rows
from hgrisk.simulate.pseudonyms import case_ids, person_ids
from hgrisk.simulate.records import NEVER, Days, Households, Incidents, Ints, Reports
from hgrisk.simulate.scenario import Scenario

__all__ = ["Observed", "observe", "region_table"]

END_REASONS = ("end_of_data", "death", "moved_out_of_region")
"""In the order of ``OBSERVED``, ``DIED`` and ``LOST``."""


@dataclass(frozen=True, eq=False)
class Observed:
    """What registers hold of a block.

    Attributes
    ----------
    tables : dict of polars.DataFrame
        ``events``, ``cases``, ``persons``, ``memberships`` and ``case_regions``.
    registered : polars.DataFrame
        Which places of `Reports` are in the events by their first report, one row each in that order: ``report``,
        ``event_id``, ``case_id``, ``landmark_on`` (the day on which it occurred) and ``known_on``.
    """

    tables: dict[str, pl.DataFrame]
    registered: pl.DataFrame


def observe(  # noqa: PLR0917 - the arrays as the engine hands them over
    scenario: Scenario,
    block: int,
    first: int,
    homes: Households,
    incidents: Incidents,
    reports: Reports,
    rng: np.random.Generator,
) -> Observed:
    """Return what is known, on the day of the extraction, of a block of households.

    A household is a case if a report of it occurred since registration began, while it was observed, and is known. The
    others are in no table.

    Parameters
    ----------
    scenario : Scenario
        The world.
    block : int
        Number of the block, 0 or more; event keys are numbered within it.
    first : int
        Number in the world of the block's first household.
    homes, incidents, reports : Households, Incidents, Reports
        The block.
    rng : numpy.random.Generator
        The generator, which moves on; the same one gives the same tables.

    Returns
    -------
    Observed
        The tables, and which reports are in them.
    """
    arrays = BlockArrays.of(scenario, homes, incidents, reports)
    rows, case = _known_rows(arrays, rng)
    ids = case_ids(scenario.seed, case + first)
    row, place = membership_rows(arrays.people, arrays.period, case)
    used, person = np.unique(arrays.people.person[case[row], place], return_inverse=True)
    persons = person_ids(scenario.seed, used + first * PLACES)
    number = np.zeros(homes.size, dtype=np.int64)
    number[case] = np.arange(case.size)
    names = [ids.gather(number[rows["home"]])]
    names += [_look_up(persons, used, rows[part]) for part in ("person", "exposed")]
    events = event_table(rows, block, *names)
    keys = {"case_id": ids.gather(row), "person_id": persons.gather(person)}
    members = membership_table(arrays.people, arrays.period, case[row], place)
    tables = {
        "events": events,
        # in the order of keys that tell nothing: that of the arrays would show who came from where
        "cases": _cases(arrays, rows, case, ids).sort("case_id"),
        "persons": person_table(arrays.people, used, persons, rng).sort("person_id"),
        "memberships": pl.DataFrame(keys).hstack(members).sort("case_id", "person_id"),
        "case_regions": case_regions(scenario, homes, arrays.period, case, ids).sort("case_id", "from_on"),
    }
    return Observed(tables, _registered(rows, events))


def _known_rows(block: BlockArrays, rng: np.random.Generator) -> tuple[Rows, Ints]:
    """Return the rows of the cases in order, and the households that are a case."""
    period = block.period
    person, exposed = parts(block)
    written, report_known = report_rows(block, person, exposed, rng)
    rows = np.concatenate(
        [
            written,
            *care_rows(block, rng),
            *intervention_rows(block, person, exposed, rng),
            signal_rows(block, rng),
            *quiet_rows(block, rng),
            *end_rows(block),
        ]
    )
    _make_known(block, rows, report_known, rng)
    is_case = np.zeros(block.homes.size, dtype=bool)
    is_case[written["home"][written["known"] <= period.extraction]] = True
    rows = choose(rows, (rows["known"] <= period.extraction) & is_case[rows["home"]])
    rows["ended"] = cut_ends(rows, period)
    return in_order(rows, period), np.flatnonzero(is_case)


def _make_known(block: BlockArrays, rows: Rows, report_known: Days, rng: np.random.Generator) -> None:
    """Draw the lags that are missing; nothing is known before the report that it follows upon."""
    blank = np.flatnonzero(rows["known"] == NEVER)
    home, on = rows["home"].take(blank), rows["occurred"].take(blank)
    known = rows["known"].copy()
    known[blank] = draw_known(block.scenario.reporting, block.homes, home, on, rng)
    after = np.append(report_known, NEVER)  # the last is for rows that follow upon no report
    rows["known"] = np.maximum(known, after.take(rows["report"]))


def _look_up(ids: pl.Series, used: Ints, person: Ints) -> pl.Series:
    """Return the key of each person, null for ``NONE``."""
    place = np.full(used[-1] + 2 if used.size else 1, used.size)
    place[used] = np.arange(used.size)  # NONE finds the last, which is nobody's
    return pl.concat([ids, pl.Series([None], dtype=pl.String)]).gather(place[person])


def _cases(block: BlockArrays, rows: Rows, case: Ints, ids: pl.Series) -> pl.DataFrame:
    """Return the cases; each lies in the region where its household lived at the first report."""
    homes, period = block.homes, block.period
    reported = choose(rows, rows["kind"] <= FOLLOW_UP)
    first_on = np.full(homes.size, period.extraction)
    np.minimum.at(first_on, np.ascontiguousarray(reported["home"]), reported["occurred"].astype(np.int64))
    on = first_on[case]
    columns = {
        "case_id": ids,
        "region": region_names(block.scenario, region_at(homes, case, on), on),
        "observed_from": date_series(np.full(case.size, period.start)),
        "observed_until": date_series(period.until[case]),
        "end_reason": pl.Series(END_REASONS).gather(period.reason[case]),
    }
    return pl.DataFrame(columns)


def _registered(rows: Rows, events: pl.DataFrame) -> pl.DataFrame:
    """Return where the first reports stand in the events."""
    place = np.flatnonzero(rows["first"])
    place = place[np.argsort(rows["report"][place])]
    found = events.select("event_id", "case_id", landmark_on="occurred_on", known_on="known_on")[place]
    return found.insert_column(0, pl.Series("report", rows["report"][place].astype(np.int64)))
