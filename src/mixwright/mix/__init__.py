"""The sentence: a mix goes in, a balanced and explained mix comes out."""
