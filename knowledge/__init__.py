"""The facts, and the code that reads, checks, stores, finds and renders them."""
