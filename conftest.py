"""Fixtures that several test files share."""

pytest_plugins = ("tests.explain.small_run",)
