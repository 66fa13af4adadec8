"""The reference pages of the API and of its metrics, from what the program says of itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from missent.web.api.app import describe
from missent.web.api.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAD = """# The API

`missent serve` answers it where `[web]` stands, below `web.url`. Its description in OpenAPI 3.1 is
[openapi.json](openapi.json), and is served at `/openapi.json`; clients can be made from it.

A request bears a token of `missent token add` as `Authorization: Bearer SECRET`. A token allows
what its scopes say, ends by itself or by `missent token revoke` (within five seconds), and every
change that it makes is noted in the trail as `token NAME`. Cookies of the console count for nothing
here.

Errors are `application/problem+json` (RFC 9457): `status`, `title`, `detail`, and `errors` where
several values are wrong. Moments are UTC. An object with a key that is not known is refused.

| status | when |
|---|---|
| 400, 422 | the body cannot be read; a value is wrong: `detail` names it |
| 401, 403 | no token that holds; the token does not allow this |
| 404, 405 | nothing is there; it cannot be done there: `Allow` says what can |
| 409 | it was decided before, and nothing was changed |
| 413, 415 | too long; of a type that is not taken |
| 429 | too many requests (`web.api.per_token`, `per_address`): `Retry-After` says when again |
| 500, 503 | our fault; the store cannot be had: `Retry-After` likewise |
"""
_METRICS = """# Metrics

`/metrics` of `[web]` tells in Prometheus' text format what was counted since the process began.
From this machine it needs no token: a web server before it that runs here too must pass
`X-Forwarded-For` on, or not pass `/metrics` on. From elsewhere it needs a token with the scope
`metrics`:

```yaml
scrape_configs:
  - job_name: missent
    authorization: {credentials_file: /etc/prometheus/missent.token}
    static_configs: [{targets: ["missent.corp.example"]}]
    scheme: https
```

Where `serve.workers` is more than one, whichever process answers adds up what all of them counted;
`process_*` (memory, CPU time, open files) is then left out. Addresses stand in no label.

| metric | kind | labels | meaning |
|---|---|---|---|
"""


def api() -> str:
    """The page of the API."""
    return _LEAD + "\n".join(_operations(describe().openapi()))


def metrics() -> str:
    """The page of the metrics."""
    rows = [
        f"| `{name}` | {kind} | {', '.join(f'`{one}`' for one in labels)} | {meaning} |"
        for name, kind, labels, meaning in Metrics().listed()
    ]
    return _METRICS + "\n".join(rows)


def description() -> str:
    """The description in OpenAPI."""
    return json.dumps(describe().openapi(), indent=1, ensure_ascii=False) + "\n"


def _operations(said: dict[str, Any]) -> Iterator[str]:
    schemas = said["components"]["schemas"]
    for path, methods in said["paths"].items():
        for method, one in methods.items():
            yield f"\n## `{method.upper()} {path}`\n\n{one['description']}\n"
            for parameter in one.get("parameters", ()):
                yield _line(parameter["name"], parameter, parameter["schema"], schemas)
            body = one.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                yield f"\nThe body, `{_named(body['schema'])}`:\n"
                yield from _fields(schemas[_named(body["schema"])], schemas)
            for status, answer in one["responses"].items():
                name = _named(_schema(answer))
                if status[0] == "2" and name:
                    yield f"\nThe answer, {status} `{name}`:\n"
                    yield from _fields(schemas[name], schemas)


def _schema(answer: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _named(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _fields(model: dict[str, Any], schemas: dict[str, Any], indent: str = "") -> Iterator[str]:
    for name, schema in model["properties"].items():
        needed = {"required": name in model.get("required", ())}
        yield indent + _line(name, needed | schema, schema, schemas)
        inner = _named(schema.get("items", schema)) or next(
            (_named(one.get("items", one)) for one in schema.get("anyOf", ())), ""
        )
        if inner:
            yield from _fields(schemas[inner], schemas, indent + "  ")


def _line(name: str, about: dict[str, Any], schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    text = " ".join(str(about.get("description", "")).split())
    kind = _kind(schema, schemas)
    default = schema.get("default")
    end = "" if default in {None, ""} else f"; default: `{json.dumps(default)}`"
    return f"- **`{name}`** ({kind}{end}){': ' + text if text else ''}"


def _kind(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    if name := _named(schema):
        return f"`{name}`"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one, schemas) for one in schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_kind(schema['items'], schemas)}"
    kinds = {"string": "text", "integer": "whole number", "boolean": "`true` or `false`"}
    plain = str(schema.get("type", "any"))
    form = {"date-time": "moment"}.get(str(schema.get("format")))
    return form or kinds.get(plain, plain)
