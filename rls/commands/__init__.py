"""The commands, a module a topic: each parses, calls, prints and chooses the exit code."""
