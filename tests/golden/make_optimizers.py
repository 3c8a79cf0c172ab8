"""Golden trajectories of optimizers, weight averages and learning-rate schedules. Needs numpy, keras (TensorFlow), torch.

    python tests/golden/make_optimizers.py
"""
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

rng = np.random.default_rng(11)
size, steps = 7, 50
start = np.round(rng.normal(size=size), 3).astype(np.float32)
gradients = np.round(rng.normal(size=(steps, size)) * np.exp(rng.normal(size=(steps, 1))), 3).astype(np.float32)
gradients[3] = 0
gradients[:, 6] = 0


count = 60


def with_torch():
    import torch

    # PyTorch: AdamW (its decay is the same formula) and stochastic weight averaging from update 20 every 5 updates.
    weights = torch.nn.Parameter(torch.tensor(start))
    optimizer = torch.optim.AdamW([weights], lr=0.01, weight_decay=0.05, eps=1e-8)
    holder = torch.nn.ParameterList([weights])
    average = torch.optim.swa_utils.AveragedModel(holder)
    adamw, swa = [], []
    for i, gradient in enumerate(gradients):
        weights.grad = torch.tensor(gradient)
        optimizer.step()
        adamw.append(weights.detach().tolist())
        if i + 1 > 20 and (i + 1 - 20) % 5 == 0:
            average.update_parameters(holder)
            swa.append({"step": i, "average": next(average.module.parameters()).detach().tolist()})

    def torch_schedule(make, **options):
        parameter = torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.SGD([parameter], lr=options.pop("lr", 0.1), momentum=0.9)
        schedule = make(optimizer, **options)
        values = []
        for i in range(count):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if i + 1 < options.get("total_steps", count + 1):
                schedule.step()
        return values

    t = torch.optim.lr_scheduler
    return {
        "adamw": adamw,
        "swa": swa,
        "schedules": {
            "oneCycle": torch_schedule(t.OneCycleLR, max_lr=0.2, total_steps=45),
            "oneCycleSettings": torch_schedule(t.OneCycleLR, max_lr=0.2, total_steps=60, pct_start=0.25,
                                               div_factor=10.0, final_div_factor=100.0),
            "stepDecay": torch_schedule(t.StepLR, step_size=7, gamma=0.5),
            "cosineRestarts": torch_schedule(t.CosineAnnealingWarmRestarts, T_0=5, T_mult=2, eta_min=0.002),
        },
    }


def with_keras():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    def keras_run(make):
        """Weights after each update."""
        optimizer = make()
        variable = keras.Variable(start)
        out = []
        for gradient in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
            out.append(np.asarray(variable).tolist())
        return out


    o = keras.optimizers
    runs = {
        "sgd": ({}, o.SGD),
        "sgdMomentum": (dict(learning_rate=0.02, momentum=0.9), o.SGD),
        "sgdNesterov": (dict(learning_rate=0.02, momentum=0.9, nesterov=True), o.SGD),
        "rmsprop": ({}, o.RMSprop),
        "rmspropMomentum": (dict(learning_rate=0.002, rho=0.8, momentum=0.5), o.RMSprop),
        "rmspropCentered": (dict(momentum=0.3, centered=True), o.RMSprop),
        "adam": ({}, o.Adam),
        "adamLarge": (dict(learning_rate=0.05, beta_1=0.8, beta_2=0.95, epsilon=1e-3), o.Adam),
        "adamAmsgrad": (dict(amsgrad=True, beta_2=0.9), o.Adam),
        "adamDecay": (dict(weight_decay=0.1), o.Adam),
        "adamw": (dict(learning_rate=0.01), o.AdamW),
        "nadam": (dict(learning_rate=0.01), o.Nadam),
        "clipNorm": (dict(learning_rate=0.1, global_clipnorm=1.5), o.SGD),
        "clipValue": (dict(learning_rate=0.1, clipvalue=0.5), o.SGD),
    }
    out = {
        "start": start.tolist(),
        "gradients": gradients.tolist(),
        "keras": {name: {"config": config, "weights": keras_run(lambda: kind(**config))}
                  for name, (config, kind) in runs.items()},
    }

    optimizer = o.Adam(learning_rate=0.05, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=None)
    variable = keras.Variable(start)
    averages = []
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        averages.append(np.asarray(optimizer._model_variables_moving_average[0]).tolist())
    out["ema"] = averages
    out["emaOverwrite"] = keras_run(
        lambda: o.Adam(learning_rate=0.05, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=7))


    s = keras.optimizers.schedules

    def keras_schedule(schedule):
        return [float(schedule(i)) for i in range(count)]

    out["schedules"] = {
        "cosine": keras_schedule(s.CosineDecay(0.1, 40, alpha=0.05)),
        "warmCosine": keras_schedule(s.CosineDecay(0.001, 30, warmup_target=0.1, warmup_steps=12)),
        "piecewise": keras_schedule(s.PiecewiseConstantDecay([9, 30], [0.1, 0.05, 0.01])),
        "exponential": keras_schedule(s.ExponentialDecay(0.1, 20, 0.5)),
    }
    return out


# The two libraries do not load into one process.
if sys.argv[1:] == ["torch"]:
    print(json.dumps(with_torch()))
else:
    torch_part = json.loads(subprocess.run([sys.executable, __file__, "torch"], check=True, stdout=subprocess.PIPE).stdout)
    out = {**with_keras(), "torch": torch_part}
    pathlib.Path(__file__).with_name("optimizers.json").write_text(json.dumps(out) + "\n")
