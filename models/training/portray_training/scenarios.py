"""Scenario files for training: which cargo in which container, and what is hidden in half of the scans.

Held out of training and validation, for tests alone: six families of cargo and two kinds of goods.
"""

HELD_OUT_FAMILIES = ("cocoa", "toys", "canned_food", "frozen_fish", "engines", "scooters")
HELD_OUT_GOODS = ("cash", "explosives")

SMALL, MIDDLE, LARGE = [5, 20], [20, 100], [100, 600]
LOADED = 0.5  # share of the scans with at least one load
ORDINARY = 0.7  # things that look odd and are nothing, a scan

DRY = ["coffee", "fertiliser", "drums", "ibcs", "paper_reels", "timber", "logs", "tiles", "tyres", "furniture", "electronics",
       "garments", "shoes", "beverages", "machinery", "scrap", "household", "groupage", "cartons"]  # fmt: skip
CARRIED = ["none", "none", "chassis", "truck", "railcar"]


def _narcotics(load_class: str, *bands: list, places: list | None = None) -> list[dict]:
    loads = [{"class": load_class, "mass_kg": band} for band in bands]
    return [load | {"places": places} for load in loads] if places else loads


def _goods(load_class: str) -> list[dict]:
    """Cigarettes and weapons, at less weight than narcotics: they are rarer and easier."""
    return [
        {"class": load_class, "goods": "cigarettes", "mass_kg": [20, 400], "weight": 0.6},
        {"class": load_class, "goods": "weapons", "mass_kg": SMALL, "weight": 0.4},
        {"class": load_class, "goods": "weapons", "mass_kg": MIDDLE, "weight": 0.4},
    ]


RIP_OFF = _narcotics("rip_off", SMALL, MIDDLE, LARGE)
IN_CARGO = _narcotics("in_cargo", SMALL, MIDDLE, LARGE)
STRUCTURE = _narcotics("structure", SMALL, MIDDLE, [100, 300])

# name: (share of the chunks, containers, families, fill, loads)
TEMPLATES = {
    "dry": (0.48, ["box20", "box40", "box40", "box40hc"], DRY, [0.4, 1.0],
            RIP_OFF + IN_CARGO + STRUCTURE + _goods("rip_off") + _goods("in_cargo")),
    "open_top": (0.05, ["open_top40"], ["logs", "machinery", "scrap", "cars"], [0.5, 1.0],
                 RIP_OFF + IN_CARGO + _goods("in_cargo")),
    "tall": (0.05, ["box40hc"], ["cars", "garments_hanging"], [0.5, 1.0],
             RIP_OFF + STRUCTURE + IN_CARGO + _goods("rip_off")),
    "reefer": (0.17, ["reefer40"], ["bananas", "frozen_meat"], [0.85, 1.0],
               _narcotics("reefer_machinery", [10, 20], [20, 50]) + RIP_OFF + IN_CARGO
               + _narcotics("structure", SMALL, MIDDLE, [100, 300], places=["roof", "floor", "front_wall", "foam"])),
    "empty": (0.14, ["box20", "box40", "box40", "box40hc", "reefer40"], ["empty"], [0.85, 1.0],
              _narcotics("in_empty", SMALL, MIDDLE, LARGE) + STRUCTURE + _goods("in_empty")),
    "persons": (0.08, ["box40", "box40hc"], ["empty", "household", "furniture", "cartons", "tyres"], [0.4, 0.8],
                [{"class": "person"}]),
    "tank": (0.03, ["tank20"], ["empty"], [0.85, 1.0], []),
    # For run.sh --small alone: what a few minutes of training can learn.
    "small": (0.0, ["box20", "box40"], ["empty"], [0.85, 1.0], _narcotics("in_empty", [20, 60], [60, 200])),
}  # fmt: skip


def shares() -> dict[str, float]:
    """Which share of the chunks each template gets; they sum to 1."""
    return {name: template[0] for name, template in TEMPLATES.items() if template[0] > 0}


def scenario(name: str) -> dict:
    """The scenario file of a template, as `tomli_w` writes it.

    portray draws every load by itself. With shares s_i that sum to 1 and probabilities 1 - (1 - LOADED) ** s_i, a scan has no
    load at all with the probability 1 - LOADED, and sometimes two.
    """
    _, containers, families, fill, loads = TEMPLATES[name]
    assert not set(families) & set(HELD_OUT_FAMILIES)
    total = sum(load.get("weight", 1.0) for load in loads)
    entries = []
    for load in loads:
        share = load.get("weight", 1.0) / total
        entry = {key: value for key, value in load.items() if key != "weight"}
        entries.append(entry | {"probability": round(1.0 - (1.0 - LOADED) ** share, 5)})
    return {
        "schema_version": 1,
        "name": f"training_{name}",
        "containers": containers,
        "vehicles": CARRIED,
        "ordinary": ORDINARY,
        "cargo": {"families": families, "fill": fill},
        "load": entries,
    }
