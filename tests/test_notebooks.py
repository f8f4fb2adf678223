"""The notebooks run from the first cell to the last, and are kept without output."""

import re
from pathlib import Path

import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 300
SHOWN = {"first_look": "uno_c", "survival_models": "hazard_ratio"}
"""What tells that a notebook came to its results."""

IDENTIFIER = re.compile(r"\b(?:H\d{10}|P\d{10}|E\d{12}|F\d{5}-\d+)\b")
"""What the identifiers of the synthetic data look like."""

pytestmark = pytest.mark.skipif(not NOTEBOOKS, reason="there is no notebook yet")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_it_is_valid_and_is_kept_without_output(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 3
    assert [cell.source for cell in cells if cell.outputs or cell.execution_count is not None] == []
    assert "attachments" not in path.read_text(encoding="utf-8")
    assert "/home/" not in path.read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_runs_and_shows_no_identifier(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=LONGEST_CELL, kernel_name="python3")
    client.execute(cwd=str(path.parent))
    shown = str([cell.get("outputs", []) for cell in notebook.cells])
    assert SHOWN[path.stem] in shown
    events = pl.read_parquet(path.parents[1] / "data" / "synthetic" / "observed" / "events.parquet")
    for column in ("event_id", "case_id", "person_id"):
        assert all(map(IDENTIFIER.search, events[column].drop_nulls()))  # it would be found
    assert IDENTIFIER.findall(shown) == []
