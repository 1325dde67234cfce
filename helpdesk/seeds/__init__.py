"""The demo desk: who takes part (`cast`), what happened to them (`stories`), told in the shape of `story`.

Everything here is invented and is plain data of the standard library; nothing of it knows the database or the date.
"""
