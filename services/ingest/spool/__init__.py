"""What Kafka does not take for now, kept on this machine's disk: docs/decisions/020-the-spool.md."""
