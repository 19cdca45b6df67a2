"""What organisers of rounds see: a rehearsal, what they agreed to, and how it went."""
