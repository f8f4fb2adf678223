"""Every model by the name that an experiment file uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hgrisk.models.base_rate import BaseRate
from hgrisk.models.cox import CoxRegression
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.prior_count import PriorCount
from hgrisk.models.prior_count_recency import PriorCountRecency
from hgrisk.models.protocol import SurvivalModel

MODELS: Mapping[str, type[SurvivalModel]] = MappingProxyType(
    {
        "base_rate": BaseRate,
        "prior_count": PriorCount,
        "prior_count_recency": PriorCountRecency,
        "cox": CoxRegression,
        "logistic": ReReportLogistic,
    }
)
"""Model class by name."""

_STORED: tuple[type, ...] = (FeaturePreparer, *MODELS.values())

TRUSTED_TYPES: tuple[str, ...] = tuple(sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in _STORED))
"""All that skops needs to be told to trust to load any fitted model; the rest is numbers and text."""
