"""Figures: `./qi bench NAME`. Each measures the real thing in processes of its own, and writes to out/bench."""
