"""Keys are shared out once each, however many landmarks they have."""

import numpy as np
import pytest

from hgrisk.features.engine import threads


@pytest.mark.parametrize("cores", [1, 2, 5])
@pytest.mark.parametrize("moments", [[0], [3, 0, 5], [90_000, 1, 2], [10] * 9_000])
def test_every_key_is_worked_on_once(monkeypatch, cores, moments):
    monkeypatch.setattr(threads.os, "cpu_count", lambda: cores)
    done = np.zeros(len(moments), dtype=int)

    def work(first, last):
        done[first:last] += 1

    threads.share_out(work, np.concatenate([[0], np.cumsum(moments)]))
    assert (done == 1).all()


def test_an_error_in_a_thread_is_raised(monkeypatch):
    monkeypatch.setattr(threads.os, "cpu_count", lambda: 2)

    def work(first, last):
        raise ValueError(f"{first} {last}")

    with pytest.raises(ValueError, match="0 "):
        threads.share_out(work, np.array([0, 30_000, 60_000]))
