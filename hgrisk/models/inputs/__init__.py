"""What all models read: the columns they learned from, and what a fit is given beside its rows."""
