# SPDX-License-Identifier: MIT
"""Published models, as far as python3-jsonschema is there to look at them."""
import json
import pathlib

try:
    import jsonschema
except ImportError:
    jsonschema = None
    print("SKIP: the models are not looked at without python3-jsonschema")


class Models:
    """Those of a file of this folder."""

    def __init__(self, name):
        self.all = json.loads(pathlib.Path(__file__).with_name(name).read_text(encoding="utf-8"))

    def follow(self, value, name):
        """The value, which is as its model has it."""
        if jsonschema:
            jsonschema.validate(value, self.all | {"$ref": f"#/definitions/{name}"})
        return value
