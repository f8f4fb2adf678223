"""What can be set in the made-up world, with its sourced numbers and its design priors."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from hgrisk.errors import ConfigError
from hgrisk.settings import Settings

KIND_SHARES = {
    "child_abuse": 0.50,
    "partner_violence": 0.38,
    "violence_against_parents": 0.05,
    "elder_abuse": 0.02,
    "other": 0.05,
}
POLICE_SHARES = {
    "child_abuse": 0.53,
    "partner_violence": 0.85,
    "violence_against_parents": 0.75,
    "elder_abuse": 0.35,
    "other": 0.65,
}
OTHER_SOURCES = {"health": 0.25, "non_professional": 0.24, "education": 0.13, "youth_care": 0.06, "other": 0.32}
KIND_HAZARD_RATIOS = {
    "child_abuse": 1.0,
    "partner_violence": 1.1,
    "violence_against_parents": 1.1,
    "elder_abuse": 0.8,
    "other": 0.9,
}
KINDS = tuple(KIND_SHARES)
CHILD_ABUSE, PARTNER_VIOLENCE, AGAINST_PARENTS, ELDER_ABUSE, OTHER = range(len(KINDS))
STEP_SHARES = {
    "advice": 0.15,
    "radar_link": 0.03,
    "safety_assessment": 0.75,
    "safety_plan": 0.45,
    "handover_sent": 0.50,
    "help_first_contact": 0.75,
    "case_closed": 0.60,
    "arrest": 0.25,
    "detention": 0.20,
    "barring_order": 0.15,
}

Shares = dict[str, float]


class SimulationSettings(Settings):
    """The made-up world: [S] sourced, [D] derived from sourced numbers, [M] a design prior and never a fact.

    Parameters
    ----------
    households : int
        Number of household-cases.
    seed : int
        Seed of the one random generator.
    dirty_share : float
        Faulty rows to plant, as a share of the number of events.
    first_entry, last_entry : date
        First reports are uniform between these dates [D].
    extraction_on : date
        What became known later is not in the tables; at least 90 days after ``last_entry``.
    frailty_variance : float
        Variance of the household's gamma frailty, whose mean is 1 [D].
    gap_shape : float
        Weibull shape of the time from one incident to the next [D].
    quiet_year_share : float
        Chance of a year without a new incident at frailty and multiplier 1 [D].
    merge_days : int
        Reports of one incident lie within this many days; incidents lie further apart.
    second_report_share : float
        Share of the incidents that are reported more than once [M].
    region_log_sd, recording_share : float
        Spread of the log hazard between regions [D], and the share of its variance that is recording practice [M].
    hazard_ratio_children, hazard_ratio_young, hazard_ratio_severity : float
        Children in the household, person reported as perpetrator below 25, and each level of severity above 3 [M].
    kind_hazard_ratios : dict
        Hazard ratio per kind of violence [M].
    kind_shares : dict
        Kinds of violence: child abuse, partner violence and elder abuse [S], the others [M].
    police_shares : dict
        Share of the reports by police and justice per kind [M]; together about .67 [D].
    other_sources : dict
        How the other reports divide [D].
    escalating_share : float
        Households whose severity tends to rise from incident to incident [M].
    second_household_share : float
        Second households of a person reported as perpetrator, as a share of all first ones [M].
    involvement_median_days, involvement_sigma : float
        Lognormal length of an involvement of Veilig Thuis [D].
    late_registration_share : float
        Events that are registered days to weeks late [M].
    step_shares : dict
        How often each step follows upon a report or an involvement [M].
    death_rate, move_rate : float
        Deaths and moves out of the region per household-year [M].
    region_merger_on : date
        The first day of the merged region in eastern Brabant [M].

    Examples
    --------
    >>> SimulationSettings(households=100).gap_shape
    0.55
    """

    households: int = Field(3000, ge=1)
    seed: int = Field(20260101, ge=0)
    dirty_share: float = Field(0.004, ge=0, le=0.5)
    first_entry: date = date(2015, 1, 1)
    last_entry: date = date(2023, 12, 31)
    extraction_on: date = date(2024, 12, 31)
    frailty_variance: float = Field(1.0, gt=0)
    gap_shape: float = Field(0.55, ge=0.1)
    quiet_year_share: float = Field(0.67, gt=0, lt=1)
    merge_days: int = Field(14, ge=1)
    second_report_share: float = Field(0.12, ge=0, le=1)
    region_log_sd: float = Field(0.34, ge=0)
    recording_share: float = Field(0.5, ge=0, le=1)
    hazard_ratio_children: float = Field(1.15, gt=0)
    hazard_ratio_young: float = Field(1.2, gt=0)
    hazard_ratio_severity: float = Field(1.1, gt=0)
    kind_hazard_ratios: Shares = KIND_HAZARD_RATIOS
    kind_shares: Shares = KIND_SHARES
    police_shares: Shares = POLICE_SHARES
    other_sources: Shares = OTHER_SOURCES
    escalating_share: float = Field(0.15, ge=0, le=1)
    second_household_share: float = Field(0.08, ge=0, le=0.5)
    involvement_median_days: float = Field(75, gt=0)
    involvement_sigma: float = Field(0.9, gt=0)
    late_registration_share: float = Field(0.10, ge=0, le=1)
    step_shares: Shares = STEP_SHARES
    death_rate: float = Field(0.003, gt=0)
    move_rate: float = Field(0.012, gt=0)
    region_merger_on: date = date(2022, 1, 1)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if not self.first_entry <= self.last_entry <= self.extraction_on - timedelta(days=90):
            raise ConfigError(
                "Entry starts before it ends, and ends 90 days before the extraction",
                f"{self.first_entry}, {self.last_entry} and {self.extraction_on}",
                "set first_entry, last_entry and extraction_on in that order",
            )
        return self

    @model_validator(mode="after")
    def _tables_complete(self) -> Self:
        for name in ("kind_hazard_ratios", "kind_shares", "police_shares", "other_sources", "step_shares"):
            wanted, given = set(type(self).model_fields[name].default), getattr(self, name)
            if set(given) != wanted:
                keys = ", ".join(sorted(wanted))
                raise ConfigError(f"{name} names every key once", ", ".join(sorted(given)), f"give {keys}")
            if min(given.values()) < 0 or (name == "kind_hazard_ratios" and min(given.values()) == 0):
                raise ConfigError(f"{name} holds positive numbers", f"{min(given.values())}", "give more than 0")
        for name in ("kind_shares", "other_sources"):
            total = sum(getattr(self, name).values())
            if abs(total - 1) > 1e-9:
                raise ConfigError(f"{name} adds up to 1", f"{total:.6g}", "rescale the shares")
        return self
