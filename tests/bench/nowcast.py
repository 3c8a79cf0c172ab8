"""The peers of the nowcast bench: reads one job a line, answers with its milliseconds.

Images come as a float64 file of shape (images, rows, columns) named in the first line.
"""
import contextlib
import io
import json
import sys
import time

with contextlib.redirect_stdout(io.StringIO()):
    import cv2
    import numpy as np
    from pysteps.extrapolation.semilagrangian import extrapolate
    from pysteps.motion.lucaskanade import dense_lucaskanade
    from pysteps.utils.spectral import rapsd
    from pysteps.verification.detcatscores import det_cat_fct
    from pysteps.verification.spatialscores import fss

request = json.loads(sys.stdin.readline())
images = np.fromfile(request["path"]).reshape(request["shape"])
motion = dense_lucaskanade(images)


def farneback():
    pair = [image.astype("uint8") for image in images[-2:]]
    return cv2.calcOpticalFlowFarneback(*pair, None, 0.5, 3, 15, 3, 5, 1.1, 0)


threads = cv2.getNumThreads()
jobs = {
    "lucasKanade": lambda: dense_lucaskanade(images),
    "advect": lambda: extrapolate(images[-1], motion, 1, outval=0.0),
    "farneback": farneback,
    "farneback in one thread": farneback,
    "categorical": lambda: det_cat_fct(images[-2], images[-1], 63.0),
    "fractions": lambda: fss(images[-2], images[-1], 63.0, 16),
    "spectrum": lambda: rapsd(images[-1], fft_method=np.fft),
}
print("ready", flush=True)
for line in sys.stdin:
    name = line.strip()
    cv2.setNumThreads(1 if name.endswith("one thread") else threads)
    job = jobs[name]
    start = time.perf_counter()
    job()
    print((time.perf_counter() - start) * 1000, flush=True)
