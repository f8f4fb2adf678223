"""The one room that cuts time: what was known at a landmark, and nothing else."""
