"""Records: loading CSV files into an entity, and writing them from it."""
