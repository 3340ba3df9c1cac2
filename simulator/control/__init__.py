"""The side door: who calls and texts, what goes wrong, and what really happened."""
