"""Settings in, made-up case histories out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from hgrisk.simulate.faults import plant_faults
from hgrisk.simulate.households import (
    END_REASONS,
    INHABITANTS,
    MERGED,
    SUCCESSOR,
    Households,
    day_number,
    draw_households,
)
from hgrisk.simulate.persons import case_ids, draw_people
from hgrisk.simulate.reports import draw_reports
from hgrisk.simulate.settings import SimulationSettings
from hgrisk.simulate.steps import build_events


@dataclass(frozen=True)
class SimulatedHistories:
    """Made-up case histories and what is true of them.

    Parameters
    ----------
    settings : SimulationSettings
        What they were made with.
    events, cases, persons, memberships, regions : polars.DataFrame
        The observed tables, without a fault in them.
    faulty_rows : polars.DataFrame
        The planted faulty rows as text, with the columns of ``events`` and the name of the ``fault``; ``write``
        mixes them into ``events.csv``.
    planted : dict
        How many rows of each fault.
    truth : polars.DataFrame
        Per household the frailty, the multipliers and the hazard that they make. Never written with the tables.
    """

    settings: SimulationSettings
    events: pl.DataFrame
    cases: pl.DataFrame
    persons: pl.DataFrame
    memberships: pl.DataFrame
    regions: pl.DataFrame
    faulty_rows: pl.DataFrame
    planted: dict[str, int]
    truth: pl.DataFrame


def simulate(settings: SimulationSettings) -> SimulatedHistories:
    """Make up case histories.

    The reports of a household follow a renewal process with Weibull gaps, a gamma frailty and proportional hazards.
    Nothing that is done after a report changes the hazard: every effect of an intervention is null here.

    Parameters
    ----------
    settings : SimulationSettings
        The world.

    Returns
    -------
    SimulatedHistories
        The same settings give the same histories.

    Examples
    --------
    >>> histories = simulate(SimulationSettings(households=100, seed=1))
    >>> histories.cases.height, histories.events["kind"].n_unique() > 8
    (100, True)
    """
    rng = np.random.default_rng(settings.seed)
    homes = draw_households(settings, rng)
    people = draw_people(homes, rng)
    reports = draw_reports(homes, people, settings, rng)
    events = build_events(homes, people, reports, settings, rng)
    faulty = plant_faults(events, settings.dirty_share, rng)
    return SimulatedHistories(
        settings=settings,
        events=events,
        cases=_cases(homes, settings),
        persons=people.persons,
        memberships=people.memberships,
        regions=_regions(settings),
        faulty_rows=faulty,
        planted=dict(faulty.group_by("fault", maintain_order=True).len().iter_rows()),
        truth=_truth(homes),
    )


def _cases(homes: Households, settings: SimulationSettings) -> pl.DataFrame:
    """Observe every household from the start of registration, in the region that existed at its first report."""
    area = np.array(list(INHABITANTS))[homes.area]
    merged = np.isin(area, MERGED) & (homes.entry >= day_number(settings.region_merger_on))
    return pl.DataFrame(
        {
            "case_id": case_ids(np.arange(homes.entry.size)),
            "region": np.where(merged, SUCCESSOR, area),
            "observed_from": np.full(homes.entry.size, day_number(settings.first_entry), dtype=np.int32),
            "observed_until": homes.until.astype(np.int32),
            "end_reason": END_REASONS[homes.end_reason],
        }
    ).with_columns(pl.col("observed_from", "observed_until").cast(pl.Date))


def _regions(settings: SimulationSettings) -> pl.DataFrame:
    """List the 26 regions and the successor of two; ``valid_until`` is the last day, empty when still valid."""
    last = settings.region_merger_on - timedelta(days=1)
    rows = [
        (region, settings.first_entry, last if region in MERGED else None, SUCCESSOR if region in MERGED else None)
        for region in INHABITANTS
    ]
    rows.append((SUCCESSOR, settings.region_merger_on, None, None))
    schema = {"region": pl.String, "valid_from": pl.Date, "valid_until": pl.Date, "successor": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _truth(homes: Households) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "case_id": case_ids(np.arange(homes.entry.size)),
            "frailty": homes.frailty,
            "covariate_multiplier": homes.covariates,
            "violence_multiplier": homes.violence,
            "recording_multiplier": homes.recording,
            "hazard": homes.hazard,
        }
    )
