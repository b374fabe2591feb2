"""What every reader of a pandas frame here needs."""

from __future__ import annotations

from typing import Any

import pandas as pd


def or_none(value: Any) -> Any:
    """Return None for a missing cell, which pandas may hold as None, NaN or NA."""
    return None if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)) else value


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dictionaries in which a missing value is None."""
    return [
        {str(key): or_none(value) for key, value in row.items()} for row in frame.to_dict("records")
    ]
