"""Case histories: the only door for raw data."""
