"""Sessions of people over a pool: real connections, real load."""
