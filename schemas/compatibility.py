"""Within a version fields are only added: finds what a changed JSON Schema breaks for those who rely on it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]

_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT: Final = ("pattern", "format")
_PARTS: Final = frozenset({"items", "additionalProperties"})


def breaks(published: Schema, current: Schema) -> list[str]:
    """Each break with the path of its field; none where everybody who reads or writes today still can."""
    return list(_Comparison(published=published, current=current).of(published, current, "event"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """The two documents, for the references in their parts."""

    published: Schema
    current: Schema

    def of(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        """Every form that was allowed must find one now that takes it."""
        forms = {_kind(form): form for form in _forms(new, self.current)}
        for form in _forms(old, self.published):
            kind = _kind(form)
            if kind in forms:
                yield from self._form(form, forms[kind], path)
            elif "any" not in forms:
                yield f"{path}: {kind} is no longer allowed"

    def _form(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        yield from _values(old, new, path)
        yield from _limits(old, new, path)
        yield from self._fields(old, new, path)
        for part in _PARTS & (old.keys() | new.keys()):
            yield from self.of(_part(old, part), _part(new, part), f"{path}[]")

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
        yield from (f"{path}.{name}: was removed" for name in before if name not in after)
        yield from (f"{path}.{name}: is newly required" for name in sorted(required_after - required_before))
        gone = sorted((required_before - required_after) & set(after))
        yield from (f"{path}.{name}: was always there, and may now be absent" for name in gone)
        for name in before:
            if name in after:
                yield from self.of(before[name], after[name], f"{path}.{name}")


def _forms(schema: Schema, document: Schema) -> Iterator[Schema]:
    """The alternatives of a field, references followed."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from _forms(document["$defs"][name], document)
    elif "anyOf" in schema:
        for form in schema["anyOf"]:
            yield from _forms(form, document)
    else:
        yield schema


def _kind(form: Schema) -> str:
    kind: str = form.get("type", "any")
    return kind


def _part(schema: Schema, name: str) -> Schema:
    """What is not said, or said to be allowed, may be anything; what is forbidden has no form at all."""
    part = schema.get(name, {})
    return {"anyOf": []} if part is False else {} if part is True else part


def _values(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, after = _allowed(old), _allowed(new)
    if after is None:
        return
    if before is None:
        yield f"{path}: only certain values are allowed now"
        return
    yield from (f"{path}: the value {value!r} was removed" for value in before if value not in after)


def _allowed(form: Schema) -> list[Any] | None:
    return [form["const"]] if "const" in form else form.get("enum")


def _limits(old: Schema, new: Schema, path: str) -> Iterator[str]:
    for bound in _LOWER_BOUNDS:
        if bound in new and new[bound] > old.get(bound, float("-inf")):
            yield f"{path}: {bound} is narrower"
    for bound in _UPPER_BOUNDS:
        if bound in new and new[bound] < old.get(bound, float("inf")):
            yield f"{path}: {bound} is narrower"
    yield from (f"{path}: {form} is narrower" for form in _EXACT if form in new and new[form] != old.get(form))
