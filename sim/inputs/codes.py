"""Names of platform kinds, levels and classes of hosts, and their codes in tables.

The order decides on codes: a name is added at the end, and none is taken away.
"""

KIND_NAMES = (
    "technology_innovation_centre",
    "key_laboratory",
    "engineering_research_centre",
    "enterprise_technology_centre",
    "institute",
    "academician_station",
    "clinical_research_centre",
    "public_service_platform",
    "overseas_rd_centre",
    "transfer_service",
    "ip_service",
    "makerspace",
    "incubator",
    "accelerator",
    "rural_makerspace",
    "science_park",
    "joint_rd_unit",
    "enterprise_joint_innovation_centre",
    "technology_transfer_office",
    "proof_of_concept_centre",
    "pilot_platform",
    "research_infrastructure",
    "yongjiang_laboratory",
)
KIND_CODE: dict[str, int] = {name: code for code, name in enumerate(KIND_NAMES)}
LEVELS = ("county", "municipal", "provincial", "national")
LEVEL_CODE: dict[str, int] = {name: code for code, name in enumerate(LEVELS)}
HOSTS = (
    "firm",
    "leading_firm",
    "university",
    "institute",
    "hospital",
    "public_body",
    "carrier",
    "outside",
    "consultancy",
)
