"""PyTorch on the networks of training.ts: a plain loop; compiled (inductor) where that is asked for or there is a GPU."""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from training_data import BATCH, STEPS, clock, data, serve

GPU = torch.cuda.is_available()
COMPILED = GPU or sys.argv[1:] == ["compiled"]
DEVICE = torch.device("cuda" if GPU else "cpu")


class MotionBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv1d(c, 128, 9, padding="same") for c in (channels, 128, 128)])
        self.norms = nn.ModuleList([nn.BatchNorm1d(128, eps=0.001, momentum=0.01) for _ in range(3)])

    def forward(self, x):
        first = self.convs[0](x)
        h = functional.elu(self.norms[0](first))
        h = functional.elu(self.norms[1](self.convs[1](h)))
        return functional.elu(self.norms[2](self.convs[2](h) + first))


def motion_torch():
    return nn.Sequential(
        nn.Dropout1d(0.1),
        MotionBlock(18),
        nn.MaxPool1d(3),
        nn.Dropout1d(0.1),
        MotionBlock(128),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Linear(128, 64),
        nn.BatchNorm1d(64, eps=0.001, momentum=0.01),
        nn.ELU(),
        nn.Dropout(0.4),
        nn.Linear(64, 61),
    )


class Recurrent(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.recurrent = cell(18, 64, num_layers=2, batch_first=True)
        self.out = nn.Linear(64, 61)

    def forward(self, x):
        return self.out(self.recurrent(x)[0][:, -1])


class GruPoolGru(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.GRU(18, 256, batch_first=True), nn.GRU(256, 150, batch_first=True)
        self.out = nn.Linear(150, 61)

    def forward(self, x):
        pooled = functional.max_pool1d(self.first(x)[0].transpose(1, 2), 2).transpose(1, 2)
        return self.out(self.second(pooled)[0].mean(1))


def lstm_torch():
    return Recurrent(nn.LSTM)


def gru_torch():
    return Recurrent(nn.GRU)


def gru600_torch():
    return GruPoolGru()


def dense_torch():
    return nn.Sequential(nn.Linear(18, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 61))


def torch_convs(channels, n, bottleneck):
    if not bottleneck:
        return nn.Conv2d(channels, n, 3, padding=1)
    return nn.Sequential(
        nn.Conv2d(channels, n // 4, 1), nn.Conv2d(n // 4, n // 4, 3, padding=1), nn.Conv2d(n // 4, n, 1)
    )


class RadarBlock(nn.Module):
    def __init__(self, channels, n, bottleneck=False, early=False, skip=False):
        super().__init__()
        self.early, self.skip = early, skip
        inner = channels if skip else n
        count = 2 if skip else 3
        starts = [channels] + [inner] * (count - 1)
        self.convs = nn.ModuleList([torch_convs(c, n, bottleneck) for c in starts])
        self.norms = nn.ModuleList([nn.BatchNorm2d(n, eps=0.001, momentum=0.01) for _ in range(count)])

    def forward(self, x):
        first = self.convs[0](x)
        shortcut = self.norms[0](first)
        path = x
        if not self.skip:
            path = functional.elu(first if self.early else shortcut)
            path = functional.elu(self.norms[1](self.convs[1](path)))
        return functional.elu(self.norms[-1](self.convs[-1](path)) + shortcut)


class TorchConvLstm(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n
        self.inner, self.outer = nn.Conv2d(1, 4 * n, 3, padding=1), nn.Conv2d(n, 4 * n, 3, padding=1, bias=False)

    def forward(self, x):
        samples, times, rows, columns = x.shape
        folded = self.inner(x.reshape(samples * times, 1, rows, columns))
        gates = folded.reshape(samples, times, 4 * self.n, rows, columns)
        h = c = torch.zeros(samples, self.n, rows, columns, device=x.device)
        for time_step in range(times):
            i, f, g, o = (gates[:, time_step] + self.outer(h)).chunk(4, 1)
            hard = lambda value: (0.2 * value + 0.5).clamp(0, 1)  # noqa: E731
            c = hard(f) * c + hard(i) * torch.tanh(g)
            h = hard(o) * torch.tanh(c)
        return h


class Radar(nn.Module):
    def __init__(self, f=16):
        super().__init__()
        self.one, self.two = RadarBlock(4, f), RadarBlock(f, 2 * f)
        self.three = RadarBlock(2 * f, 4 * f, bottleneck=True)
        self.low = RadarBlock(4 * f, 8 * f, bottleneck=True, skip=True)
        self.drop = nn.Dropout2d(0.25)
        sizes = ((8 * f, 4 * f), (4 * f, 2 * f), (2 * f, f))
        self.larger = nn.ModuleList(
            [nn.ConvTranspose2d(a, b, 3, stride=2, padding=1, output_padding=1) for a, b in sizes]
        )
        self.ups = nn.ModuleList(
            [
                RadarBlock(8 * f, 4 * f, bottleneck=True),
                RadarBlock(4 * f, 2 * f, early=True),
                RadarBlock(2 * f, f, early=True),
            ]
        )
        self.recurrent, self.norm = TorchConvLstm(16), nn.BatchNorm2d(16, eps=0.001, momentum=0.01)
        self.last, self.out = RadarBlock(f + 16, f), nn.Conv2d(f, 1, 3, padding=1)

    def forward(self, x):
        one = self.one(x)
        two = self.two(functional.max_pool2d(one, 2))
        three = self.three(functional.max_pool2d(two, 2))
        h = self.drop(self.low(self.drop(functional.max_pool2d(three, 2))))
        for larger, up, skip in zip(self.larger, self.ups, (three, two, one)):
            h = up(torch.cat([larger(h), skip], 1))
        h = self.last(torch.cat([h, self.norm(self.recurrent(x))], 1))
        return torch.sigmoid(self.out(h))


def radar_torch():
    return Radar()


class TorchPeer:
    def __init__(self, network):
        torch.manual_seed(0)
        self.network = network
        self.model = globals()[f"{network}_torch"]().to(DEVICE).train()
        x, y = data(network)
        if network == "motion":
            x = x.transpose(0, 2, 1)
        if network == "radar":
            x, y = x.transpose(0, 3, 1, 2), y.transpose(0, 3, 1, 2)
        self.x = torch.from_numpy(np.ascontiguousarray(x)).to(DEVICE)
        self.y = torch.from_numpy(np.ascontiguousarray(y if network == "radar" else y.astype(np.int64))).to(DEVICE)
        nadam = {"motion": 0.001, "radar": 0.0003}.get(network)
        parameters = self.model.parameters()
        self.optimizer = torch.optim.NAdam(parameters, nadam) if nadam else torch.optim.Adam(parameters, 0.001)
        self.loss = nn.L1Loss() if network == "radar" else nn.CrossEntropyLoss()
        self.forward = torch.compile(self.model) if COMPILED else self.model
        self.measure()

    def measure(self):
        size, steps = BATCH[self.network], STEPS[self.network]
        begin = clock()
        order = torch.randperm(len(self.x), device=DEVICE)
        total = 0.0
        for step in range(steps):
            rows = order[step * size : (step + 1) * size]
            loss = self.loss(self.forward(self.x[rows]), self.y[rows])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return (clock() - begin) / steps


serve(TorchPeer)
