"""What is done for a household, for whom, how late, and with which two effects."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from hgrisk.settings import Settings


class Effect(Settings):
    """Two effects, one on violence and one on its detection.

    Both are multipliers: full for ``days``, then their logarithm halves every ``fade_days``.

    Parameters
    ----------
    violence_ratio, detection_ratio : float
        Hazard ratio of violence, and ratio of the chance that violence is reported.
    days, fade_days : float
        Length of the full effect, and half-life of its logarithm afterwards.
    """

    violence_ratio: float = Field(1.0, gt=0, le=2)
    detection_ratio: float = Field(1.0, gt=0, le=3)
    days: float = Field(30, ge=1, le=3650)
    fade_days: float = Field(90, gt=0, le=3650)


class Intervention(Effect):
    """One intervention: given for a reason, with its two effects.

    Households do not compete for places: scarcity is a share of the reports, which differs between regions.

    Parameters
    ----------
    share : float
        Reports after which it is given, of those that can lead to it [M].
    slope : float
        How much the log odds of receiving it rise per SD of what was known about risk: confounding by indication.
    region_log_sd : float
        SD between regions of the log odds.
    wait_median_days, wait_sigma : float
        Lognormal days from the report or decision to the start: the source of immortal time.
    counted_from : {"report", "decision"}
        Where the wait starts; after the end of an involvement's assessment only an opened case has a decision.
    least_severity : int
        Least severity of the report.
    police_only, partner_only, children_only : bool
        Only after reports by the police; only for partners; only where children live.
    from_on : date
        First day on which it exists anywhere.
    rollout_days : int
        The regions start one after the other within this many days.
    """

    share: float = Field(0.1, ge=0, lt=1)
    slope: float = Field(0.6, ge=-3, le=3)
    region_log_sd: float = Field(0.3, ge=0)
    wait_median_days: float = Field(1, ge=0)
    wait_sigma: float = Field(0.6, ge=0)
    counted_from: Literal["report", "decision"] = "report"
    least_severity: int = Field(1, ge=1, le=5)
    police_only: bool = False
    partner_only: bool = False
    children_only: bool = False
    from_on: date = date(2000, 1, 1)
    rollout_days: int = Field(0, ge=0)


class Interventions(Settings):
    """Every intervention of the world; ``help`` is the local help that follows a handover: `care` says when it starts.

    Parameters
    ----------
    confounding : float
        Multiplies every slope.
    unseen_risk : float
        How much the log odds rise per unit of the household's log frailty: confounding that no table shows.
    detention_share, detention_median_days : float
        Arrests followed by detention, and its lognormal length, sigma 1.2 [M].
    detention_ratio : float
        Hazard ratio of violence during detention [M].
    breach_share : float
        Barring orders that are breached [M].
    """

    confounding: float = Field(1.0, ge=0, le=10)
    unseen_risk: float = Field(0.0, ge=0, le=10)
    detention_share: float = Field(0.2, ge=0, le=1)
    detention_median_days: float = Field(25, gt=0)
    detention_ratio: float = Field(0.1, gt=0, le=1)
    breach_share: float = Field(0.15, ge=0, le=1)
    arrest: Intervention = Intervention(
        violence_ratio=0.85, days=30, fade_days=90, share=0.18, slope=0.7, wait_median_days=0, least_severity=3,
        police_only=True,
    )  # fmt: skip
    barring_order: Intervention = Intervention(
        violence_ratio=0.75, detection_ratio=1.1, days=28, fade_days=75, share=0.16, slope=0.8, wait_median_days=0,
        least_severity=3, police_only=True, partner_only=True,
    )  # fmt: skip
    perpetrator_programme: Intervention = Intervention(
        violence_ratio=1.0, detection_ratio=1.05, days=180, fade_days=180, share=0.06, slope=0.5,
        wait_median_days=60, wait_sigma=0.7, counted_from="decision",
    )  # fmt: skip
    shelter: Intervention = Intervention(
        violence_ratio=0.5, days=90, fade_days=30, share=0.06, slope=0.9, wait_median_days=4, least_severity=3,
        partner_only=True,
    )  # fmt: skip
    multidisciplinary_approach: Intervention = Intervention(
        violence_ratio=0.9, detection_ratio=1.1, days=365, fade_days=180, share=0.04, slope=1.0,
        wait_median_days=45, counted_from="decision", from_on=date(2017, 1, 1), rollout_days=1460,
    )  # fmt: skip
    case_management: Intervention = Intervention(
        violence_ratio=0.95, detection_ratio=1.1, days=180, fade_days=90, share=0.10, slope=0.6,
        wait_median_days=30, counted_from="decision",
    )  # fmt: skip
    intensive_regie: Intervention = Intervention(
        violence_ratio=1.0, detection_ratio=1.15, days=365, fade_days=180, share=0.05, slope=1.2,
        wait_median_days=21, counted_from="decision", from_on=date(2018, 1, 1), rollout_days=1460,
    )  # fmt: skip
    trauma_care: Intervention = Intervention(
        violence_ratio=0.95, days=270, fade_days=270, share=0.05, slope=0.4, wait_median_days=90, wait_sigma=0.7,
        counted_from="decision", children_only=True,
    )  # fmt: skip
    help: Effect = Effect(violence_ratio=0.90, detection_ratio=1.05, days=180, fade_days=180)

    @property
    def each(self) -> list[Intervention]:
        """All of them in the order of `NAMES`, local help as one that nobody chooses."""
        chosen = [getattr(self, name) for name in NAMES[:HELP]]
        return [*chosen, Intervention(**self.help.model_dump(), share=0.0, slope=0.0, region_log_sd=0.0)]


NAMES = tuple(name for name, field in Interventions.model_fields.items() if field.annotation in {Intervention, Effect})
"""The interventions in the order of every array of them; ``help`` is the last."""

HELP = NAMES.index("help")
ARREST, BARRING_ORDER, SHELTER = (NAMES.index(name) for name in ("arrest", "barring_order", "shelter"))
