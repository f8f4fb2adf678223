"""Events as numbers."""

import numpy as np
import pytest

from hgrisk.simulate.observed.rows import CODES, EVENT_KINDS, KIND, NONE, ROW, choose, code_places, make_rows
from hgrisk.simulate.parameters.interventions import HELP, NAMES
from hgrisk.simulate.records import NEVER


def test_names_stand_once_and_fit_their_fields():
    for names in (EVENT_KINDS, CODES):
        assert len(set(names)) == len(names) < np.iinfo(np.int8).max
    assert set(NAMES[:HELP]) < set(EVENT_KINDS)
    assert "help" not in EVENT_KINDS
    assert EVENT_KINDS[KIND["death"]] == "death"


def test_what_is_not_given_is_blank():
    rows = make_rows(KIND["advice"], np.array([1, 2]), np.array([10, 20]), source=np.array([3, 4]))
    assert rows["source"].tolist() == [3, 4]
    assert rows["occurred"].tolist() == [10, 20]
    for name in ("code", "severity", "value", "person", "exposed", "report"):
        assert (rows[name] == NONE).all()
    for name in ("known", "ended", "corrected"):
        assert (rows[name] == NEVER).all()
    assert not rows["first"].any()
    assert not rows["further"].any()


def test_an_unknown_field_is_refused():
    with pytest.raises(ValueError, match="no field of name colour"):
        make_rows(0, np.array([1]), np.array([1]), colour=1)


def test_choose_keeps_order():
    rows = make_rows(0, np.arange(5), np.arange(5))
    assert choose(rows, rows["home"] % 2 == 0)["home"].tolist() == [0, 2, 4]


def test_a_record_has_no_gaps():
    assert ROW.itemsize == sum(ROW[name].itemsize for name in ROW.names)  # else equal rows differ in what is between


def test_code_places_point_to_their_names():
    assert [CODES[place] for place in code_places(("end", "other"))[:-1]] == ["end", "other"]
