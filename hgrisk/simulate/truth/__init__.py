"""What no register shows: the households as they are, every incident, and what each intervention would have done."""
