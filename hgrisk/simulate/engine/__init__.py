"""The compiled walk through the days of each household: violence, detection, care and intervention."""
