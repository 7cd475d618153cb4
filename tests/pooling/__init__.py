"""Pools of connections and PgBouncer."""
