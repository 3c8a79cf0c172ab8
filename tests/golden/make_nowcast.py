"""Golden figures for the nowcast metrics and radar units. Needs numpy, scipy and pysteps.

    python tests/golden/make_nowcast.py
"""
import json
import pathlib

import numpy as np
from pysteps.utils.spectral import rapsd
from pysteps.verification.detcatscores import det_cat_fct
from pysteps.verification.probscores import reldiag_init, reldiag_accum, reldiag_compute
from pysteps.verification.spatialscores import fss

rng = np.random.default_rng(5)


def field(rows, columns):
    """A smooth positive field with dry parts, rounded so that it is the same in text."""
    from scipy.ndimage import gaussian_filter
    values = gaussian_filter(rng.normal(size=(rows, columns)), 2.0)
    values = (values - values.min()) / (values.max() - values.min())
    return np.round(np.maximum(values - 0.4, 0) * 40, 3)


truth, forecast = field(31, 24), field(31, 24)
forecast = np.round(0.6 * truth + 0.4 * forecast, 3)
scores = {}
for threshold in (0.1, 2.0, 8.0):
    found = det_cat_fct(forecast, truth, threshold, ["POD", "FAR", "CSI", "BIAS", "GSS", "HSS", "F1", "ACC"])
    scores[str(threshold)] = {name: float(value) for name, value in found.items()}
fractions = [
    {"threshold": threshold, "scale": scale, "value": float(fss(forecast, truth, threshold, scale))}
    for threshold in (0.1, 4.0)
    for scale in (1, 2, 5, 8, 64)
]


def radial(image):
    """rapsd by frequency: pysteps' own counts cycles over either side, so that oblong rings mix frequencies."""
    rows, columns = image.shape
    longer = max(rows, columns)
    along, across = np.fft.fftfreq(rows) * longer, np.fft.fftfreq(columns) * longer
    ring = np.hypot(along[:, None], across[None, :]).round()
    power = np.abs(np.fft.fft2(image)) ** 2 / image.size
    rings = np.arange((longer + 1) // 2)
    return np.array([power[ring == k].mean() for k in rings]), rings / longer


spectra = []
for rows, columns in ((31, 24), (16, 16), (12, 15), (15, 15), (31, 7)):
    power, frequency = radial(truth[:rows, :columns])
    if rows == columns:
        own = rapsd(truth[:rows, :columns], fft_method=np.fft, return_freq=True)
        assert np.allclose(power, own[0]) and np.allclose(frequency, own[1])
    spectra.append({"rows": rows, "columns": columns, "power": power.tolist(), "frequency": frequency.tolist()})
probability = np.round(rng.uniform(0.001, 0.999, 400), 4)
observed = (rng.uniform(size=400) < probability**1.5).astype(int)
diagram = reldiag_init(0.5, n_bins=10)
reldiag_accum(diagram, probability, observed)
mean_probability, frequency = reldiag_compute(diagram)
pixels = [0, 1, 62, 63, 100, 200, 255]
rain = [(10 ** (((p - 0.5) * 70 / 255 - 10) / 10) / 200) ** (1 / 1.6) for p in pixels]
out = {
    "shape": [31, 24],
    "truth": truth.ravel().tolist(),
    "forecast": forecast.ravel().tolist(),
    "mae": float(np.abs(truth - forecast).mean()),
    "rmse": float(np.sqrt(((truth - forecast) ** 2).mean())),
    "scores": scores,
    "fractions": fractions,
    "spectra": spectra,
    "reliability": {
        "probability": probability.tolist(),
        "observed": observed.tolist(),
        "mean": [float(v) for v in mean_probability],
        "frequency": [float(v) for v in frequency],
    },
    "rain": {"pixels": pixels, "values": rain},
}
pathlib.Path(__file__).with_name("nowcast.json").write_text(json.dumps(out) + "\n")
