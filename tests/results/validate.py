#!/usr/bin/python3
# validate.py - says whether results and tunings are valid against their schema in results/: exit 0 or 1, one line each
# SPDX-License-Identifier: BSD-3-Clause
"""Usage: /usr/bin/python3 tests/results/validate.py FILE...

Needs Debian's python3-jsonschema (hence the interpreter by its path)."""
import json
import os
import sys

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "results")


def not_json(constant):
    raise ValueError(f"{constant} is not JSON")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_constant=not_json)


def validator_of(name, jsonschema):
    schema = load(os.path.join(SCHEMAS, name))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def problem_of(path, of_results, of_tunings):
    try:
        document = load(path)
    except (OSError, ValueError, RecursionError) as error:
        return f"{path}: {error}"
    is_tuning = isinstance(document, dict) and document.get("schema") == "pmembench-tuning"
    error = next(iter((of_tunings if is_tuning else of_results).iter_errors(document)), None)
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
    validators = [validator_of(name, jsonschema) for name in ("result.schema.json", "tuning.schema.json")]
    failed = False
    for path in paths:
        problem = problem_of(path, *validators)
        failed = failed or problem is not None
        print(problem or f"{path}: valid", file=sys.stderr if problem else sys.stdout)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
