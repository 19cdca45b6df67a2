"""Slack: messages as blocks, forms as modals."""
