"""What an engineer did between two versions of a song: parameters, EQ curve, compressor and limiter."""

from __future__ import annotations

from .ceiling import Ceiling
from .compression import Compression
from .extract import extract
from .folder import FolderReport, extract_folder
from .result import Extraction
from .transfer import FreeCurve

__all__ = ["Ceiling", "Compression", "Extraction", "FolderReport", "FreeCurve", "extract", "extract_folder"]
