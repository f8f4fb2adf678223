"""Every classifier by horizon, trained on earlier landmarks, beside the true risk of later ones."""

from __future__ import annotations

import re
from datetime import date

import numpy as np

from hgrisk.dataset import SplitSettings
from hgrisk.evaluation.evaluate import evaluate
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.boosted_classifier import BoostedClassifier
from hgrisk.models.calibrated import Calibrated
from hgrisk.models.checklist_count import ChecklistCount
from hgrisk.models.elastic_net import ElasticNetLogistic
from hgrisk.models.explainable_boosting import ExplainableBoosting
from hgrisk.models.fitting import Fitting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.points_card import PointsCard
from hgrisk.models.report_count import ReportCount
from true_risk.measures import beside_truth
from true_risk.worlds import HORIZON, make, scenario

HOUSEHOLDS, DRAWS = 50_000, 200
FAMILIES = ("prior_violence", "household", "index_report")
"""Families that mean the same in all years: the register asks for signals of problems in its later years only."""
SPLIT = SplitSettings(on=date(2021, 1, 1))
TO_CALIBRATE = (
    "logistic, weak penalty", "elastic_net", "points_card", "explainable_boosting", "boosted_classifier",
)  # fmt: skip
COUNT = "prior_reports_730d"
ITEMS = {COUNT: 2.0, "prior_reports_180d": 1.0, "linked_reports_730d": 1.0, "reported_person_reports_ever": 1.0,
         "max_severity": 4.0, "household_children": 1.0}  # fmt: skip
AGAINST_OUTCOME = ("observed_expected", "calibration_intercept", "calibration_slope", "auc")
JUDGED = EvaluationSettings(horizons_days=(HORIZON,), metrics=AGAINST_OUTCOME, n_resamples=0)


def models():
    """Return the models by name; those that can be over-sure also with their risks calibrated.

    The logistic regression has its penalty chosen by cross-validation, and beside it the weak one of its default, under
    which 90 columns are learned too well: what calibration has to mend. The penalty of the elastic net is set by hand.
    """
    plain = {
        "logistic": ReReportLogistic(penalty="chosen"),
        "logistic, weak penalty": ReReportLogistic(),
        "elastic_net": ElasticNetLogistic(penalty=0.05),
        "points_card": PointsCard(),
        "report_count": ReportCount(count_feature=COUNT),
        "checklist_count": ChecklistCount(items=ITEMS),
        "explainable_boosting": ExplainableBoosting(),
        "boosted_classifier": BoostedClassifier(),
    }
    calibrated = {
        f"{name}; {method}": Calibrated(plain[name], method=method, folds=3 if name == "explainable_boosting" else 5)
        for name in TO_CALIBRATE
        for method in ("isotonic", "platt")
    }
    return plain | calibrated


def replicate(seed, chosen=None):
    """Return ``{(scenario, model, measure): value}`` of one world."""
    known = make(scenario("baseline", seed, HOUSEHOLDS), families=FAMILIES, n_draws=DRAWS)
    train, test = known.data.split(SPLIT)
    counts = known.of(test)
    told = np.isfinite(counts[:, 0])
    found = {}
    for name, model in models().items():
        if chosen and not re.fullmatch(chosen, name):
            continue
        fitted = Fitting(model, seed=seed)(train, (HORIZON,))
        risk = fitted.predict_cumulative_incidence(test.X[list(fitted.feature_names_in_)], [HORIZON])
        measures = beside_truth(risk[told, 0], counts[told, 0], counts[told, 1], DRAWS // 2)
        recorded = _against_outcome(test, risk, told)
        measures |= {f"outcome: {key}": value for key, value in recorded.items()}
        measures["mean_recorded"] = recorded["observed_expected"] * measures["mean_predicted"]
        measures["recorded_less_true"] = measures["mean_recorded"] - measures["mean_true"]
        found |= {("baseline", name, key): value for key, value in measures.items()}
    return found


def _against_outcome(test, risk, told):
    """Return the metrics of hgrisk on the same rows."""
    y, clusters = test.y_from_landmark[told], test.clusters[told]
    table = evaluate(y, y, risk[told], [HORIZON], clusters=clusters, settings=JUDGED).table
    return dict(zip(table["metric"], table["estimate"], strict=True))
