"""The outbox: everything that is said unasked passes here, once, to someone we may write to, in their hours."""
