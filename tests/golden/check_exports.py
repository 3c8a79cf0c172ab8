"""Loads every .keras file of a folder with Keras 3 and compares its outputs with those beside it.

    python check_exports.py DIRECTORY    # run by tests/compare/exportKeras.ts
"""

import glob
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.dont_write_bytecode = True
import keras
import numpy as np

directory = sys.argv[1]
sys.path.insert(0, directory)
import podium_layers  # noqa: E402, F401

failed = []
for file in sorted(glob.glob(os.path.join(directory, "*.keras"))):
    stem = file[: -len(".keras")]
    arrays = {
        kind: [np.load(name) for name in sorted(glob.glob(f"{glob.escape(stem)}.{kind}[0-9].npy"))]
        for kind in ("in", "out")
    }
    inputs = arrays["in"]
    try:
        model = keras.saving.load_model(file)
        outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        difference = max(
            float(np.max(np.abs(np.asarray(ours) - np.asarray(theirs))))
            for ours, theirs in zip(arrays["out"], outputs, strict=True)
        )
        # What Keras saves of it must be what it would read again, and training must go on.
        again = f"{stem}.again.keras"
        model.save(again)
        keras.saving.load_model(again)
        os.remove(again)
        model(inputs if len(inputs) > 1 else inputs[0], training=True)
    except Exception as error:  # noqa: BLE001
        print(f"{os.path.basename(stem):45} {type(error).__name__}: {str(error)[:600]}")
        failed.append(stem)
        continue
    spread = max(float(np.ptp(np.asarray(ours))) for ours in arrays["out"])
    print(f"{os.path.basename(stem):45} largest difference {difference:.1e}, outputs spread over {spread:.2g}")
    if not (difference <= 1e-5 and spread > 1e-3):
        failed.append(stem)
if failed:
    sys.exit(f"Keras does not agree on {len(failed)} models")
print(f"Keras {keras.__version__} agrees")
