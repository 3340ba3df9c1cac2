"""Mechanism without a word of calls or texts: consume, publish, dead letters, due times, tables, ops."""
