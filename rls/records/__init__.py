"""Records: loading CSV files into an entity."""
