// One LSTM layer over time. Gates in Keras's order: input, forget, candidate, output.
#pragma once

#include "product.h"
#include "recurrence.h"

namespace {

using podium::Lstm;
using podium::Sequence;

// The place of the step that is read as number `step`.
inline int64_t placeOf(const Sequence& pass, int64_t step) { return pass.backwards ? pass.steps - 1 - step : step; }

inline bool isSkipped(const Sequence& pass, int64_t sample, int64_t place) {
  return pass.counts && pass.counts[sample * pass.steps + place] == 0.0f;
}

inline V loadOr0(const float* array, int64_t at, int64_t count) { return array ? load(array + at, count) : V{}; }

// Puts the state into working memory and into `recurring`, after dropout.
inline void recur(const Sequence& pass, int64_t sample, int64_t step, int64_t unit, int64_t count, V state, float* to) {
  if (step >= pass.steps) return;
  if (pass.dropout) state *= load(pass.dropout + sample * pass.units + unit, count);
  store(to, state);
  store(pass.recurring + (sample * pass.steps + placeOf(pass, step)) * pass.units + unit, state, count);
}

// The state before the first step.
inline void begin(const Sequence& pass, int64_t from, int64_t rows, float* to) {
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t unit = 0; unit < pass.units; unit += lanes) {
      const int64_t count = clampLanes(pass.units - unit);
      const V state = loadOr0(pass.state, (from + row) * pass.units + unit, count);
      recur(pass, from + row, 0, unit, count, state, to + row * rowOf(pass.units) + unit);
    }
  }
}

void lstm(const Lstm& pass, int64_t from, int64_t to, float* work) {
  const int64_t rows = to - from, units = pass.units, row0 = rowOf(units);
  float* now = work;
  float* next = work + rows * row0;
  begin(pass, from, rows, now);
  for (int64_t step = 0; step < pass.steps; step++) {
    const int64_t place = placeOf(pass, step);
    multiplyGates(now, row0, rows, units, pass.packed, 4, units, [&](int64_t block, int64_t row, const float* sums) {
      const int64_t sample = from + row, unit = block * lanes, count = clampLanes(units - unit);
      const int64_t at = (sample * pass.steps + place) * 4 * units + unit;
      const int64_t out = (sample * pass.steps + step) * units + unit;
      const int64_t start = sample * units + unit;
      const V before = step > 0 ? load(pass.memories + out - units, count) : loadOr0(pass.memory, start, count);
      const V input = gate(load(pass.projected + at, count) + load(sums), pass.hard);
      const V forget = gate(load(pass.projected + at + units, count) + load(sums + lanes), pass.hard);
      const V candidate = hyperbolicTangent(load(pass.projected + at + 2 * units, count) + load(sums + 2 * lanes));
      const V output = gate(load(pass.projected + at + 3 * units, count) + load(sums + 3 * lanes), pass.hard);
      V memory = forget * before + input * candidate;
      V state = output * hyperbolicTangent(memory);
      if (isSkipped(pass, sample, place)) {
        memory = before;
        state = step > 0 ? load(pass.states + out - units, count) : loadOr0(pass.state, start, count);
      }
      store(pass.gates + at, input, count);
      store(pass.gates + at + units, forget, count);
      store(pass.gates + at + 2 * units, candidate, count);
      store(pass.gates + at + 3 * units, output, count);
      store(pass.memories + out, memory, count);
      store(pass.states + out, state, count);
      if (step == pass.steps - 1) store(pass.last + start, state, count);
      recur(pass, sample, step + 1, unit, count, state, next + row * row0 + unit);
    });
    float* free = now;
    now = next;
    next = free;
  }
}

// The gradient of the state after a step, from outside and from the step after it.
inline V outerGradient(const Sequence& pass, int64_t sample, int64_t step, int64_t unit, int64_t count, V carried) {
  if (!pass.dStates) return carried;
  return carried + load(pass.dStates + (sample * pass.steps + step) * pass.units + unit, count);
}

void lstmBack(const Lstm& pass, int64_t from, int64_t to, float* work) {
  const int64_t rows = to - from, units = pass.units, row0 = rowOf(units), gatesRow = rowOf(4 * units);
  float* dState = work;
  float* dMemory = dState + rows * row0;
  float* dGates = dMemory + rows * row0;
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t unit = 0; unit < units; unit += lanes) {
      const int64_t count = clampLanes(units - unit);
      store(dState + row * row0 + unit, loadOr0(pass.dLast, (from + row) * units + unit, count));
      store(dMemory + row * row0 + unit, V{});
    }
  }
  for (int64_t step = pass.steps - 1; step >= 0; step--) {
    const int64_t place = placeOf(pass, step);
    for (int64_t row = 0; row < rows; row++) {
      const int64_t sample = from + row;
      const bool skipped = isSkipped(pass, sample, place);
      for (int64_t unit = 0; unit < units; unit += lanes) {
        const int64_t count = clampLanes(units - unit);
        const int64_t at = (sample * pass.steps + place) * 4 * units + unit;
        const int64_t out = (sample * pass.steps + step) * units + unit;
        float* carriedState = dState + row * row0 + unit;
        float* carriedMemory = dMemory + row * row0 + unit;
        float* scratch = dGates + row * gatesRow + unit;
        const V dy = outerGradient(pass, sample, step, unit, count, load(carriedState));
        V parts[4] = {};
        if (skipped) {
          store(carriedState, dy);
        } else {
          const V input = load(pass.gates + at, count), forget = load(pass.gates + at + units, count);
          const V candidate = load(pass.gates + at + 2 * units, count);
          const V output = load(pass.gates + at + 3 * units, count);
          const V before =
              step > 0 ? load(pass.memories + out - units, count) : loadOr0(pass.memory, sample * units + unit, count);
          const V bent = hyperbolicTangent(load(pass.memories + out, count));
          const V memory = load(carriedMemory) + dy * output * (1.0f - bent * bent);
          parts[0] = gateBack(memory * candidate, input, pass.hard);
          parts[1] = gateBack(memory * before, forget, pass.hard);
          parts[2] = memory * input * (1.0f - candidate * candidate);
          parts[3] = gateBack(dy * bent, output, pass.hard);
          store(carriedMemory, memory * forget);
          store(carriedState, V{});
        }
        for (int64_t n = 0; n < 4; n++) {
          store(pass.dProjected + at + n * units, parts[n], count);
          store(scratch + n * units, parts[n], count);
        }
      }
    }
    multiplyBlocks(dGates, gatesRow, rows, 4 * units, pass.packed, units, [&](int64_t block, int64_t row, V sum) {
      float* carried = dState + row * row0 + block * lanes;
      if (pass.dropout) {
        sum *= load(pass.dropout + (from + row) * units + block * lanes, clampLanes(units - block * lanes));
      }
      store(carried, load(carried) + sum);
    });
  }
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t unit = 0; unit < units; unit += lanes) {
      const int64_t count = clampLanes(units - unit);
      store(pass.dState + (from + row) * units + unit, load(dState + row * row0 + unit), count);
      store(pass.dMemory + (from + row) * units + unit, load(dMemory + row * row0 + unit), count);
    }
  }
}

}  // namespace
