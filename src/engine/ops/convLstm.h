// One time step of a convolutional LSTM, all but its convolutions, for a range of places (pixels of all samples).
#pragma once

#include "lstm.h"

namespace {

using podium::ConvLstm;

// The gate of a convolutional LSTM: the sigmoid, or its input cut to [0, 1].
inline V convGate(V x, bool hard) { return hard ? cut(x, 0.0f, 1.0f) : gate(x, false); }

inline V convGateBack(V dy, V y, bool hard) { return hard ? cutBack(dy, y) : gateBack(dy, y, false); }

void convLstm(const ConvLstm& step, int64_t from, int64_t to) {
  const int64_t units = step.units;
  for (int64_t place = from; place < to; place++) {
    for (int64_t unit = 0; unit < units; unit += lanes) {
      const int64_t count = clampLanes(units - unit);
      const int64_t at = place * 4 * units + unit, out = place * units + unit;
      V parts[4];
      for (int64_t n = 0; n < 4; n++) {
        parts[n] = load(step.inputs + at + n * units, count) + loadOr0(step.products, at + n * units, count);
        parts[n] = n == 2 ? hyperbolicTangent(parts[n]) : convGate(parts[n], step.hard);
        store(step.gates + at + n * units, parts[n], count);
      }
      const V memory = parts[1] * loadOr0(step.before, out, count) + parts[0] * parts[2];
      store(step.memory + out, memory, count);
      store(step.state + out, parts[3] * hyperbolicTangent(memory), count);
    }
  }
}

void convLstmBack(const ConvLstm& step, int64_t from, int64_t to) {
  const int64_t units = step.units;
  for (int64_t place = from; place < to; place++) {
    for (int64_t unit = 0; unit < units; unit += lanes) {
      const int64_t count = clampLanes(units - unit);
      const int64_t at = place * 4 * units + unit, out = place * units + unit;
      const V input = load(step.gates + at, count), forget = load(step.gates + at + units, count);
      const V candidate = load(step.gates + at + 2 * units, count), output = load(step.gates + at + 3 * units, count);
      const V bent = hyperbolicTangent(load(step.memory + out, count));
      const V dState = load(step.dState + out, count);
      const V dMemory = loadOr0(step.dMemory, out, count) + dState * output * (1.0f - bent * bent);
      const V before = loadOr0(step.before, out, count);
      store(step.dGates + at, convGateBack(dMemory * candidate, input, step.hard), count);
      store(step.dGates + at + units, convGateBack(dMemory * before, forget, step.hard), count);
      store(step.dGates + at + 2 * units, dMemory * input * (1.0f - candidate * candidate), count);
      store(step.dGates + at + 3 * units, convGateBack(dState * bent, output, step.hard), count);
      store(step.dBefore + out, dMemory * forget, count);
    }
  }
}

}  // namespace
