"""The tests, by the kind of truth they are after."""
