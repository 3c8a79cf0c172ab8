// One GRU layer over time. Gates in Keras's order: update, reset, candidate.
#pragma once

#include "lstm.h"

namespace {

using podium::Gru;

inline V biasOf(const Gru& pass, int64_t at, int64_t count) { return loadOr0(pass.bias, at, count); }

inline V stateBefore(const Sequence& pass, int64_t sample, int64_t step, int64_t unit, int64_t count) {
  if (step == 0) return loadOr0(pass.state, sample * pass.units + unit, count);
  return load(pass.states + (sample * pass.steps + step - 1) * pass.units + unit, count);
}

// Writes a step's state: update * before + (1 - update) * candidate.
inline void advance(const Gru& pass, int64_t sample, int64_t step, int64_t unit, int64_t count, V update, V candidate,
                    float* next) {
  const V before = stateBefore(pass, sample, step, unit, count);
  V state = candidate + update * (before - candidate);
  if (isSkipped(pass, sample, placeOf(pass, step))) state = before;
  store(pass.states + (sample * pass.steps + step) * pass.units + unit, state, count);
  if (step == pass.steps - 1) store(pass.last + sample * pass.units + unit, state, count);
  recur(pass, sample, step + 1, unit, count, state, next);
}

// One step with the reset gate after the recurrent product (Keras 3, cuDNN).
void resetAfterStep(const Gru& pass, int64_t from, int64_t rows, int64_t step, const float* now, float* next) {
  const int64_t units = pass.units, row0 = rowOf(units), place = placeOf(pass, step);
  multiplyGates(now, row0, rows, units, pass.packed, 3, units, [&](int64_t block, int64_t row, const float* sums) {
    const int64_t sample = from + row, unit = block * lanes, count = clampLanes(units - unit);
    const int64_t at = (sample * pass.steps + place) * 3 * units + unit;
    const V inner = load(sums + 2 * lanes) + biasOf(pass, 2 * units + unit, count);
    const V update = gate(load(pass.projected + at, count) + load(sums) + biasOf(pass, unit, count), pass.hard);
    const V reset = gate(
        load(pass.projected + at + units, count) + load(sums + lanes) + biasOf(pass, units + unit, count), pass.hard);
    const V candidate = hyperbolicTangent(load(pass.projected + at + 2 * units, count) + reset * inner);
    store(pass.gates + at, update, count);
    store(pass.gates + at + units, reset, count);
    store(pass.gates + at + 2 * units, candidate, count);
    store(pass.inner + (sample * pass.steps + place) * units + unit, inner, count);
    advance(pass, sample, step, unit, count, update, candidate, next + row * row0 + unit);
  });
}

// One step with the reset gate before the recurrent product (the paper).
void resetBeforeStep(const Gru& pass, int64_t from, int64_t rows, int64_t step, const float* now, float* next,
                     float* resetState) {
  const int64_t units = pass.units, row0 = rowOf(units), place = placeOf(pass, step);
  multiplyGates(now, row0, rows, units, pass.packed, 2, units, [&](int64_t block, int64_t row, const float* sums) {
    const int64_t sample = from + row, unit = block * lanes, count = clampLanes(units - unit);
    const int64_t at = (sample * pass.steps + place) * 3 * units + unit;
    const V reset = gate(load(pass.projected + at + units, count) + load(sums + lanes), pass.hard);
    const V state = reset * load(now + row * row0 + unit);
    store(pass.gates + at, gate(load(pass.projected + at, count) + load(sums), pass.hard), count);
    store(pass.gates + at + units, reset, count);
    store(pass.inner + (sample * pass.steps + place) * units + unit, state, count);
    store(resetState + row * row0 + unit, state);
  });
  multiplyGates(resetState, row0, rows, units, pass.packedLast, 1, units,
                [&](int64_t block, int64_t row, const float* sums) {
    const int64_t sample = from + row, unit = block * lanes, count = clampLanes(units - unit);
    const int64_t at = (sample * pass.steps + place) * 3 * units + unit;
    const V candidate = hyperbolicTangent(load(pass.projected + at + 2 * units, count) + load(sums));
    store(pass.gates + at + 2 * units, candidate, count);
    advance(pass, sample, step, unit, count, load(pass.gates + at, count), candidate, next + row * row0 + unit);
  });
}

void gru(const Gru& pass, int64_t from, int64_t to, float* work) {
  const int64_t rows = to - from, row0 = rowOf(pass.units);
  float* now = work;
  float* next = now + rows * row0;
  float* resetState = next + rows * row0;
  begin(pass, from, rows, now);
  for (int64_t step = 0; step < pass.steps; step++) {
    if (pass.resetAfter) resetAfterStep(pass, from, rows, step, now, next);
    else resetBeforeStep(pass, from, rows, step, now, next, resetState);
    float* free = now;
    now = next;
    next = free;
  }
}

// Gradients of a step's products. `dState` becomes what reaches the state before it directly; `products` gets
// [rows][3 units], the gradients of the recurrent product.
void gatesBack(const Gru& pass, int64_t from, int64_t rows, int64_t step, float* dState, float* products) {
  const int64_t units = pass.units, row0 = rowOf(units), productsRow = rowOf(3 * units), place = placeOf(pass, step);
  for (int64_t row = 0; row < rows; row++) {
    const int64_t sample = from + row;
    const bool skipped = isSkipped(pass, sample, place);
    for (int64_t unit = 0; unit < units; unit += lanes) {
      const int64_t count = clampLanes(units - unit);
      const int64_t at = (sample * pass.steps + place) * 3 * units + unit;
      float* carried = dState + row * row0 + unit;
      float* product = products + row * productsRow + unit;
      const V dy = outerGradient(pass, sample, step, unit, count, load(carried));
      V update{}, reset{}, candidate{}, inner{};
      V direct = dy;
      if (!skipped) {
        const V z = load(pass.gates + at, count), r = load(pass.gates + at + units, count);
        const V n = load(pass.gates + at + 2 * units, count);
        update = gateBack(dy * (stateBefore(pass, sample, step, unit, count) - n), z, pass.hard);
        candidate = dy * (1.0f - z) * (1.0f - n * n);
        direct = dy * z;
        inner = candidate;
        if (pass.resetAfter) {
          const V product = load(pass.inner + (sample * pass.steps + place) * units + unit, count);
          reset = gateBack(candidate * product, r, pass.hard);
          inner = candidate * r;
        }
      }
      store(carried, direct);
      store(pass.dProjected + at, update, count);
      // Without resetAfter the reset gate, which may lie there, is still to be read.
      if (pass.resetAfter) store(pass.dProjected + at + units, reset, count);
      store(pass.dProjected + at + 2 * units, candidate, count);
      store(product, update, count);
      store(product + units, reset, count);
      store(product + 2 * units, inner, count);
      if (pass.resetAfter) {
        store(pass.dInner + at, update, count);
        store(pass.dInner + at + units, reset, count);
        store(pass.dInner + at + 2 * units, inner, count);
      }
    }
  }
}

// Adds a gradient of the recurring state to that of the state before dropout.
inline void addRecurring(const Gru& pass, int64_t sample, int64_t unit, V gradient, float* dState) {
  if (pass.dropout) gradient *= load(pass.dropout + sample * pass.units + unit, clampLanes(pass.units - unit));
  store(dState, load(dState) + gradient);
}

void gruBack(const Gru& pass, int64_t from, int64_t to, float* work) {
  const int64_t rows = to - from, units = pass.units, row0 = rowOf(units), productsRow = rowOf(3 * units);
  float* dState = work;
  float* products = dState + rows * row0;
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t unit = 0; unit < units; unit += lanes) {
      const int64_t count = clampLanes(units - unit);
      store(dState + row * row0 + unit, loadOr0(pass.dLast, (from + row) * units + unit, count));
    }
  }
  for (int64_t step = pass.steps - 1; step >= 0; step--) {
    gatesBack(pass, from, rows, step, dState, products);
    if (!pass.resetAfter) {
      const int64_t place = placeOf(pass, step);
      multiplyBlocks(products + 2 * units, productsRow, rows, units, pass.packedLast, units,
                     [&](int64_t block, int64_t row, V sum) {
        const int64_t sample = from + row, unit = block * lanes, count = clampLanes(units - unit);
        const int64_t at = (sample * pass.steps + place) * 3 * units + unit;
        V state = stateBefore(pass, sample, step, unit, count);
        if (pass.dropout) state *= load(pass.dropout + sample * units + unit, count);
        const V r = load(pass.gates + at + units, count);
        const V reset = isSkipped(pass, sample, place) ? V{} : gateBack(sum * state, r, pass.hard);
        store(pass.dProjected + at + units, reset, count);
        store(products + row * productsRow + units + unit, reset, count);
        addRecurring(pass, sample, unit, isSkipped(pass, sample, place) ? V{} : sum * r, dState + row * row0 + unit);
      });
    }
    const int64_t inner = pass.resetAfter ? 3 * units : 2 * units;
    multiplyBlocks(products, productsRow, rows, inner, pass.packed, units, [&](int64_t block, int64_t row, V sum) {
      addRecurring(pass, from + row, block * lanes, sum, dState + row * row0 + block * lanes);
    });
  }
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t unit = 0; unit < units; unit += lanes) {
      const int64_t count = clampLanes(units - unit);
      store(pass.dState + (from + row) * units + unit, load(dState + row * row0 + unit), count);
    }
  }
}

}  // namespace
