"""The sprite of icons: the drawings of the names that templates and code use, and no others.

    python deploy/icons.py            # draw the sprite anew from the locked @tabler/icons (needs npm)
    python deploy/icons.py --check    # every name used is drawn, and nothing else (no npm)

A name counts as used when it stands literally

- in a template, as the first argument of `icon`, `sign` or `signed`, as `icon="…"` in a call or as a macro's default,
  as the value of "icon" in a table, or among the values of a table whose name ends in `_icons`;
- in Python, as `icon="…"` in a call, as a class's `icon`, as the value of "icon" in a table, or among the values of a
  table whose name ends in `_ICONS`.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes
from vendor import ROOT, STATIC, Archive, VendorError, locked

SPRITE = STATIC / "icons" / "sprite.svg"
CALLS = {"icon", "sign", "signed"}


def main(arguments: list[str] | None = None) -> int:
    """Draw the sprite or compare it with the names used; 0 when they agree, 1 otherwise."""
    parser = argparse.ArgumentParser(description="The sprite of icons, drawn from @tabler/icons.")
    parser.add_argument("--check", action="store_true", help="compare the names used with the names drawn, without npm")
    options = parser.parse_args(arguments)
    try:
        used = names_used()
        if options.check:
            compare(used)
        else:
            SPRITE.write_text(draw(sorted(used), Archive.of(locked("@tabler/icons"))), encoding="utf-8")
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def names_used() -> dict[str, Path]:
    """Every icon name with one of the files that use it."""
    used: dict[str, Path] = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        used |= dict.fromkeys(_names_in_template(path), path)
    for path in sorted((ROOT / "helpdesk").rglob("*.py")):
        used |= dict.fromkeys(_names_in_python(path), path)
    return used


def compare(used: dict[str, Path]) -> None:
    """Raise VendorError that lists the names without a drawing and the drawings without a name."""
    drawn = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8"))) if SPRITE.exists() else set()
    wrong = [
        f"{path.relative_to(ROOT)}: {name} is not in the sprite" for name, path in used.items() if name not in drawn
    ]
    wrong += [f"{SPRITE.relative_to(ROOT)}: {name} is used nowhere" for name in drawn - used.keys()]
    if wrong:
        raise VendorError("\n".join([*sorted(wrong), "Draw the sprite anew: python deploy/icons.py"]))


def draw(names: list[str], archive: Archive) -> str:
    """The sprite as SVG text; VendorError if a name has no drawing in the package."""
    unknown = [name for name in names if f"icons/outline/{name}.svg" not in archive.contents]
    if unknown:
        raise VendorError(f"{archive.name} has no icon called {', '.join(unknown)}")
    head = f"<!-- {archive.name} {archive.version}, licence {archive.licence}, see LICENSE; by deploy/icons.py -->"
    symbols = [_symbol(name, archive.read(f"icons/outline/{name}.svg").decode()) for name in names]
    return "\n".join([head, '<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


def _symbol(name: str, svg: str) -> str:
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    shapes = re.findall(r"<(?:path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*>", inside)
    # Each drawing starts with an invisible square that only keeps its size; the view box does that here.
    strokes = "".join(shape for shape in shapes if 'd="M0 0h24v24H0z"' not in shape)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{strokes}</symbol>'


def _names_in_template(path: Path) -> Iterator[str]:
    tree = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"]).parse(path.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in CALLS and call.args:
            yield from _words(call.args[0])
        for keyword in call.kwargs:
            if keyword.key == "icon":
                yield from _words(keyword.value)
    for macro in tree.find_all(nodes.Macro):
        for parameter, default in zip(reversed(macro.args), reversed(macro.defaults), strict=False):
            if parameter.name == "icon":
                yield from _words(default)
    for pair in tree.find_all(nodes.Pair):
        if isinstance(pair.key, nodes.Const) and pair.key.value == "icon":
            yield from _words(pair.value)
    for table in tree.find_all(nodes.Assign):
        if isinstance(table.target, nodes.Name) and table.target.name.endswith("_icons"):
            for pair in table.find_all(nodes.Pair):
                yield from _words(pair.value)


def _words(expression: nodes.Node) -> Iterator[str]:
    """The literal names that an expression can come to: either side of an `if`, the last resort of a `.get`."""
    match expression:
        case nodes.Const(value=str(name)):
            yield name
        case nodes.CondExpr():
            yield from _words(expression.expr1)
            if expression.expr2:
                yield from _words(expression.expr2)
        case nodes.Or():
            yield from _words(expression.left)
            yield from _words(expression.right)
        case nodes.Call(node=nodes.Getattr(attr="get")) if len(expression.args) > 1:
            yield from _words(expression.args[1])


def _names_in_python(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise VendorError(f"{path.relative_to(ROOT)}: {error}") from error
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="icon", value=ast.Constant(value=str(name))):
                yield name
            case ast.ClassDef():
                yield from _class_icons(node)
            case ast.Dict():
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "icon":
                        yield from _constants(value)
            case ast.Assign(targets=[ast.Name(id=table)], value=ast.Dict() as values) if table.endswith("_ICONS"):
                for value in values.values:
                    yield from _constants(value)
            case ast.AnnAssign(target=ast.Name(id=table), value=ast.Dict() as values) if table.endswith("_ICONS"):
                for value in values.values:
                    yield from _constants(value)


def _class_icons(body: ast.ClassDef) -> Iterator[str]:
    for line in body.body:
        match line:
            case ast.Assign(targets=[ast.Name(id="icon")], value=value):
                yield from _constants(value)
            case ast.AnnAssign(target=ast.Name(id="icon"), value=ast.expr() as value):
                yield from _constants(value)


def _constants(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


if __name__ == "__main__":
    raise SystemExit(main())
