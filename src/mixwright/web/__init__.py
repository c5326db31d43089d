"""What browsers are given, and who serves it."""
