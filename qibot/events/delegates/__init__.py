"""People on a list are asked whether they were, or are coming, there, and say so themselves."""
