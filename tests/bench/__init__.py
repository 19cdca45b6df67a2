"""Figures: `./qi bench NAME`. Each measures the real thing in processes of its own, and writes what it found to out/."""
