"""What the user sees: tables, colours, JSON."""
