"""Browsers of the cast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.cast import Cast
from tests.page import Client


@pytest.fixture
def browser_of(app: Flask, cast: Cast) -> Callable[[str], Client]:
    """`browser_of("ona")`: her browser, signed in."""
    homes = {"jonas": "klinika", "lena": "klinika", "egle": "klinika", "marek": "strangers"}

    def open_for(name: str) -> Client:
        return Client(app).sign_in(f"{name}@{homes.get(name, 'desk')}.example")

    return open_for
