"""What goes wrong on demand: a table of named behaviours, and the book of those ordered."""
