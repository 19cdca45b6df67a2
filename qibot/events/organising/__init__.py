"""An event is changed, shared between organisers, and held at several places."""
