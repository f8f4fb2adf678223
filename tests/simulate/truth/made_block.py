"""A small random block of every array, with the special cases in it; independent of how worlds are drawn."""

from datetime import date

import numpy as np

from hgrisk.simulate.records import NEVER, Households, Incidents, Outcomes, Reports, day_number
from hgrisk.simulate.strategies import STRATEGIES

FIRST, LAST = day_number(date(2014, 6, 1)), day_number(date(2024, 12, 31))
SEAMS = np.array([0, 1, 13, 14, 15, 122, 123, 364, 365, 366, 547, 548, 549, 729, 730, 731])
"""Gaps in days on and beside the borders of the definitions."""


def code(rng, low, high, size):
    return rng.integers(low, high, size).astype(np.int8)


def some_days(rng, n, share):
    return np.where(rng.random(n) < share, rng.integers(0, 20_000, n), NEVER).astype(np.int32)


def make_homes(rng, n):
    kind = np.stack([code(rng, 0, 5, n), code(rng, -1, 5, n)], axis=1)
    return Households(
        key=np.arange(n, dtype=np.uint64),
        onset_at=rng.uniform(FIRST, LAST, n),
        terminal_at=np.where(rng.random(n) < 0.3, rng.uniform(FIRST, LAST, n), np.inf),
        terminal=code(rng, 0, 3, n),
        region=code(rng, 0, 26, n),
        next_region=code(rng, 0, 26, n),
        moved_at=np.where(rng.random(n) < 0.4, rng.uniform(FIRST, LAST, n), np.inf),
        frailty=rng.gamma(1, 1, n),
        covariates=rng.random((n, 7)) < 0.4,
        recorded=code(rng, -1, 2, (n, 5)),
        kind=kind,
        rate=np.where(kind < 0, 0.0, rng.random((n, 2))),
        until_at=np.where(rng.random((n, 2)) < 0.5, np.inf, rng.uniform(FIRST, LAST, (n, 2))),
        separated_at=np.where(rng.random(n) < 0.5, np.inf, rng.uniform(FIRST, LAST, n)),
        severity_shift=code(rng, -1, 2, n),
        escalating=rng.random(n) < 0.2,
        adult_born_on=some_days(rng, n, 1.0),
        partner_born_on=some_days(rng, n, 0.6),
        elder_born_on=some_days(rng, n, 0.2),
        child_born_on=np.stack([some_days(rng, n, 0.5) for _ in range(3)], axis=1),
        formed_on=some_days(rng, n, 1.0),
        origin=np.where(np.arange(n) % 5 == 4, np.arange(n) // 2, -1),
        as_child=rng.random(n) < 0.1,
    )


def make_incidents(rng, homes, per_household=8):
    """Let incidents follow each other at gaps on the seams; about half of them are reported."""
    n = homes.size
    household = np.sort(rng.integers(0, n, n * per_household)).astype(np.int32)
    gaps = rng.choice(SEAMS, household.size)
    start = rng.integers(FIRST, LAST - 1500, n)[household]
    begins = np.diff(household, prepend=-1) != 0
    walked = np.cumsum(gaps)
    at = start + walked - walked[np.flatnonzero(begins)][household_rank(begins)] + rng.random(household.size)
    at = np.sort(at + household * 1e7) - household * 1e7
    reported = rng.random(household.size) < 0.5
    return Incidents(
        household=household,
        relation=code(rng, 0, 2, household.size),
        at=at,
        kind=code(rng, 0, 5, household.size),
        severity=code(rng, 1, 6, household.size),
        witnessed=rng.random(household.size) < 0.2,
        reversed=rng.random(household.size) < 0.1,
        report=np.where(reported, np.cumsum(reported) - 1, -1),
    )


def household_rank(begins):
    return np.cumsum(begins) - 1


def make_reports(rng, incidents):
    incident = np.flatnonzero(incidents.report >= 0)
    r = incident.size
    on = np.floor(incidents.at[incident]).astype(np.int32)

    def step(share, shape=(r,)):
        days = on.reshape((r,) + (1,) * (len(shape) - 1)) + rng.integers(0, 15, shape)
        return np.where(rng.random(shape) < share, days, NEVER).astype(np.int32)

    return Reports(
        incident=incident, household=incidents.household[incident], on=on, source=code(rng, 0, 8, r),
        severity=incidents.severity[incident], phase=code(rng, 0, 3, r), acute=rng.random(r) < 0.2,
        score=rng.normal(size=r), assessed_on=step(0.7), decided_on=step(0.7), decision=code(rng, 0, 6, r),
        planned_on=step(0.5), sent_on=step(0.5), accepted_on=step(0.5), holder=code(rng, 0, 5, r), closed_on=step(0.5),
        check_on=step(0.3, (r, 3)), start_on=step(0.2, (r, 9)), end_on=step(0.2, (r, 9)),
        detained_until_on=step(0.1), breach_on=step(0.1),
    )  # fmt: skip


def make_outcomes(rng, reports, share=0.8):
    """Make futures that agree for most strategies, with days on and beside the horizons."""
    chosen = np.flatnonzero(rng.random(reports.size) < share)
    days = np.array([0, 1, 100, 182, 183, 184, 300, 365, 366, 500, 548, -1, -1])
    natural = rng.choice(days, (chosen.size, 1))

    def futures(change):
        other = rng.choice(days, (chosen.size, len(STRATEGIES)))
        return np.where(rng.random(other.shape) < change, other, natural).astype(np.int16)

    terminal = np.where(rng.random(chosen.size) < 0.1, 400, -1).astype(np.int16)
    return Outcomes(chosen, futures(0.3), futures(0.5), terminal)


def make_block(seed, households=40):
    rng = np.random.default_rng(seed)
    homes = make_homes(rng, households)
    incidents = make_incidents(rng, homes)
    reports = make_reports(rng, incidents)
    return homes, incidents, reports, make_outcomes(rng, reports)
