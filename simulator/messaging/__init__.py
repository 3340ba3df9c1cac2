"""Texts: taken from the API or from a handset, kept, carried, answered for."""
