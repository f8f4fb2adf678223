"""What Veilig Thuis and local help do after a report, and how long it takes."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from hgrisk.settings import Settings
from hgrisk.simulate.parameters.number_tables import check_keys, check_total

DECISIONS = (
    "investigation", "conditions_and_follow_up", "handover_local_team", "handover_current_help",
    "handover_multidisciplinary_team", "end",
)  # fmt: skip
HOLDERS = ("local_team", "veilig_thuis", "youth_care", "police_and_justice", "unknown")


class Care(Settings):
    """The chain from report to help.

    Parameters
    ----------
    assessment_median_days, assessment_sigma : float
        Lognormal number of working days from receipt to safety assessment, without backlog; the norm is 5 [D].
    acute_median_days : float
        The same for acute cases, which go first and meet no backlog [M].
    backlog_log_sd, backlog_log_growth : float
        SD of the log backlog between regions and half-years, and its growth per year since 2019 [M].
    involvement_median_days, involvement_sigma : float
        Lognormal length of an involvement [D].
    decision_shares : dict
        What the assessment decides [M].
    plan_share : float
        Involvements with a safety plan [M].
    accepted_share : float
        Handovers that are accepted [M].
    accept_median_days : float
        Lognormal days until then, sigma 0.8 [M].
    waiting_median_days, waiting_sigma : float
        Lognormal days from handover to first contact [D].
    waiting_region_log_sd : float
        SD between regions of the log waiting time [M].
    contact_share : float
        Accepted handovers after which help ever makes contact [M].
    holder_shares : dict
        Who holds *regie* after the handover [M].
    monitoring_share : float
        Involvements followed by monitoring 3, 12 and 18 months after the decision [M].
    """

    assessment_median_days: float = Field(7.0, gt=0)
    assessment_sigma: float = Field(0.8, gt=0)
    acute_median_days: float = Field(1.5, gt=0)
    backlog_log_sd: float = Field(0.3, ge=0)
    backlog_log_growth: float = Field(0.05, ge=-1, le=1)
    involvement_median_days: float = Field(92, gt=0)
    involvement_sigma: float = Field(0.9, gt=0)
    decision_shares: dict[str, float] = Field({
        "investigation": 0.08, "conditions_and_follow_up": 0.14, "handover_local_team": 0.36,
        "handover_current_help": 0.22, "handover_multidisciplinary_team": 0.04, "end": 0.16,
    })  # fmt: skip
    plan_share: float = Field(0.45, ge=0, le=1)
    accepted_share: float = Field(0.85, ge=0, le=1)
    accept_median_days: float = Field(9, gt=0)
    waiting_median_days: float = Field(35, gt=0)
    waiting_sigma: float = Field(0.8, gt=0)
    waiting_region_log_sd: float = Field(0.3, ge=0)
    contact_share: float = Field(0.8, ge=0, le=1)
    holder_shares: dict[str, float] = Field({
        "local_team": 0.5, "veilig_thuis": 0.08, "youth_care": 0.15, "police_and_justice": 0.02, "unknown": 0.25,
    })  # fmt: skip
    monitoring_share: float = Field(0.26, ge=0, le=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, wanted in (("decision_shares", DECISIONS), ("holder_shares", HOLDERS)):
            check_keys(name, getattr(self, name), wanted)
            check_total(name, getattr(self, name))
        return self
