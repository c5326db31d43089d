"""The loop that closes: a challenger from new music and preferences, a gate, a champion, and back if need be."""
