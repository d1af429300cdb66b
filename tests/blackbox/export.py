"""A frame in the shape of a real export: 77 columns, Spanish names, 264 gaps, binary doubles."""

import random

import pandas as pd

GROUPS = [
    "Nivel general",
    "Alimentos y bebidas no alcohólicas",
    "Bebidas alcohólicas, tabaco y otras",
    "Prendas de vestir y calzado",
    "Vivienda, agua, electricidad y otros combustibles",
    "Equipamiento y mantenimiento del hogar",
    "Salud",
    "Transporte",
    "Comunicación",
    "Recreación y cultura",
    "Educación",
    "Restaurantes y hoteles",
    "Bienes, servicios y otros (n.c.p.)",
    "Estacionales",
    "Núcleo, sin regulados",
]
MEASURES = ["", " - var. % mensual", " - var. % interanual", ', "base" 2016=100', " & acumulado"]


def export_frame() -> pd.DataFrame:
    """Return the frame; the doubles are what adding steps leaves, such as 5830.2271000000155."""
    rng = random.Random(5515)
    names = [group + measure for group in GROUPS for measure in MEASURES]
    dates = pd.date_range("2016-12-01", periods=60, freq="MS").tolist()
    columns: dict[str, list[float | None]] = {}
    for name in names:
        level = 100.0
        columns[name] = []
        for _ in dates:
            level += rng.uniform(-1, 97) * 1.1
            columns[name].append(level)
    columns[names[0]][-1] = 5830.2271000000155
    gaps = [(name, row) for name in names[1:] for row in range(len(dates))]
    for name, row in rng.sample(gaps, 264):
        columns[name][row] = None
    key = {"Date": pd.to_datetime(dates), "country": ["Argentina"] * len(dates)}
    return pd.DataFrame(key | {n: pd.Series(c, dtype="float64") for n, c in columns.items()})
