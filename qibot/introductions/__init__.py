"""Introductions: two people put in touch once both have said yes, what became of it, and the kind word when not."""
