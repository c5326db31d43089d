"""Learning what a stem is: sounds to learn from, and the fit of the network in `model/roles.npz`."""
