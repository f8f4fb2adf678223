"""Blocks of households made up by hand or at random, for the tests of the observed tables."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from hgrisk.simulate.observed.arrays import BlockArrays
from hgrisk.simulate.parameters.population import KINDS, PARTNER_VIOLENCE
from hgrisk.simulate.records import (
    DIED,
    DURING,
    LOST,
    NEVER,
    OBSERVED,
    OPENS,
    Households,
    Incidents,
    Reports,
    day_number,
)
from hgrisk.simulate.scenario import Scenario

REPORT_DAYS = (
    "assessed_on", "decided_on", "planned_on", "sent_on", "accepted_on", "closed_on", "detained_until_on", "breach_on",
)  # fmt: skip


def with_reporting(**changes: Any) -> Scenario:
    """Return the baseline with other settings of reporting."""
    return Scenario.named("baseline", reporting=changes)


CERTAIN = with_reporting(
    again_share=0.0, advice_share=0.0, radar_share=0.0, late_share=0.0, corrected_share=0.0, severity_missing_share=0.0
)
"""A world in which nothing is left to chance but a lag of 0 to 2 days and what happens at care steps."""


def on(text: str) -> int:
    """Return a day from an ISO date."""
    return day_number(date.fromisoformat(text))


def plain_homes(n: int = 1, **changes: Any) -> Households:
    """Return households of two adults and two children, observed to the end; scalars fill a column."""
    whole = {
        "key": np.arange(n, dtype=np.uint64),
        "onset_at": np.full(n, float(on("2014-01-01"))),
        "terminal_at": np.full(n, np.inf),
        "terminal": np.full(n, OBSERVED, np.int8),
        "region": np.full(n, 9, np.int8),
        "next_region": np.full(n, 0, np.int8),
        "moved_at": np.full(n, np.inf),
        "frailty": np.ones(n),
        "covariates": np.zeros((n, 7), bool),
        "recorded": np.tile(np.array([1, 0, -1, 0, 1], np.int8), (n, 1)),
        "kind": np.tile(np.array([PARTNER_VIOLENCE, -1], np.int8), (n, 1)),
        "rate": np.zeros((n, 2)),
        "until_at": np.full((n, 2), np.inf),
        "separated_at": np.full(n, np.inf),
        "severity_shift": np.zeros(n, np.int8),
        "escalating": np.zeros(n, bool),
        "adult_born_on": np.full(n, on("1980-03-04"), np.int32),
        "partner_born_on": np.full(n, on("1982-05-06"), np.int32),
        "elder_born_on": np.full(n, NEVER, np.int32),
        "child_born_on": np.tile(np.array([on("2004-02-29"), on("2009-08-01"), NEVER], np.int32), (n, 1)),
        "formed_on": np.full(n, on("2003-01-01"), np.int32),
        "origin": np.full(n, -1),
        "as_child": np.zeros(n, bool),
    }
    return Households(**{name: _filled(values, changes.get(name)) for name, values in whole.items()})


def _filled(values: np.ndarray, change: Any) -> np.ndarray:
    if change is None:
        return values
    return np.broadcast_to(np.asarray(change, dtype=values.dtype), values.shape).copy()


def plain_incidents(households: list[int], days: list[int], **changes: Any) -> Incidents:
    """Return reported incidents between partners of severity 3, at noon."""
    m = len(days)
    whole = {
        "household": np.array(households, np.int32),
        "relation": np.zeros(m, np.int8),
        "at": np.array(days, float) + 0.5,
        "kind": np.full(m, PARTNER_VIOLENCE, np.int8),
        "severity": np.full(m, 3, np.int8),
        "witnessed": np.zeros(m, bool),
        "reversed": np.zeros(m, bool),
        "report": np.arange(m),
    }
    return Incidents(**{name: _filled(values, changes.get(name)) for name, values in whole.items()})


def plain_reports(incidents: Incidents, **changes: Any) -> Reports:
    """Return the reports of incidents by the police, each opening an involvement, without any further step."""
    incident = np.flatnonzero(incidents.report >= 0)
    r = incident.size
    whole: dict[str, np.ndarray] = {
        "incident": incident,
        "household": incidents.household[incident],
        "on": np.floor(incidents.at[incident]).astype(np.int32),
        "source": np.zeros(r, np.int8),
        "severity": incidents.severity[incident],
        "phase": np.full(r, OPENS, np.int8),
        "acute": np.zeros(r, bool),
        "score": np.zeros(r),
        "decision": np.full(r, -1, np.int8),
        "holder": np.full(r, -1, np.int8),
        "check_on": np.full((r, 3), NEVER, np.int32),
        "start_on": np.full((r, 9), NEVER, np.int32),
        "end_on": np.full((r, 9), NEVER, np.int32),
        **{name: np.full(r, NEVER, np.int32) for name in REPORT_DAYS},
    }
    return Reports(**{name: _filled(values, changes.get(name)) for name, values in whole.items()})


def plain_block(
    days: list[str], *, homes: Households | None = None, scenario: Scenario = CERTAIN, **changes: Any
) -> BlockArrays:
    """Return a block of one household with a report on each day; changes are of incidents or reports by their name."""
    homes = homes or plain_homes()
    incidents = plain_incidents([0] * len(days), [on(day) for day in days])
    incidents = replace(incidents, **_of(incidents, changes))
    reports = plain_reports(incidents)
    reports = replace(reports, **_of(reports, changes))
    return BlockArrays.of(scenario, homes, incidents, reports)


def _of(record: Incidents | Reports, changes: dict[str, Any]) -> dict[str, np.ndarray]:
    own = {name: value for name, value in changes.items() if name in record.__dataclass_fields__}
    return {name: _filled(getattr(record, name), value) for name, value in own.items()}


def random_homes(n: int, rng: np.random.Generator) -> Households:
    """Return households of every kind, some linked, some gone, some moved."""
    start, end = on("2006-01-01"), on("2026-06-01")
    onset = rng.uniform(start, end, n)
    terminal = rng.choice([OBSERVED, DIED, LOST], n, p=[0.6, 0.2, 0.2]).astype(np.int8)
    age = np.sort(rng.uniform(0, 17, (n, 3)) * 365.25, axis=1)[:, ::-1]
    childless = np.arange(3) >= rng.integers(0, 4, n)[:, None]
    origin = np.full(n, -1)
    later = np.flatnonzero(rng.random(n) < 0.2)
    later = later[later > 0]
    origin[later] = later - 1
    return plain_homes(
        n,
        onset_at=onset,
        terminal=terminal,
        terminal_at=np.where(terminal == OBSERVED, np.inf, onset + rng.exponential(2000, n)),
        region=rng.integers(0, 26, n),
        next_region=rng.integers(0, 26, n),
        moved_at=np.where(rng.random(n) < 0.3, onset + rng.exponential(1500, n), np.inf),
        recorded=rng.integers(-1, 2, (n, 5)),
        separated_at=np.where(rng.random(n) < 0.3, onset + rng.exponential(1500, n), np.inf),
        partner_born_on=np.where(rng.random(n) < 0.2, NEVER, on("1979-01-01")),
        elder_born_on=np.where(rng.random(n) < 0.1, on("1940-01-01"), NEVER),
        child_born_on=np.where(childless, NEVER, onset[:, None] - age),
        formed_on=onset - rng.uniform(10, 3000, n),
        origin=origin,
        as_child=rng.random(n) < 0.3,
    )


def random_block(
    n: int, seed: int, incidents_each: float = 12.0, scenario: Scenario | None = None
) -> tuple[Scenario, Households, Incidents, Reports]:
    """Return made-up arrays of a block: not likely, but everything that can occur occurs."""
    rng = np.random.default_rng(seed)
    homes = random_homes(n, rng)
    count = rng.poisson(incidents_each * rng.gamma(1, 1, n))
    household = np.repeat(np.arange(n), count)
    m = household.size
    at = homes.onset_at[household] + rng.exponential(900, m)
    order = np.lexsort((at, household))
    reported = rng.random(m) < 0.3
    incidents = plain_incidents(
        household.tolist(),
        [0] * m,
        at=at[order],
        kind=rng.integers(0, len(KINDS), m),
        severity=rng.integers(1, 6, m),
        witnessed=rng.random(m) < 0.3,
        reversed=rng.random(m) < 0.1,
        report=np.where(reported, reported.cumsum() - 1, -1),
    )
    return scenario or Scenario(), homes, incidents, _random_reports(incidents, rng)


def _random_reports(incidents: Incidents, rng: np.random.Generator) -> Reports:
    plain = plain_reports(incidents)
    r = plain.size
    phase = rng.integers(0, 3, r).astype(np.int8)
    opens = phase == OPENS

    def later(mean: float, share: float) -> np.ndarray:
        return np.where(opens & (rng.random(r) < share), plain.on + rng.exponential(mean, r).astype(int), NEVER)

    start = np.where(rng.random((r, 9)) < 0.08, plain.on[:, None] + rng.integers(0, 90, (r, 9)), NEVER)
    end = np.where(start == NEVER, NEVER, start + rng.integers(1, 400, (r, 9)))
    checks = opens & (rng.random(r) < 0.35)
    return replace(
        plain,
        source=rng.integers(0, 8, r).astype(np.int8),
        phase=phase,
        acute=rng.random(r) < 0.3,
        assessed_on=later(6, 0.8),
        decided_on=later(8, 0.8),
        decision=rng.integers(-1, 6, r).astype(np.int8),
        planned_on=later(30, 0.4),
        sent_on=later(50, 0.5),
        accepted_on=later(60, 0.4),
        holder=rng.integers(-1, 5, r).astype(np.int8),
        closed_on=np.where(opens, plain.on + rng.integers(3, 300, r), NEVER),
        check_on=np.where(checks[:, None], plain.on[:, None] + np.array([91, 365, 548]), NEVER),
        start_on=start,
        end_on=end,
        detained_until_on=np.where(start[:, 0] == NEVER, NEVER, start[:, 0] + rng.integers(1, 60, r)),
        breach_on=np.where(start[:, 1] == NEVER, NEVER, start[:, 1] + rng.integers(0, 10, r)),
    )


__all__ = ["CERTAIN", "DURING", "on", "plain_block", "plain_homes", "plain_incidents", "plain_reports", "random_block"]
