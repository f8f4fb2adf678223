"""Made-up case histories with known parameters."""
