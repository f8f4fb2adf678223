"""Made-up landmarks with mixed columns, missing values, censoring and competing events."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hgrisk.surv import Surv


@pytest.fixture(scope="session")
def features() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    n = 900
    count = rng.poisson(1.2, n)
    return pd.DataFrame(
        {
            "prior_reports_ever": count,
            "days_since_last_report": np.where(count > 0, np.ceil(rng.exponential(300, n)), np.nan),
            "age_youngest_child": np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 18, n)),
            "children_present": rng.random(n) < 0.6,
            "region": rng.choice(["north", "south", "east", "tiny"], n, p=[0.5, 0.3, 0.195, 0.005]),
            "source": pd.Categorical(np.where(rng.random(n) < 0.1, None, rng.choice(["police", "school"], n))),
        },
        index=pd.Index([f"case-{i}" for i in range(n)], name="case_id"),
    )


@pytest.fixture(scope="session")
def outcome(features: pd.DataFrame) -> np.ndarray:
    rng = np.random.default_rng(2)
    n = len(features)
    relative = np.exp(0.5 * np.log1p(features["prior_reports_ever"]) + 0.3 * (features["region"] == "south"))
    re_report = np.ceil(rng.exponential(900 / relative))
    competing = np.ceil(rng.exponential(3000, n))
    censored = rng.integers(100, 1200, n)
    days = np.minimum(np.minimum(re_report, competing), censored)
    event = np.where(days == re_report, 1, np.where(days == competing, 2, 0))
    return Surv.from_arrays(event, days)
