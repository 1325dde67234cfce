"""The channels, in the order in which choices show them: one line for each word of `models.tickets.Channel`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from helpdesk.channels import email
from helpdesk.channels.base import Channel
from helpdesk.models.tickets import Channel as ChannelName

CHANNELS: tuple[Channel, ...] = (
    Channel(ChannelName.PORTAL, _l("Portal"), "world"),
    Channel(ChannelName.EMAIL, _l("E-mail"), "mail", receive=email.receive),
    Channel(ChannelName.PHONE, _l("Phone"), "phone", is_spoken=True),
    Channel(ChannelName.WALK_IN, _l("Walk-in"), "walk", is_spoken=True),
    Channel(ChannelName.REMOTE_SESSION, _l("Remote session"), "screen-share", is_spoken=True),
    Channel(ChannelName.ON_SITE_VISIT, _l("On-site visit"), "map-pin", is_spoken=True),
    Channel(ChannelName.MESSENGER, _l("Messenger"), "message-circle"),
    Channel(ChannelName.API, _l("API"), "api"),
)


def channel_named(name: ChannelName) -> Channel:
    """The channel of this name."""
    return next(channel for channel in CHANNELS if channel.name is name)
