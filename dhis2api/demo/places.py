"""Names and places: districts with their chiefdoms, and the parts that village names are made of.

Districts and chiefdoms are those of Sierra Leone; facilities are invented.
"""

from __future__ import annotations

from typing import NamedTuple


class District(NamedTuple):
    name: str
    area: str
    # degrees, somewhere in the middle
    longitude: float
    latitude: float
    chiefdoms: tuple[str, ...]


DISTRICTS = (
    District("Bo", "Southern", -11.70, 7.95, (
        "Badjia", "Bagbo", "Bagbwe", "Baoma", "Bumpe Ngao", "Gbo", "Jaiama Bongor", "Kakua", "Komboya", "Lugbu",
        "Niawa Lenga", "Selenga", "Tikonko", "Valunia", "Wonde",
    )),
    District("Bombali", "Northern", -12.10, 9.20, (
        "Biriwa", "Bombali Sebora", "Gbanti Kamaranka", "Gbendembu Ngowahun", "Libeisaygahun", "Magbaimba Ndowahun",
        "Makari Gbanti", "Paki Masabong", "Safroko Limba", "Sanda Loko", "Sanda Tendaren", "Sella Limba", "Tambakka",
    )),
    District("Bonthe", "Southern", -12.25, 7.55, (
        "Bendu Cha", "Bum", "Dema", "Imperi", "Jong", "Kpanda Kemo", "Kwamebai Krim", "Nongoba Bullom", "Sittia",
        "Sogbini", "Yawbeko",
    )),
    District("Kailahun", "Eastern", -10.75, 8.15, (
        "Dea", "Jawi", "Kissi Kama", "Kissi Teng", "Kissi Tongi", "Luawa", "Malema", "Mandu", "Njaluahun",
        "Peje Bongre", "Peje West", "Penguia", "Upper Bambara", "Yawei",
    )),
    District("Kambia", "Northern", -12.90, 9.10, (
        "Bramaia", "Gbinleh Dixion", "Magbema", "Mambolo", "Masungbala", "Samu", "Tonko Limba",
    )),
    District("Kenema", "Eastern", -11.15, 7.95, (
        "Dama", "Dodo", "Gaura", "Gorama Mende", "Kandu Lepiema", "Koya (Kenema)", "Langorama", "Lower Bambara",
        "Malegohun", "Niawa", "Nomo", "Nongowa", "Simbaru", "Small Bo", "Tunkia", "Wandor",
    )),
    District("Koinadugu", "Northern", -11.35, 9.55, (
        "Dembelia Sinkunia", "Diang", "Folosaba Dembelia", "Kasunko", "Mongo", "Neya", "Nieni", "Sengbe", "Sulima",
        "Wara Wara Bafodia", "Wara Wara Yagala",
    )),
    District("Kono", "Eastern", -10.90, 8.65, (
        "Fiama", "Gbane", "Gbane Kandor", "Gbense", "Gorama Kono", "Kamara", "Lei", "Mafindor", "Nimikoro",
        "Nimiyama", "Sandor", "Soa", "Tankoro", "Toli",
    )),
    District("Moyamba", "Southern", -12.45, 8.10, (
        "Bagruwa", "Bumpeh", "Dasse", "Fakunya", "Kagboro", "Kaiyamba", "Kamaje", "Kongbora", "Kori", "Kowa",
        "Lower Banta", "Ribbi", "Timdale", "Upper Banta",
    )),
    District("Port Loko", "Northern", -12.75, 8.70, (
        "Bureh Kasseh Maconteh", "Buya Romende", "Dibia", "Kaffu Bullom", "Koya", "Lokomasama", "Maforki", "Marampa",
        "Masimera", "Sanda Magbolonthor", "Tainkatopa Makama Safroko",
    )),
    District("Pujehun", "Southern", -11.60, 7.35, (
        "Barri", "Gallinasperi", "Kpaka", "Kpanga Kabonde", "Kpanga Krim", "Makpele", "Malen", "Mano Sakrim",
        "Panga Krim", "Pejeh", "Soro Gbema", "Sowa", "Yakemo Kpukumu Krim",
    )),
    District("Tonkolili", "Northern", -11.75, 8.65, (
        "Gbonkonlenken", "Kafe Simiria", "Kalansogoia", "Kholifa Mabang", "Kholifa Rowalla", "Kunike Barina",
        "Kunike Sanda", "Malal Mara", "Sambaya Bendugu", "Tane", "Yoni",
    )),
    District("Western Area", "Western", -13.15, 8.40, ("Freetown", "Rural Western Area")),
)  # fmt: skip

VILLAGE_BEGINNINGS = (
    "Baia", "Bala", "Bama", "Bande", "Bara", "Benda", "Bomba", "Bunda", "Dama", "Dando", "Dara", "Fala", "Fara",
    "Fonda", "Gana", "Ganda", "Gbala", "Gbanda", "Gola", "Goma", "Kaba", "Kala", "Kamba", "Kanga", "Kola", "Komba",
    "Lamba", "Lola", "Maka", "Manda", "Masa", "Momba", "Nala", "Nganda", "Njala", "Pela", "Ronda", "Saha", "Senda",
    "Sima", "Taia", "Tamba", "Tonga", "Waia", "Yamba",
)  # fmt: skip
VILLAGE_ENDINGS = (
    "bai", "bana", "bo", "bu", "doma", "du", "dugu", "fula", "gbla", "gor", "hun", "juma", "kai", "kor", "kuna",
    "la", "lahun", "leh", "lo", "mah", "mbo", "ndo", "neh", "nga", "ni", "riya", "roma", "seh", "su", "tuma", "wa",
    "wahun", "wulo", "ya", "yeima",
)  # fmt: skip

# kind of facility: how many of a hundred, and how many patients it sees next to a CHC
FACILITY_KINDS = (
    ("CHC", 25, 1.0),
    ("CHP", 30, 0.6),
    ("MCHP", 37, 0.4),
    ("Clinic", 5, 0.8),
    ("Hospital", 3, 3.0),
)
OWNERSHIPS = (("Public", 80), ("Mission", 8), ("NGO", 7), ("Private", 5))
