"""Answers about the emulator itself: faults, readings, reset."""

from dataclasses import asdict, fields
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.faults import Fault
from alphacast_pandas.emulator.handlers.calls import Call
from alphacast_pandas.emulator.readings import Readings


def list_faults(call: Call) -> Response:
    """Answer `GET /emulator/faults`: the faults that are not used up."""
    return JSONResponse([to_json(fault) for fault in call.service.faults.pending])


def add_fault(call: Call) -> Response:
    """Answer `POST /emulator/faults`: order a fault."""
    check_fields(call, Fault)
    try:
        fault = Fault(**call.fields)
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    return JSONResponse(to_json(call.service.faults.add(fault)), 201)


def clear_faults(call: Call) -> Response:
    """Answer `DELETE /emulator/faults`: remove all."""
    call.service.faults.clear()
    return Response(status_code=204)


def get_readings(call: Call) -> Response:
    """Answer `GET /emulator/readings`: the current readings."""
    return JSONResponse(asdict(call.service.readings))


def put_readings(call: Call) -> Response:
    """Answer `PUT /emulator/readings`: set these, and all others to their default."""
    check_fields(call, Readings)
    try:
        call.service.readings = Readings(**call.fields)
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    return get_readings(call)


def reset(call: Call) -> Response:
    """Answer `POST /emulator/reset`: a fresh store, the same keys and readings, no faults."""
    call.service.reset()
    return Response(status_code=204)


def check_fields(call: Call, kind: type[Fault | Readings]) -> None:
    """Refuse fields that a record does not have."""
    unknown = set(call.fields) - {field.name for field in fields(kind)}
    if unknown:
        raise Refusal(400, f"there is no {', '.join(sorted(unknown))}")


def to_json(fault: Fault) -> dict[str, Any]:
    """Return a fault as JSON; a body of bytes is shown as Latin-1, which loses none of them."""
    names = (field.name for field in fields(Fault))
    found = {name: getattr(fault, name) for name in names}
    texts = {name: text.decode("latin-1") for name, text in found.items() if type(text) is bytes}
    return found | texts | {"headers": dict(fault.headers)}
