"""The WSGI entry point."""

from helpdesk.app import create_app

app = create_app()
