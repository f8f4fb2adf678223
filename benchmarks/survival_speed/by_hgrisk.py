"""hgrisk, as its users would call it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.evaluation.metrics import harrell_c, uno_c
from hgrisk.evaluation.sample import Sample
from hgrisk.hazards.bootstrap import bootstrap_cox
from hgrisk.hazards.fit import CoxRows
from hgrisk.models.cox import CoxRegression
from hgrisk.models.kaplan_meier import KaplanMeier
from hgrisk.surv import Surv

NAME = "hgrisk"
PACKAGE = "hgrisk"
N_DRAWS = 200


def cox(data, cluster=None, entry=None):
    y = Surv.from_arrays(data["event"], data["end"], entry)
    model = CoxRegression(prepare=False).fit(data["X"], y, cluster=cluster)
    return [model.coef_, model.summary_["se"]]


def bootstrap(data):
    rows = CoxRows(data["X"], data["end"], data["event"])
    return np.sqrt(np.diag(bootstrap_cox(rows, data["cluster"], n_draws=N_DRAWS).covariance()))


def kaplan_meier(data):
    y = Surv.from_arrays(data["event"], data["end"])
    model = KaplanMeier(by="group").fit(pd.DataFrame({"group": data["group"]}), y)
    return model.predict_survival(pd.DataFrame({"group": np.arange(25)}), [90])


def concordance(data, metric=harrell_c.METRIC):
    y = Surv.from_arrays(data["event"], data["end"])
    horizon = float(data["end"][data["event"]].max())
    score = data["X"][:, :1]
    return metric.estimate(Sample.build(y, y, (score - score.min()) / np.ptp(score), [horizon]), horizon)


TASKS = {
    "cox_ties": cox,
    "cox_continuous": cox,
    "cox_plain": cox,
    "cox_clusters": lambda data: cox(data, data["cluster"]),
    "cox_start_stop": lambda data: cox(data, data["cluster"], data["entry"]),
    "bootstrap": bootstrap,
    "kaplan_meier": kaplan_meier,
    "concordance": concordance,
    "uno_c": lambda data: concordance(data, uno_c.METRIC),
}
