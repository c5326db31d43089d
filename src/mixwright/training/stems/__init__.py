"""Learning a console from multitracks: songs whose stems, summed as they are, make the artist's own mix.

`songs` finds them, `modules` renders tracker modules as stems, `measuring` hears every stem once and keeps what it
heard, `examples` disturbs them, `fit` trains the set model and `run` is all of it in one command.
"""
