"""Reports of misuse: one of two people about the other, for the organisers of the network."""
