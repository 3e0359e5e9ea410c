"""Which small pictures does the house have? Lines of our own drawing on a field of 24 by 24."""

from __future__ import annotations


def _line(*paths: str) -> str:
    return "".join(f'<path d="{path}"/>' for path in paths)


ICONS = {
    "home": _line("M4 11 12 4l8 7v9h-5v-6H9v6H4z"),
    "overview": _line("M3 7h7l3 5h8", "M3 17h7l3-5", "M17 8l4 4-4 4"),
    "orders": _line("M6 3h9l4 4v14H6z", "M9 11h7M9 15h7M9 7h3"),
    "surplus": _line("M4 20V10h4v10zM10 20V5h4v15zM16 20v-7h4v7z"),
    "places": _line(
        "M12 21c5-5.5 7-8.7 7-11.5A7 7 0 0 0 5 9.5C5 12.3 7 15.5 12 21z", "M12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
    ),
    "host": _line("M5 21V4M5 5h12l-3 4 3 4H5"),
    "line": _line("M3 20h18M5 20v-9l5 3v-3l5 3V6h4v14"),
    "units": _line("M4 8l8-4 8 4v8l-8 4-8-4z", "M4 8l8 4 8-4M12 12v8"),
    "books": _line("M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3z", "M9 9h6M9 13h6"),
    "claims": _line("M4 5h16v11h-9l-4 4v-4H4z", "M8 9h8M8 12h5"),
    "audit": _line("M12 3l8 3v6c0 4.5-3.3 7.5-8 9-4.7-1.5-8-4.5-8-9V6z", "M8.5 12l2.5 2.5 4.5-5"),
    "public": _line("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"),
    "plan": _line("M4 5h4v14H4zM10 8h4v8h-4zM16 11h4v8h-4z", "M8 7l2 2M14 10l2 2"),
    "search": _line("M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z", "M15.5 15.5 20 20"),
    "menu": _line("M4 7h16M4 12h16M4 17h16"),
    "close": _line("M6 6l12 12M18 6L6 18"),
    "auto": _line("M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M12 4v16"),
    "light": _line(
        "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2"
    ),
    "dark": _line("M20 14A8.5 8.5 0 0 1 10 4a8.5 8.5 0 1 0 10 10z"),
    "bell": _line("M6 16V11a6 6 0 0 1 12 0v5l2 2H4z", "M10 21h4"),
    "person": _line("M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M4 21c1-4 4-6 8-6s7 2 8 6"),
    "down": _line("M12 4v11M7 10l5 5 5-5M5 20h14"),
    "columns": _line("M4 5h16v14H4zM10 5v14M15 5v14"),
    "filter": _line("M4 6h16M7 12h10M10 18h4"),
    "star": _line("M12 4l2.5 5 5.5.8-4 3.9 1 5.5-5-2.6-5 2.6 1-5.5-4-3.9 5.5-.8z"),
    "up_sort": _line("M12 19V5M7 10l5-5 5 5"),
    "down_sort": _line("M12 5v14M7 14l5 5 5-5"),
    "back": _line("M19 12H5M11 6l-6 6 6 6"),
    "on": _line("M5 12h14M13 6l6 6-6 6"),
    "out": _line("M10 4H5v16h5M15 8l4 4-4 4M19 12H9"),
    "language": _line("M4 5h10M9 3v2M6 5c1 4 4 7 7 8M12 5c-1 4-4 7-8 9", "M12 21l4-10 4 10M13.5 17h5"),
    "bin": _line("M5 7h14M10 4h4M7 7l1 13h8l1-13"),
    "drop": _line("M7 10l5 5 5-5"),
}
