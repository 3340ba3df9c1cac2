"""`missedcall dead-letters`: what could not be handled, and how it gets its second chance."""
