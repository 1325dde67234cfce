"""Every route has a guard, or is on the short list of those that need none."""

from __future__ import annotations

from flask import Flask

OPEN = {
    "health.show", "auth.root", "auth.sign_in", "auth.create_session", "auth.end_session", "auth.reset",
    "auth.create_reset", "auth.invitation", "auth.choose_password", "auth.first_run", "auth.begin_desk",
    "preferences.update", "feeds.show", "walls.show",
    # the knowledge base: the scope of articles decides what each reader finds, signed in or not
    "kb.index", "kb.search", "kb.category", "kb.product", "kb.show", "kb.by_number", "kb.paper", "kb.pdf", "kb.file",
    "kb.vote", "kb.suggestions", "kb.feed", "kb.sitemap", "kb.sitemap_part", "robots.robots",
}  # fmt: skip
# Development pages exist only while the desk listens to its own machine; the API checks its bearer token.
OTHERWISE = ("dev.", "api", "v1")


def test_every_page_is_guarded_or_known_to_be_open(settled_app: Flask) -> None:
    unguarded = set()
    for rule in settled_app.url_map.iter_rules():
        if rule.endpoint in OPEN or rule.endpoint.startswith(OTHERWISE):
            continue
        blueprint = rule.endpoint.rpartition(".")[0]
        guards = [f for f in settled_app.before_request_funcs.get(blueprint, ()) if getattr(f, "is_guard", False)]
        if not guards:
            unguarded.add(rule.endpoint)

    assert unguarded == set()


def test_no_address_holds_a_verb_of_change_by_get(settled_app: Flask) -> None:
    for rule in settled_app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if methods == {"GET"}:
            assert not any(word in rule.rule for word in ("/delete", "/remove", "/create")), rule
