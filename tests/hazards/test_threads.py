"""Work side by side: in order, within work, and with the error of any part."""

import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from hgrisk.hazards import threads
from hgrisk.hazards.threads import side_by_side


@pytest.fixture(autouse=True)
def two_processors(monkeypatch):
    monkeypatch.setattr(threads, "PROCESSORS", 2)


def test_results_come_in_order_whoever_does_the_work():
    assert side_by_side(lambda part: part * 10, range(50)) == list(range(0, 500, 10))
    assert side_by_side(lambda part: part, []) == []


def test_two_parts_are_under_way_at_once():
    meeting = threading.Barrier(2, timeout=10)
    side_by_side(lambda _: meeting.wait(), [1, 2])
    assert not meeting.broken


def test_work_within_work_does_not_lock_up():
    def inner(part):
        return sum(side_by_side(lambda other: other + part, range(20)))

    assert side_by_side(inner, range(30)) == [190 + 20 * part for part in range(30)]


@pytest.mark.parametrize("bad", range(4))
def test_an_error_of_any_part_reaches_the_caller(bad):
    def work(part):
        if part == bad:
            raise ValueError("part")
        return part

    with pytest.raises(ValueError, match="part"):
        side_by_side(work, range(4))
    assert side_by_side(lambda part: part, range(4)) == [0, 1, 2, 3]


def test_one_processor_does_all_itself(monkeypatch):
    monkeypatch.setattr(threads, "PROCESSORS", 1)
    caller = threading.get_ident()
    assert side_by_side(lambda _: threading.get_ident(), range(3)) == [caller] * 3


def double_all(parts):
    return side_by_side(lambda part: part * 2, parts)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of Python 3.12, for any fork with threads
def test_a_forked_process_has_threads_of_its_own():
    side_by_side(lambda part: part, range(4))
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        assert pool.submit(double_all, list(range(4))).result(timeout=60) == [0, 2, 4, 6]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nobody_begins_another_part_after_an_error(error):
    done = []

    def work(part):
        if part == 1:
            raise error
        time.sleep(0.02)
        done.append(part)

    with pytest.raises(error):
        side_by_side(work, range(40))
    assert len(done) < 5
