"""What the means have to keep to, laid beside them.

Two are kept although they cannot hold in the scenarios as shipped, since they were asked first: re-reports do not drift
in ``drift``, where more reporting of less violence comes out even, and regions differ in the baseline too. The rows
beside them, one half of the drift at a time and regions that are alike, are the proof. A mean is held against its band
without regard to its standard error.
"""

from __future__ import annotations

import numpy as np

LOG, TREND = "mean log, observed_expected", "trend of log, observed_expected"
NEVER = np.inf

CRITERIA = (
    # proof, scenario, subject and measure (patterns of the whole name), at least, at most
    ("classifiers", ".*", ".*", "difference", -0.01, 0.01),
    ("classifiers", ".*", ".*", "slope", 0.9, 1.1),
    ("classifiers", ".*", ".*", "recorded_less_true", -0.005, 0.005),
    ("drift", "no drift", ".*", LOG, -0.02, 0.02),
    ("drift", "no drift", ".*", TREND, -0.01, 0.01),
    ("drift", "drift, reporting alone", ".*", f"{LOG}, less no drift", 0.02, NEVER),
    ("drift", "drift, violence alone", ".*", f"{LOG}, less no drift", -NEVER, -0.02),
    # reporting that rises by 4 % and violence that falls by 3 % a year leave re-reports as they are
    ("drift", "drift", ".*", f"{LOG}, less no drift", 0.02, NEVER),
    ("drift", "drift", ".*", "mean log, true violence / predicted, less no drift", -NEVER, -0.02),
    ("drift", ".*", "rolling, all years", "said less true, mean log", -0.01, 0.01),
    ("drift", ".*", "folds, pooled", "observed_expected", 0.98, 1.02),
    ("regional practice", "regions alike", ".*", "i2, observed_expected", 0.0, 50.0),
    ("regional practice", "regional_practice_only", ".*", "i2, observed_expected", 75.0, 100.0),
    ("regional practice", "regional_practice_only", ".*", "tau2, observed_expected, less regions alike", 0.01, NEVER),
    # the baseline has differences between regions of its own
    ("regional practice", "regional_practice_only", ".*", "tau2, observed_expected, less baseline", 0.005, NEVER),
    ("regional practice", "regional_practice_only", ".*", "prediction_lower, observed_expected", 0.0, 0.85),
    ("regional practice", "regional_practice_only", ".*", "prediction_upper, observed_expected", 1.15, NEVER),
    ("regional practice", "regional_practice_only", ".*", "correlation of log O/E with log detection", 0.8, 1.0),
    ("regional practice", "regional_practice_only", ".*", "SD of log, true violence", 0.0, 0.02),
    ("regional practice", ".*", "folds, pooled", "observed_expected", 0.98, 1.02),
)


def with_criteria(table):
    """Return the table with ``at_least``, ``at_most`` and ``holds``, empty where nothing is asked of a mean.

    >>> import pandas as pd
    >>> row = {"proof": "classifiers", "scenario": "baseline", "subject": "logistic", "measure": "slope", "mean": 0.8}
    >>> with_criteria(pd.DataFrame([row]))[["at_least", "at_most", "holds"]].values.tolist()
    [[0.9, 1.1, False]]
    """
    table = table.assign(at_least=np.nan, at_most=np.nan, holds="")
    for *names, at_least, at_most in CRITERIA:
        chosen = np.ones(len(table), dtype=bool)
        for column, name in zip(("proof", "scenario", "subject"), names, strict=False):
            chosen &= table[column].str.fullmatch(name)
        chosen &= table["measure"].eq(names[3])
        if not chosen.any():
            continue
        table["holds"] = table["holds"].astype(object).mask(chosen, table["mean"].between(at_least, at_most))
        table.loc[chosen, ["at_least", "at_most"]] = at_least, at_most
    return table
