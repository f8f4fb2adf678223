"""Every model by the name that an experiment file uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hgrisk.models.aalen_johansen import AalenJohansen
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.boosted_classifier import BoostedClassifier
from hgrisk.models.boosted_hazard import BoostedHazard
from hgrisk.models.calibrated import Calibrated
from hgrisk.models.checklist_count import ChecklistCount
from hgrisk.models.cox import CoxRegression
from hgrisk.models.discrete_time import DiscreteTimeHazard
from hgrisk.models.elastic_net import ElasticNetLogistic
from hgrisk.models.explainable_boosting import ExplainableBoosting
from hgrisk.models.fine_gray import FineGray
from hgrisk.models.flexible_parametric import FlexibleParametric
from hgrisk.models.illness_death import MultiState
from hgrisk.models.kaplan_meier import KaplanMeier
from hgrisk.models.landmark_supermodel import LandmarkSupermodel
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.mean_cumulative import MeanCumulativeFunction
from hgrisk.models.mixture_cure import MixtureCure
from hgrisk.models.parametric import ParametricSurvival
from hgrisk.models.piecewise_exponential import PiecewiseExponential
from hgrisk.models.points_card import PointsCard
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.prior_count import PriorCount
from hgrisk.models.prior_count_recency import PriorCountRecency
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.recurrent_cox import RecurrentCox
from hgrisk.models.report_count import ReportCount
from hgrisk.models.restricted_mean import RestrictedMean
from hgrisk.models.shared_frailty import SharedFrailtyCox

MODELS: Mapping[str, type[SurvivalModel]] = MappingProxyType(
    {
        "base_rate": BaseRate,
        "prior_count": PriorCount,
        "prior_count_recency": PriorCountRecency,
        "cox": CoxRegression,
        "logistic": ReReportLogistic,
        "report_count": ReportCount,
        "checklist_count": ChecklistCount,
        "elastic_net": ElasticNetLogistic,
        "points_card": PointsCard,
        "explainable_boosting": ExplainableBoosting,
        "boosted_classifier": BoostedClassifier,
        "aalen_johansen": AalenJohansen,
        "boosted_hazard": BoostedHazard,
        "discrete_time": DiscreteTimeHazard,
        "fine_gray": FineGray,
        "flexible_parametric": FlexibleParametric,
        "mixture_cure": MixtureCure,
        "parametric": ParametricSurvival,
        "piecewise_exponential": PiecewiseExponential,
    }
)
"""Model class by name."""

OF_ROWS_OF_THEIR_OWN: tuple[type, ...] = (LandmarkSupermodel, MultiState, RecurrentCox, SharedFrailtyCox)
"""Models that take several rows a landmark or case, and so cannot stand in an experiment."""

OF_OTHER_MODELS: tuple[type, ...] = (Calibrated,)
"""Models that wrap one that is given to them."""

OF_CURVES: tuple[type, ...] = (KaplanMeier, MeanCumulativeFunction, RestrictedMean)
"""Estimates by group that are stored like models; they take no competing events, or give no probability."""

_STORED: tuple[type, ...] = (FeaturePreparer, *MODELS.values(), *OF_ROWS_OF_THEIR_OWN, *OF_OTHER_MODELS, *OF_CURVES)

TRUSTED_TYPES: tuple[str, ...] = tuple(sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in _STORED))
"""All that skops needs to be told to trust to load any fitted model; the rest is numbers and text."""
