"""What is fed: one business, as many callers as wanted, and what is said of their calls at each stage."""
