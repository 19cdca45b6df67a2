"""Proofs of what qibot promises, with real processes, real HTTP and real databases: `./qi prove`."""
