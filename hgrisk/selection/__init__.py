"""Choosing among candidates on training landmarks alone: folds in order of time, and the one-standard-error rule."""
