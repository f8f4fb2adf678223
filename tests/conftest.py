"""Hypothesis for all tests: the same examples every time, and no deadline, because a first call compiles or imports."""

from hypothesis import settings

settings.register_profile("hgrisk", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("hgrisk")
