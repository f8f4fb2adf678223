"""Public data next to the repository; tests that need them are skipped where they are absent."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def read() -> Callable[[str], pd.DataFrame]:
    def read_or_skip(name: str) -> pd.DataFrame:
        path = DATA / name
        if not path.exists():
            pytest.skip(f"../shared/data/{name} is absent")
        return pd.read_csv(path)

    return read_or_skip
