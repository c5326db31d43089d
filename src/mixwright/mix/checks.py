"""What cannot be mixed, said in one line; and what can be mixed but should be mentioned."""

from __future__ import annotations

import math

from ..analysis import Analysis
from ..errors import SignalError

__all__ = ["check_signal", "input_warnings"]

SHORTEST_S = 0.4  # one window of momentary loudness, BS.1770-5
QUIET_LUFS = -45.0


def check_signal(name: str, analysis: Analysis) -> None:
    """Refuse music that there is nothing to decide about.

    Errors
    ------
    SignalError
        Shorter than 0.4 s, no finite sample, silence, or nothing but a DC offset.
    """
    if analysis.samples == 0 or analysis.duration_s < SHORTEST_S:
        raise SignalError(f"{name}: lasts {analysis.duration_s:.2f} s; at least {SHORTEST_S} s are needed")
    if analysis.nonfinite_samples >= analysis.samples * analysis.channels:
        raise SignalError(f"{name}: holds no valid sample (all are NaN or infinite); export it again")
    # A peak no higher than the mean: nothing moves.
    constant = analysis.dc_offset > 1e-4 and 10 ** (analysis.sample_peak_dbfs / 20) < 1.001 * analysis.dc_offset
    if math.isfinite(analysis.integrated_lufs) and not constant:
        return
    if constant:
        raise SignalError(
            f"{name}: holds a constant offset ({analysis.dc_offset:+.3f}) and no sound; check the recording"
        )
    raise SignalError(f"{name}: is silent (nothing above -70 LUFS); check that it is the right file")


def input_warnings(analysis: Analysis) -> list[str]:
    """Faults of the input that a mix cannot mend."""
    warnings = []
    if analysis.clipped_samples:
        warnings.append(
            f"The input is clipped ({analysis.clipped_samples} samples at full scale); a mix cannot undo that. "
            "Export it again with headroom if you can."
        )
    if analysis.nonfinite_samples:
        warnings.append(
            f"{analysis.nonfinite_samples} samples of the input are not numbers; they were taken as silence."
        )
    if math.isfinite(analysis.integrated_lufs) and analysis.integrated_lufs < QUIET_LUFS:
        warnings.append(
            f"The input is very quiet ({analysis.integrated_lufs:.1f} LUFS); its noise will be raised with it."
        )
    if analysis.channels == 2 and analysis.stereo_correlation < -0.3:
        warnings.append(
            f"The channels cancel each other (correlation {analysis.stereo_correlation:.2f}); one of them may be "
            "inverted. In mono the mix would nearly vanish."
        )
    if analysis.channels == 2 and abs(analysis.stereo_imbalance) > 20:
        weaker = "right" if analysis.stereo_imbalance > 0 else "left"
        warnings.append(f"The {weaker} channel is silent or nearly so; check the export.")
    if abs(analysis.dc_offset) > 0.01:
        warnings.append(f"The input has a DC offset of {analysis.dc_offset:+.3f}; it costs headroom.")
    return warnings
