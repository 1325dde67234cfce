"""What holds of every channel."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from helpdesk.channels import CHANNELS, channel_named
from helpdesk.channels.base import Channel
from helpdesk.models.tickets import Channel as ChannelName

SPRITE = Path(__file__).parents[2] / "helpdesk" / "web" / "static" / "icons" / "sprite.svg"

every_channel = pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name.value)


def test_every_word_of_the_vocabulary_is_one_channel() -> None:
    assert [channel.name for channel in CHANNELS] == list(ChannelName)


@every_channel
def test_a_channel_is_found_by_its_name(channel: Channel) -> None:
    assert channel_named(channel.name) is channel


@every_channel
def test_a_channel_has_a_label_that_waits_for_its_reader(channel: Channel, app: Flask) -> None:
    with force_locale("en"):
        assert str(channel.label)


@every_channel
def test_the_icon_of_a_channel_is_in_the_sprite(channel: Channel) -> None:
    assert f'id="{channel.icon}"' in SPRITE.read_text(encoding="utf-8")


@every_channel
def test_nothing_arrives_by_itself_on_a_spoken_channel(channel: Channel) -> None:
    assert not (channel.is_spoken and channel.receive)


def test_four_channels_are_spoken() -> None:
    spoken = {channel.name for channel in CHANNELS if channel.is_spoken}

    assert spoken == {ChannelName.PHONE, ChannelName.WALK_IN, ChannelName.REMOTE_SESSION, ChannelName.ON_SITE_VISIT}
