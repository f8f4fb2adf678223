"""Who notices violence, who reports it, and how it is written down."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from hgrisk.errors import ConfigError
from hgrisk.settings import Settings
from hgrisk.simulate.parameters.number_tables import check_keys, check_ratios, check_shares, check_total
from hgrisk.simulate.parameters.population import KINDS

SOURCES = (
    "police_and_justice", "health_care", "mental_health", "education", "childcare", "youth_care",
    "other_professional", "non_professional",
)  # fmt: skip
POLICE = SOURCES.index("police_and_justice")


class Reporting(Settings):
    """Detection, apart from violence; what changes here changes no household.

    The chance that an incident is reported is ``share * severity_ratio ** (severity - 2) * kind * region * period *
    involvement * monitoring * interventions * fresh``, at most .95.

    Parameters
    ----------
    share : float
        Chance of a report of an incident of severity 2 [D].
    severity_ratio : float
        How much likelier per level of severity [M].
    kind_ratios : dict
        Multiplier per kind of violence [M].
    region_log_sd : float
        SD between regions of the log chance: recording practice [D].
    involvement_ratio, monitoring_ratio : float
        Multiplier while Veilig Thuis is involved, and while it monitors [M].
    fresh_ratio : float
        Multiplier within ``merge_days`` of a report: what happens then is mostly added to that report [M].
    protocol_on, protocol_ratio : date, float
        The protocol and the recording rules of 2019, and how much likelier reports are since [M].
    lockdowns : tuple of (date, date)
        Periods in which schools and day care saw fewer children.
    lockdown_ratio : float
        How much less likely reports are then [M].
    calendar_ratio_per_year : float
        Multiplier per calendar year since the start of registration.
    police_shares : dict
        Share of police and justice per kind of violence [D].
    other_sources : dict
        How the other reporters divide [D].
    again_share : float
        Chance of each of up to three further reports of an incident, by others, days later [M].
    again_mean_days : float
        Mean days between a report and the next of the same incident [M].
    merge_days : int
        Who counts re-reports takes reports within this many days of a report for reports of the same incident; the
        true outcomes leave them out too.
    advice_share, radar_share : float
        Unreported incidents about which somebody asks advice, or sets a radar link [M].
    late_share : float
        Registrations that come 3 to 63 days late [M].
    corrected_share : float
        Reports whose severity is corrected 2 to 60 days later [M].
    severity_missing_share : float
        Reports without a recorded severity [M].
    system_change_on : date
        A new registration system, region after region in the following year; for 90 days registrations come late three
        times as often and severity is missing three times as often [M].
    """

    share: float = Field(0.0425, gt=0, lt=0.9)
    severity_ratio: float = Field(1.2, gt=0)
    kind_ratios: dict[str, float] = Field({
        "child_abuse": 1.0, "partner_violence": 1.0, "violence_against_parents": 0.9, "elder_abuse": 0.7, "other": 0.9,
    })  # fmt: skip
    region_log_sd: float = Field(0.27, ge=0)
    involvement_ratio: float = Field(2.1, gt=0)
    monitoring_ratio: float = Field(1.15, gt=0)
    fresh_ratio: float = Field(0.04, gt=0, le=1)
    protocol_on: date = date(2019, 1, 1)
    protocol_ratio: float = Field(1.10, gt=0)
    lockdowns: tuple[tuple[date, date], ...] = (
        (date(2020, 3, 16), date(2020, 6, 1)), (date(2020, 12, 15), date(2021, 4, 19)),
    )  # fmt: skip
    lockdown_ratio: float = Field(0.85, gt=0)
    calendar_ratio_per_year: float = Field(1.0, gt=0.8, lt=1.25)
    police_shares: dict[str, float] = Field({
        "child_abuse": 0.56, "partner_violence": 0.85, "violence_against_parents": 0.75, "elder_abuse": 0.35,
        "other": 0.65,
    })  # fmt: skip
    other_sources: dict[str, float] = Field({
        "health_care": 0.16, "mental_health": 0.09, "education": 0.13, "childcare": 0.02, "youth_care": 0.07,
        "other_professional": 0.29, "non_professional": 0.24,
    })  # fmt: skip
    again_share: float = Field(0.011, ge=0, le=0.9)
    again_mean_days: float = Field(4.0, gt=0)
    merge_days: int = Field(14, ge=0, le=90)
    advice_share: float = Field(0.015, ge=0, le=1)
    radar_share: float = Field(0.004, ge=0, le=1)
    late_share: float = Field(0.10, ge=0, le=1)
    corrected_share: float = Field(0.03, ge=0, le=1)
    severity_missing_share: float = Field(0.04, ge=0, le=1)
    system_change_on: date = date(2021, 7, 1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        check_keys("kind_ratios", self.kind_ratios, KINDS)
        check_ratios("kind_ratios", self.kind_ratios)
        check_keys("police_shares", self.police_shares, KINDS)
        check_shares("police_shares", self.police_shares)
        check_keys("other_sources", self.other_sources, SOURCES[1:])
        check_total("other_sources", self.other_sources)
        for start, end in self.lockdowns:
            if start > end:
                raise ConfigError("A lockdown starts before it ends", f"{start} to {end}", "give the first day first")
        return self
