"""One precise call for help, to champions of a project's topics."""
