"""How violence follows upon violence, before anybody notices it."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from hgrisk.settings import Settings
from hgrisk.simulate.parameters.number_tables import check_keys, check_ratios, check_total
from hgrisk.simulate.parameters.population import KINDS, SIGNALS

COVARIATES = (*SIGNALS, "under_25", "children")
"""The fixed covariates of the hazard of violence, in the order of every array of them."""


class Violence(Settings):
    """The point process of each relation.

    The hazard of a relation, ``g`` days after its last incident, is ``rate_per_year * Z * exp(x'beta) * region *
    h(g) * dependence * separation * interventions``, with ``h(g) = lasting + (1 - lasting) exp(-g / front_days)``.

    Parameters
    ----------
    rate_per_year : float
        Hazard just after an incident, at frailty and multipliers 1 [D].
    front_days, lasting : float
        How fast the hazard falls after an incident, and to which share of its height [D].
    frailty_variance : float
        Variance of the gamma frailty of a household, mean 1 [D].
    dependence_ratio : float
        Hazard ratio per earlier incident of the relation, up to ``dependence_limit`` of them: event dependence [M].
    dependence_limit : int
        Number of incidents that count.
    stop_rate : float
        Chance per year that the violence in a relation stops for good [D].
    brief_share, brief_days : float
        Households with one crisis, whose violence stops for good after so many days on average; the others are chronic:
        a mixture, as the field's curves suggest [D].
    second_relation_ratio : float
        Hazard ratio of a second relation [M].
    hazard_ratios : dict
        Hazard ratio of each fixed covariate [M].
    kind_ratios : dict
        Hazard ratio of each kind of violence [M].
    separation_ratio : float
        Hazard ratio at its height, 30 to 180 days after a separation; half its logarithm in the 30 days before and the
        185 after [M].
    breach_ratio : float
        Hazard ratio in the year after a breach of a barring order [M].
    region_log_sd : float
        SD between regions of the log hazard of violence [M].
    witness_share : float
        Incidents between partners that a child of the household witnesses, and so are of two kinds [M].
    severity_shares : tuple of 5 floats
        Severity 1 to 5 of an incident where it does not escalate [M].
    escalating_share, escalation : float
        Households in which severity rises, and by how much from incident to incident [M].
    calendar_ratio_per_year : float
        Hazard ratio per calendar year since the start of registration.
    """

    rate_per_year: float = Field(4.2, gt=0, le=50)
    front_days: float = Field(86, gt=0)
    lasting: float = Field(0.21, gt=0, le=1)
    frailty_variance: float = Field(0.3, gt=0, le=10)
    dependence_ratio: float = Field(1.0, ge=1, le=2)
    dependence_limit: int = Field(3, ge=1, le=20)
    stop_rate: float = Field(0.0815, ge=0)
    brief_share: float = Field(0.5, ge=0, lt=1)
    brief_days: float = Field(60, gt=0)
    second_relation_ratio: float = Field(0.35, gt=0)
    hazard_ratios: dict[str, float] = Field({
        "alcohol": 1.3, "drugs": 1.4, "threats": 1.2, "coercive_control": 1.3, "unemployment": 1.2, "under_25": 1.2,
        "children": 1.15,
    })  # fmt: skip
    kind_ratios: dict[str, float] = Field({
        "child_abuse": 1.0, "partner_violence": 1.1, "violence_against_parents": 1.1, "elder_abuse": 0.8, "other": 0.9,
    })  # fmt: skip
    separation_ratio: float = Field(1.3, ge=1, le=10)
    breach_ratio: float = Field(1.6, ge=1, le=10)
    region_log_sd: float = Field(0.14, ge=0)
    witness_share: float = Field(0.35, ge=0, le=1)
    severity_shares: tuple[float, float, float, float, float] = (0.22, 0.34, 0.26, 0.13, 0.05)
    escalating_share: float = Field(0.12, ge=0, le=1)
    escalation: float = Field(0.02, ge=0)
    calendar_ratio_per_year: float = Field(1.0, gt=0.8, lt=1.25)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, wanted in (("hazard_ratios", COVARIATES), ("kind_ratios", KINDS)):
            check_keys(name, getattr(self, name), wanted)
            check_ratios(name, getattr(self, name))
        check_total("severity_shares", dict(zip("12345", self.severity_shares, strict=True)))
        return self
