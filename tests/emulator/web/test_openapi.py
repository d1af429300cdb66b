"""The description in OpenAPI is true, and whatever is sent there is no 5xx."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from alphacast_pandas.emulator.web.openapi import description
from alphacast_pandas.emulator.web.operations import OPERATIONS

TEXT = "Date,country,a,b\n2020-01-01,Chile,1.5,2\n2020-02-01,Chile,,\n"
TRUTH = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


REAL = 1  # the id that stands for one that is there
PLACES = {
    "repository": {"enum": [REAL, 0]},
    "dataset": {"enum": [REAL, 0]},
    "process": {"enum": [REAL, 0]},
    "run": {"enum": [REAL, 0]},
    "series": {"enum": [REAL, 0]},
    "slug": {"enum": ["BLS", "gapminder", "nope"]},
    "path of series": {"enum": ["manufacturing", "chile/population", "a/b", "a"]},
    "$filter": {"enum": ["a gt 1", "'Date' ge 2020-01-01 and (a ne 2)", "a eq", "(", "c eq 1"]},
    "$select": {"enum": ["a", "b,a", '"a"', "Date", "c", "1"]},
}


def aimed():
    """Return the description with few ids in place of all: most of them exist."""
    document = description()
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                name = parameter["name"]
                if name == "series":
                    kinds = {"integer": "series", "string": "path of series"}
                    name = kinds[parameter["schema"]["type"]] if parameter["in"] == "path" else ""
                parameter["schema"] = PLACES.get(name, parameter["schema"])
    return document


@pytest.fixture
def real(call):
    """Return the ids of one of each."""
    dataset = call.dataset("d", call.repository("r", "Public"))
    call.process(dataset, TEXT)
    shown = call("GET", f"/datasets/{dataset}").json
    return {
        "repository": shown["repositoryId"],
        "dataset": dataset,
        "process": call("GET", f"/datasets/{dataset}/processes").json[0]["id"],
        "run": call("POST", f"/datasets/{dataset}/connector/runs").json["id"],
        "series": shown["columns"][2]["id"],
    }


schema = schemathesis.openapi.from_dict(aimed())


@schema.parametrize()
@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_the_answer_is_one_of_those_described(case, call, emulator, real):
    for name, number in real.items():
        if case.path_parameters.get(name) == REAL:
            case.path_parameters[name] = number
    if isinstance(case.body, dict) and isinstance(case.body.get("repositoryId"), int):
        case.body["repositoryId"] = real["repository"]
    case.query = {**(case.query or {}), "apiKey": call.key}
    response = case.call(base_url=emulator.url, headers=call.auth, allow_redirects=False)
    case.validate_response(response, checks=TRUTH)


def test_the_description_is_served_and_names_the_whole_surface(call):
    served = call("GET", "/openapi.json").json
    assert served == description()
    named = {(verb.upper(), path) for path, verbs in served["paths"].items() for verb in verbs}
    assert named == {(each.verb, each.path.replace(":path", "")) for each in OPERATIONS}
    numbers = [each["operationId"] for verbs in served["paths"].values() for each in verbs.values()]
    assert len(set(numbers)) == len(numbers)
