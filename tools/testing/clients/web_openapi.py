"""The answers of a WebHDFS server beside its own description: python web_openapi.py HOST:PORT"""
import json
import sys
import jsonschema_rs
import requests

web = sys.argv[1]
document = requests.get(f"http://{web}/openapi.json", timeout=60).json()
base = f"http://{web}/webhdfs/v1"


def strict(schema):
    """The schema with nothing allowed besides what it names, in JSON Schema's words for what may be null."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    more = {key: strict(value) for key, value in schema.items() if key != "nullable"}
    if "properties" in schema:
        more["additionalProperties"] = False
    return {"anyOf": [more, {"type": "null"}]} if schema.get("nullable") else more


def ask(method, name, path, **parameters):
    return requests.request(method, base + path, params={"op": name, "user.name": "root", **parameters},
                            data=b"x" * 3000 if name in ("CREATE", "APPEND") else None, timeout=60)


operations = {operation["name"]: operation for operation in document["x-operations"]}
asked = {
    "MKDIRS": ["/d/below"], "CREATE": ["/d/f", "/d/g", "/d/h"], "APPEND": ["/d/f"], "SETPERMISSION": ["/d/f"], "SETOWNER": ["/d/f"],
    "SETREPLICATION": ["/d/f"], "SETTIMES": ["/d/f"], "OPEN": ["/d/f"], "GETFILESTATUS": ["/", "/d", "/d/f"],
    "LISTSTATUS": ["/", "/d", "/d/f"], "LISTSTATUS_BATCH": ["/d"], "GETCONTENTSUMMARY": ["/d", "/d/f"],
    "GETQUOTAUSAGE": ["/d"], "GETFILECHECKSUM": ["/d/f"], "GETHOMEDIRECTORY": ["/"], "GETTRASHROOT": ["/d/f"],
    "GETSERVERDEFAULTS": ["/"], "GETSTATUS": ["/"], "GETFILEBLOCKLOCATIONS": ["/d/f"], "GET_BLOCK_LOCATIONS": ["/d/f", "/d/g"],
    "CHECKACCESS": ["/d"], "CONCAT": ["/d/f"], "TRUNCATE": ["/d/f"], "RENAME": ["/d/f"], "DELETE": ["/d/below"],
}
needed = {"SETOWNER": {"owner": "ann"}, "CHECKACCESS": {"fsaction": "r-x"}, "CONCAT": {"sources": "/d/g"},
          "TRUNCATE": {"newlength": "10"}, "RENAME": {"destination": "/d/moved"}}
if set(asked) != set(operations):
    sys.exit(f"WRONG operations: {set(asked) ^ set(operations)}")
for name, paths in asked.items():
    operation = operations[name]
    described = document["paths"]["/webhdfs/v1/{path}"][operation["method"].lower()]["responses"]
    for path in paths:
        answer = ask(operation["method"], name, path, **needed.get(name, {}))
        if str(answer.status_code) not in described or answer.status_code >= 400:
            sys.exit(f"WRONG {name} {path}: {answer.status_code} {answer.text[:300]}")
        if "reply" in operation:
            jsonschema_rs.validate(strict(operation["reply"]), answer.json())
    for required in operation["required"]:
        answer = ask(operation["method"], name, "/d/h", **{k: v for k, v in needed.get(name, {}).items() if k != required})
        if answer.status_code != 400:
            sys.exit(f"WRONG {name} without {required}: {answer.status_code} {answer.text[:300]}")
    print(f"ok {name} answers as it is described", flush=True)
