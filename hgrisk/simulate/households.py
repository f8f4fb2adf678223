"""Who lives where, from when, and how fast new incidents follow: the part of the world that stays fixed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from hgrisk.simulate.settings import (
    AGAINST_PARENTS,
    CHILD_ABUSE,
    ELDER_ABUSE,
    KINDS,
    PARTNER_VIOLENCE,
    SimulationSettings,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

INHABITANTS = {
    "Groningen": 596, "Friesland": 660, "Drenthe": 502, "IJsselland": 547, "Twente": 641,
    "Noord- en Oost-Gelderland": 848, "Gelderland-Midden": 713, "Gelderland-Zuid": 577, "Flevoland": 445,
    "Utrecht": 1387, "Gooi en Vechtstreek": 258, "Noord-Holland-Noord": 678, "Zaanstreek-Waterland": 347,
    "Kennemerland": 562, "Amsterdam-Amstelland": 1098, "Haaglanden": 1141, "Hollands-Midden": 819,
    "Rotterdam-Rijnmond": 1361, "Zuid-Holland-Zuid": 464, "Zeeland": 391, "West-Brabant": 655,
    "Hart van Brabant": 495, "Brabant-Noordoost": 672, "Zuidoost-Brabant": 806,
    "Noord- en Midden-Limburg": 526, "Zuid-Limburg": 599,
}  # fmt: skip
"""The 26 regions and their inhabitants in thousands, about 2023 [M]."""

MERGED = ("Brabant-Noordoost", "Zuidoost-Brabant")
SUCCESSOR = "Oost-Brabant"
END_REASONS = np.array(["end_of_data", "moved_out_of_region", "death"])
YEAR = 365.25


def day_number(on: date) -> int:
    """Return the number of days since 1970-01-01.

    Examples
    --------
    >>> day_number(date(1970, 2, 1))
    31
    """
    return (on - date(1970, 1, 1)).days


@dataclass(frozen=True)
class Households:
    """One value per household, each of shape (households,), ordered by entry; days count from 1970-01-01.

    ``kind`` indexes ``KINDS``, ``area`` those of ``INHABITANTS`` and ``end_reason`` those of
    ``END_REASONS``. ``origin`` is the earlier household of the same person reported as perpetrator, or -1.
    """

    entry: Ints
    until: Ints
    end_reason: Ints
    area: Ints
    kind: Ints
    severity: Ints
    escalating: Bools
    origin: Ints
    children: Ints
    born: Ints
    frailty: Floats
    covariates: Floats
    violence: Floats
    recording: Floats
    hazard: Floats


def draw_households(settings: SimulationSettings, rng: np.random.Generator) -> Households:
    """Draw the households, their frailty and their multipliers of the hazard.

    Parameters
    ----------
    settings : SimulationSettings
        The world.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    Households
        ``hazard`` is frailty times covariates times region, scaled so that the multipliers have geometric mean 1.

    Examples
    --------
    >>> homes = draw_households(SimulationSettings(households=50), np.random.default_rng(1))
    >>> homes.frailty.shape, bool((homes.until >= homes.entry).all())
    ((50,), True)
    """
    n = settings.households
    entry = np.sort(rng.integers(day_number(settings.first_entry), day_number(settings.last_entry) + 1, n))
    kind = rng.choice(len(KINDS), n, p=[settings.kind_shares[name] for name in KINDS])
    severity = rng.choice(5, n, p=[0.20, 0.30, 0.28, 0.15, 0.07]) + 1
    origin = _draw_origins(entry, np.isin(kind, [CHILD_ABUSE, PARTNER_VIOLENCE]), settings, rng)
    frailty = _inherit(rng.gamma(1 / settings.frailty_variance, settings.frailty_variance, n), origin)
    children = _draw_children(kind, rng)
    born = _draw_birthdays(entry, kind, origin, rng)
    area, violence, recording = _draw_areas(settings, n, rng)
    covariates = _covariates(settings, kind, severity, children > 0, entry - born < 25 * YEAR)
    multiplier = covariates * violence * recording
    until, end_reason = _draw_ends(settings, entry, rng)
    return Households(
        entry, until, end_reason, area, kind, severity, rng.random(n) < settings.escalating_share, origin, children,
        born, frailty, covariates, violence, recording, frailty * multiplier / np.exp(np.log(multiplier).mean()),
    )  # fmt: skip


def _draw_origins(entry: Ints, eligible: Bools, settings: SimulationSettings, rng: np.random.Generator) -> Ints:
    """Let some households be the later one of a person seen before: at least half a year after the first entry."""
    origin = np.full(entry.size, -1)
    pool = np.flatnonzero(eligible)
    earlier = np.searchsorted(entry[pool], entry[pool] - 180)
    later = rng.permutation(np.flatnonzero(earlier > 0))
    first, once = np.unique((rng.random(later.size) * earlier[later]).astype(int), return_index=True)
    share = settings.second_household_share / (1 + settings.second_household_share)
    kept = rng.permutation(first.size)[: round(entry.size * share)]
    origin[pool[later[once[kept]]]] = pool[first[kept]]
    return origin


def _inherit(values: npt.NDArray[Any], origin: Ints) -> npt.NDArray[Any]:
    inherited = values.copy()
    for home in np.flatnonzero(origin >= 0):
        inherited[home] = inherited[origin[home]]
    return inherited


def _draw_children(kind: Ints, rng: np.random.Generator) -> Ints:
    needed = np.isin(kind, [CHILD_ABUSE, AGAINST_PARENTS])
    children = np.where(needed, 1 + rng.poisson(0.8, kind.size), rng.poisson(0.9, kind.size)).clip(max=5)
    return np.where(kind == ELDER_ABUSE, 0, children)


def _draw_birthdays(entry: Ints, kind: Ints, origin: Ints, rng: np.random.Generator) -> Ints:
    """Birthdays of the persons reported as perpetrator; in violence against parents that is a child of 12 to 22."""
    adult = rng.normal(36, 9, kind.size).clip(18.5, 75)
    age = np.where(kind == AGAINST_PARENTS, rng.uniform(12, 22, kind.size), adult)
    return _inherit(entry - (age * YEAR).astype(int), origin)


def _draw_areas(settings: SimulationSettings, n: int, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
    people = np.fromiter(INHABITANTS.values(), float)
    area = rng.choice(people.size, n, p=people / people.sum())
    violence = rng.normal(0, settings.region_log_sd * np.sqrt(1 - settings.recording_share), people.size)
    recording = rng.normal(0, settings.region_log_sd * np.sqrt(settings.recording_share), people.size)
    return area, np.exp(violence)[area], np.exp(recording)[area]


def _covariates(settings: SimulationSettings, kind: Ints, severity: Ints, children: Bools, young: Bools) -> Floats:
    ratios = np.array([settings.kind_hazard_ratios[name] for name in KINDS])
    with_children = np.where(children, settings.hazard_ratio_children, 1.0)
    with_age = np.where(young, settings.hazard_ratio_young, 1.0)
    product: Floats = ratios[kind] * settings.hazard_ratio_severity ** (severity - 3.0) * with_children * with_age
    return product


def _draw_ends(settings: SimulationSettings, entry: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    move = entry + 1 + (rng.exponential(YEAR / settings.move_rate, entry.size)).astype(int)
    death = entry + 1 + (rng.exponential(YEAR / settings.death_rate, entry.size)).astype(int)
    ends = np.stack([np.full(entry.size, day_number(settings.extraction_on)), move, death])
    return ends.min(axis=0), ends.argmin(axis=0)
