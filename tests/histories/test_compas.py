"""The Broward County set, read through a mapping with nothing but TOML."""

from pathlib import Path

import pytest

from hgrisk.histories.case_histories import CaseHistories

DATA = Path(__file__).parents[3] / "shared" / "data" / "compas"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/compas is not there")

MAPPING = """
name = "broward"
extracted_on = 2016-04-01

[[source]]
table = "events"
file = "events.parquet"
extra = "all"
[source.columns]
case_id = "person_id"
kind = "event_type"
occurred_on = "event_date"
ended_on = "end_date"

[[source]]
table = "cases"
file = "persons.csv"
extra = ["race"]
[source.columns]
case_id = "person_id"
observed_until = "followup_end"
"""


@pytest.fixture(scope="module")
def histories(tmp_path_factory) -> CaseHistories:
    path = tmp_path_factory.mktemp("mapping") / "broward.toml"
    path.write_text(MAPPING)
    return CaseHistories.read(DATA, path)


def test_every_row_is_accounted_for(histories):
    events, persons = histories.account.table.rows(named=True)
    assert (events["read"], events["merged"]) == (54_413, 1)
    assert events["used"] == events["read"] - 1 - events["excluded"] - events["quarantined"]
    assert persons == {**persons, "read": 11_757, "used": 11_757}


def test_the_known_traps(histories):
    reasons = {row[1:3]: row[3] for row in histories.account.reasons.rows()}
    assert reasons["quarantined", "ends before it starts"] == 1
    assert reasons["merged", "exact duplicate of an earlier row"] == 1
    spells = histories.events.filter(kind="prison_spell")
    assert 0 < spells["ended_on"].null_count() < spells.height


def test_identifiers_link_the_number_and_the_text(histories):
    assert histories.account.unused.filter(reason="case_id is not among the cases").is_empty()
    assert histories.events["case_id"].n_unique() <= histories.cases.height == 11_757
