"""The attack suite: what an ordinary person tries, and what each defence is there for."""
