"""The shortest honest programs that do by hand the same durable work as ours; each runs as a process."""
