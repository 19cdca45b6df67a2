"""Projects: who is on what across the network, registered in under a minute, stopped with thanks."""
