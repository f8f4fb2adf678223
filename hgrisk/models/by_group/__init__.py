"""The parts of estimates by group: groups, their rows and subjects, step curves, and areas under these."""
