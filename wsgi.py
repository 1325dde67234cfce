"""The WSGI entry point."""

import gc

gc.disable()  # nothing that is imported is garbage, and looking for some is a fifth of the start

from helpdesk.app import create_app  # noqa: E402

app = create_app()

gc.freeze()  # all of it stays, so that no request pauses while it is looked through
gc.enable()
