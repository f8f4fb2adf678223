"""Counts from the truth: what no register shows."""

from __future__ import annotations

from datetime import date

import numpy as np

from hgrisk.simulate.calibration.quantities import (
    FIRST_COHORT_YEAR,
    FOLLOWED_DAYS,
    LAST_COHORT_YEAR,
    MOST_WORKING_DAYS,
    WINDOW,
)
from hgrisk.simulate.calibration.register import Counts
from hgrisk.simulate.parameters.population import Population
from hgrisk.simulate.records import Bools, Households, Incidents, Ints, Reports, day_number
from hgrisk.working_days import working_days_between

_ABSENT = np.iinfo(np.int64).max


def hidden_counts(population: Population, homes: Households, incidents: Incidents, reports: Reports) -> Counts:
    """Count what only the truth of a block shows.

    Parameters
    ----------
    population : Population
        Registration's first day and the extraction.
    homes, incidents, reports : Households, Incidents, Reports
        The block.

    Returns
    -------
    dict
        Numerator and denominator of each quantity.
    """
    return {
        "late_assessments_2023": _late_assessments(reports),
        "violence_in_days_365_to_548": _violence_goes_on(population, homes, incidents, reports),
    }


def _late_assessments(reports: Reports) -> tuple[int, int]:
    first, last = day_number(date(2023, 1, 1)), day_number(date(2023, 12, 31))
    done = (reports.assessed_on >= first) & (reports.assessed_on <= last)
    took = working_days_between(reports.on[done], reports.assessed_on[done])
    return int((took > MOST_WORKING_DAYS).sum()), int(done.sum())


def _violence_goes_on(
    population: Population, homes: Households, incidents: Incidents, reports: Reports
) -> tuple[int, int]:
    first = _first_registered(population, homes, reports)
    cohort = _in_cohort(population, first)
    day = np.floor(incidents.at).astype(np.int64) - first[incidents.household]
    inside = cohort[incidents.household] & (day >= WINDOW[0]) & (day <= WINDOW[1])
    return np.unique(incidents.household[inside]).size, int(cohort.sum())


def _first_registered(population: Population, homes: Households, reports: Reports) -> Ints:
    """Return the day of each household's first report since registration began, while it was observed."""
    seen = reports.on >= day_number(population.register_on)
    seen &= reports.on <= homes.terminal_at[reports.household]
    first = np.full(homes.size, _ABSENT, dtype=np.int64)
    np.minimum.at(first, reports.household[seen], reports.on[seen])
    return first


def _in_cohort(population: Population, first: Ints) -> Bools:
    start, end = day_number(date(FIRST_COHORT_YEAR, 1, 1)), day_number(date(LAST_COHORT_YEAR, 12, 31))
    followed = day_number(population.extraction_on) - FOLLOWED_DAYS
    return np.asarray((first >= start) & (first <= min(end, followed)))
