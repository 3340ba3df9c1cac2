"""The shortest honest programs that do by hand what ours do durably; all but insert_many run as processes."""
