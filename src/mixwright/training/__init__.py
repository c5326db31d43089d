"""Learning from music: a chain that gradients pass through, and what is to be made small.

Everything below needs PyTorch (`pip install "mixwright[train]"`); importing this package alone loads none of it.
"""
