"""Classifiers of a re-report by each of a few horizons: what they share."""
