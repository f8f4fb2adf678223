"""Blocks come in order, few at a time, and nothing is made after the caller has stopped."""

import gc
import threading
import time
import weakref
from contextlib import closing

import pytest

from hgrisk.errors import ConfigError
from hgrisk.simulate import streaming
from hgrisk.simulate.streaming import stream_blocks


class Block:
    def __init__(self, number):
        self.number = number


def threads():
    return [one for one in threading.enumerate() if one.name.startswith("hgrisk-block")]


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("n_blocks", [0, 1, 7])
def test_blocks_come_in_order_also_when_later_ones_are_ready_first(workers, n_blocks):
    def make(number):
        time.sleep(0.002 * (number % 3 == 0))
        return number

    assert list(stream_blocks(make, n_blocks, workers)) == list(range(n_blocks))
    assert threads() == []


@pytest.mark.parametrize("workers", [1, 3])
def test_few_blocks_are_there_at_a_time(workers):
    lock, alive, most = threading.Lock(), weakref.WeakSet(), [0]

    def make(number):
        block = Block(number)
        with lock:
            alive.add(block)
            most[0] = max(most[0], len(alive))
        return block

    with closing(stream_blocks(make, 30, workers)) as blocks:
        for block in blocks:
            time.sleep(0.002)  # a slow reader: the makers run ahead as far as they may
            del block
            gc.collect(0)
    assert most[0] == workers + 1


def test_a_block_that_was_let_go_is_gone_while_the_next_one_is_awaited():
    gone = threading.Event()

    def make(number):
        if number == 1:
            assert gone.wait(timeout=5)
        return Block(number)

    with closing(stream_blocks(make, 2, 1)) as blocks:
        first = next(blocks)
        weakref.finalize(first, gone.set)
        del first
        assert next(blocks).number == 1


def test_blocks_are_made_at_the_same_time():
    both = threading.Barrier(2, timeout=10)

    def make(number):
        both.wait()
        return number

    assert list(stream_blocks(make, 4, 2)) == [0, 1, 2, 3]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interrupted_caller_ends_the_threads(error):
    made = []

    def run():
        with closing(stream_blocks(lambda number: made.append(number) or number, 1000, 2)) as blocks:
            for number in blocks:
                if number == 3:
                    raise error

    with pytest.raises(error):
        run()
    assert threads() == []
    n_made = len(made)
    assert n_made <= 3 + 1 + 2
    time.sleep(0.02)
    assert len(made) == n_made


def test_an_error_in_a_block_comes_through_in_its_turn():
    def make(number):
        if number == 2:
            raise ValueError("the third block")
        return number

    blocks = stream_blocks(make, 100, 3)
    assert [next(blocks), next(blocks)] == [0, 1]
    with pytest.raises(ValueError, match="the third block"):
        next(blocks)
    assert threads() == []


@pytest.mark.parametrize(
    ("processors", "workers", "n_blocks", "threads"),
    [(2, 100_000, 50, 8), (None, 9, 50, 4), (64, 100_000, 5, 5), (2, 3, 50, 3), (2, 3, 0, 1)],
)
def test_threads_are_no_more_than_blocks_or_than_processors_can_use(
    monkeypatch, processors, workers, n_blocks, threads
):
    given, pool = [], streaming.ThreadPoolExecutor
    monkeypatch.setattr(streaming.os, "cpu_count", lambda: processors)
    monkeypatch.setattr(streaming, "ThreadPoolExecutor", lambda n, **more: given.append(n) or pool(n, **more))
    assert list(stream_blocks(lambda number: number, n_blocks, workers)) == list(range(n_blocks))
    assert given == [threads]


def test_no_workers_is_refused():
    with pytest.raises(ConfigError) as caught:
        next(stream_blocks(lambda number: number, 3, 0))
    assert str(caught.value) == "Blocks are made by 1 worker or more, but found 0: give for example 2."
