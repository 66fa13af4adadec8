"""What speaks for and against "this was meant instead", as numbers for the model.

Counts enter as log(1 + n), times as log(1 + days). The names stand in the order of the numbers; the
model's table repeats them, so that a table of another make is refused.
"""
