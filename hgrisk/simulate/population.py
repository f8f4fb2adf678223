"""Who lives where, with whom and until when: what of a household no report changes."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.family import YEAR, draw_family, with_adults
from hgrisk.simulate.links import Links, draw_links
from hgrisk.simulate.parameters.population import CHILD_ABUSE, KINDS, PARTNER_VIOLENCE, SIGNALS, Population
from hgrisk.simulate.parameters.violence import COVARIATES, Violence
from hgrisk.simulate.records import (
    DIED,
    LOST,
    NEVER,
    OBSERVED,
    UNKNOWN,
    Bools,
    Codes,
    Days,
    Floats,
    Households,
    Keys,
    day_number,
)
from hgrisk.simulate.regions import N_REGIONS, region_shares
from hgrisk.simulate.scenario import Scenario

_LAST_ONSET_DAYS = 30
_CHILDHOOD_DAYS = 6574
"""18 years, or a day less."""


def draw_households(scenario: Scenario, keys: Keys, violence_by_region: Floats, rng: np.random.Generator) -> Households:
    """Draw a block of households.

    Parameters
    ----------
    scenario : Scenario
        The world.
    keys : ndarray of uint64, shape (n,)
        The households' keys.
    violence_by_region : ndarray of float, shape (26,)
        Hazard ratio of violence per region.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    Households
        One value per key.
    """
    settings, n = scenario.population, keys.size
    first, last = day_number(settings.first_onset), day_number(settings.extraction_on) - _LAST_ONSET_DAYS
    onset = rng.uniform(first, last, n)
    kind = _draw_kinds(settings, n, rng)
    family = draw_family(settings, onset, kind[:, 0], rng)
    links = draw_links(settings, onset, kind[:, 0], family, rng)
    family = with_adults(family, onset, links.adult_born_on)
    with_partner, with_child = family.partner_born_on != NEVER, family.child_born_on[:, 0] != NEVER
    kind[:, 1] = _second_kinds(settings, kind[:, 0], with_partner, with_child, rng)
    covariates = _draw_covariates(settings, onset, family.adult_born_on, with_child, rng)
    terminal_at, terminal = _draw_ends(settings, onset, links, rng)
    region, next_region, moved_at = _draw_regions(settings, onset, terminal_at, links, rng)
    frailty = _draw_frailty(scenario, links, rng)
    return Households(
        key=keys,
        onset_at=onset,
        terminal_at=terminal_at,
        terminal=terminal,
        region=region,
        next_region=next_region,
        moved_at=moved_at,
        frailty=frailty,
        covariates=covariates,
        recorded=_record(covariates[:, : len(SIGNALS)], settings, rng),
        kind=kind,
        rate=_rates(scenario.violence, kind, covariates, frailty * violence_by_region[region]),
        until_at=_draw_stops(scenario.violence, onset, kind, family.child_born_on, rng),
        separated_at=_draw_separations(settings, onset, with_partner, links, rng),
        severity_shift=rng.choice(np.array([-1, 0, 1], dtype=np.int8), n, p=[0.2, 0.6, 0.2]),
        escalating=rng.random(n) < scenario.violence.escalating_share,
        adult_born_on=family.adult_born_on,
        partner_born_on=family.partner_born_on,
        elder_born_on=family.elder_born_on,
        child_born_on=family.child_born_on,
        formed_on=links.formed_on,
        origin=links.origin,
        as_child=links.as_child,
    )


def _draw_kinds(settings: Population, n: int, rng: np.random.Generator) -> Codes:
    kind = np.full((n, 2), -1, dtype=np.int8)
    kind[:, 0] = rng.choice(len(KINDS), n, p=[settings.kind_shares[name] for name in KINDS])
    return kind


def _second_kinds(
    settings: Population, main: Codes, with_partner: Bools, with_child: Bools, rng: np.random.Generator
) -> Codes:
    chosen = rng.random(main.size) < settings.second_relation_share
    to_child = chosen & (main == PARTNER_VIOLENCE) & with_child
    to_partner = chosen & (main == CHILD_ABUSE) & with_partner
    return np.where(to_child, CHILD_ABUSE, np.where(to_partner, PARTNER_VIOLENCE, -1)).astype(np.int8)


def _draw_covariates(
    settings: Population, onset: Floats, adult_born: Days, with_child: Bools, rng: np.random.Generator
) -> Bools:
    shares = np.array([settings.signal_shares[name] for name in SIGNALS])
    signals = rng.random((onset.size, len(SIGNALS))) < shares
    young = onset - adult_born < 25 * YEAR
    return np.column_stack((signals, young, with_child))


def _record(signals: Bools, settings: Population, rng: np.random.Generator) -> Codes:
    unknown = rng.random(signals.shape) < settings.signal_unknown_share
    return np.where(unknown, UNKNOWN, signals).astype(np.int8)


def _draw_frailty(scenario: Scenario, links: Links, rng: np.random.Generator) -> Floats:
    """Draw the frailties; who comes from an earlier household brings that of it along, a grown child only sometimes."""
    variance = scenario.violence.frailty_variance
    frailty = rng.gamma(1 / variance, variance, links.origin.size)
    kept = ~links.as_child | (rng.random(frailty.size) < scenario.population.inherited_frailty_share)
    heirs = np.flatnonzero((links.origin >= 0) & kept)
    frailty[heirs] = frailty[links.origin[heirs]]
    return frailty


def _rates(violence: Violence, kind: Codes, covariates: Bools, level: Floats) -> Floats:
    """Return the hazard per day just after an incident, without what changes over time."""
    beta = np.log([violence.hazard_ratios[name] for name in COVARIATES])
    ratios = np.array([*(violence.kind_ratios[name] for name in KINDS), 0.0])  # the last is for no relation
    second = np.array([1.0, violence.second_relation_ratio])
    per_household = violence.rate_per_year / YEAR * level * np.exp(covariates @ beta)
    rates: Floats = per_household[:, None] * ratios[kind] * second
    return rates


def _draw_stops(violence: Violence, onset: Floats, kind: Codes, child_born: Days, rng: np.random.Generator) -> Floats:
    """Draw when violence stops for good: by itself, with its one crisis, or because the youngest child turns 18."""
    brief = rng.random(onset.size) < violence.brief_share
    crisis = np.where(brief, _later(onset, YEAR / violence.brief_days, rng), np.inf)
    stops = np.column_stack([_later(onset, violence.stop_rate, rng) for _ in range(kind.shape[1])])
    stops = np.minimum(stops, crisis[:, None])
    grown = np.maximum(child_born.max(axis=1) + _CHILDHOOD_DAYS, onset)[:, None]
    stops = np.where(kind == CHILD_ABUSE, np.minimum(stops, grown), stops)
    return np.where(kind < 0, onset[:, None], stops)


def _draw_ends(settings: Population, onset: Floats, links: Links, rng: np.random.Generator) -> tuple[Floats, Codes]:
    """Draw the death of the first adult, one for each person, and a move out of sight, after nobody is to move on."""
    death, loss = _later(onset, settings.death_rate, rng), _later(onset, settings.lost_rate, rng)
    later = np.flatnonzero(links.origin >= 0)
    loss[links.origin[later]] += links.formed_on[later] - onset[links.origin[later]]
    same = later[~links.as_child[later]]
    death[links.origin[same]] = death[same]
    at = np.minimum(death, loss)
    terminal = np.where(death <= loss, DIED, LOST)
    return at, np.where(np.isinf(at), OBSERVED, terminal).astype(np.int8)


def _draw_regions(
    settings: Population, onset: Floats, terminal_at: Floats, links: Links, rng: np.random.Generator
) -> tuple[Codes, Codes, Floats]:
    """Draw the region, the next one and the day of the move; who moves on stays in the region."""
    region, after = rng.choice(N_REGIONS, (2, onset.size), p=region_shares()).astype(np.int8)
    moved_at = _later(onset, settings.move_rate, rng)
    moved_at[moved_at >= terminal_at] = np.inf
    later = np.flatnonzero(links.origin >= 0)
    origin = links.origin[later]
    region[later] = np.where(moved_at[origin] < links.formed_on[later], after[origin], region[origin])
    return region, after, np.where(region != after, moved_at, np.inf)


def _draw_separations(
    settings: Population, onset: Floats, with_partner: Bools, links: Links, rng: np.random.Generator
) -> Floats:
    parted = _later(onset, settings.separation_rate, rng)
    return np.minimum(np.where(with_partner, parted, np.inf), links.left_at)


def _later(start: Floats, rate_per_year: float, rng: np.random.Generator) -> Floats:
    """Draw a day after the start with a constant yearly rate; inf at rate 0."""
    waits = rng.exponential(size=start.size)
    return start + waits * YEAR / rate_per_year if rate_per_year > 0 else np.full(start.size, np.inf)
