"""Clients people use, each as two different people: everybody sees exactly what the oracle says."""
