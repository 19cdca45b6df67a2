"""Microsoft Teams: messages as Adaptive Cards, forms as cards with inputs."""
