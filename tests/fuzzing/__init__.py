"""A random attacker: SQL as ordinary people speak it, against the oracle."""
