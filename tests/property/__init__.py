"""Properties that hold for every drawn example."""
