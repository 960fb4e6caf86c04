#!/usr/bin/python3
# validate.py - says whether result files are valid against results/result.schema.json: exit 0 or 1, one line each
# SPDX-License-Identifier: BSD-3-Clause
"""Usage: /usr/bin/python3 tests/results/validate.py FILE...

Needs Debian's python3-jsonschema (hence the interpreter by its path)."""
import json
import os
import sys

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "results", "result.schema.json")


def not_json(constant):
    raise ValueError(f"{constant} is not JSON")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_constant=not_json)


def problem_of(path, validator):
    try:
        document = load(path)
    except (OSError, ValueError, RecursionError) as error:
        return f"{path}: {error}"
    error = next(iter(validator.iter_errors(document)), None)
    if error is None:
        return None
    place = "/".join(str(part) for part in error.absolute_path) or "document"
    return f"{path}: {place}: {error.message[:200]}"


def main(paths):
    if not paths:
        sys.exit("usage: validate.py FILE...")
    try:
        import jsonschema
    except ImportError:
        sys.exit("validate.py: the Python module jsonschema is missing; apt-get install python3-jsonschema")
    schema = load(SCHEMA)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    failed = False
    for path in paths:
        problem = problem_of(path, validator)
        failed = failed or problem is not None
        print(problem or f"{path}: valid", file=sys.stderr if problem else sys.stdout)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
