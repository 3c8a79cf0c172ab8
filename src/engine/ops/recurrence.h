// Whole passes of LSTM and GRU over time, for a range of samples, which do not see each other: what threads share out.
// recurrence.cc is compiled once for every kind of processor; each build gives its own table of these functions.
#pragma once

#include <cstdint>

namespace podium {

// What LSTM and GRU share. Arrays are float32 and row-major; "steps" are in the order of the input, states in the order
// of reading, which differs where time is read backwards. Pointers that may be null are said to be.
struct Sequence {
  int64_t steps, units;
  bool backwards;
  bool hard;             // gates cut 0.2 x + 0.5 to [0, 1] instead of the sigmoid
  const float* packed;   // the recurrent kernel, from Kernels::pack…
  const float* state;    // [samples, units] before the first step, null: zeros
  const float* dropout;  // [samples, units], what the state is multiplied by before it recurs; null: ones
  const float* counts;   // [samples, steps], 0 where a step is skipped; null: all count
  // Written forward, read backward. `gates` holds the inputs' share before (it may be the same memory as that).
  const float* projected;  // [samples, steps, gates * units]
  float* gates;            // [samples, steps, gates * units], activated
  float* states;           // [samples, steps, units]
  float* recurring;        // [samples, steps, units], the state that recurred into a step, in the input's order
  float* last;             // [samples, units]
  // Backward.
  const float* dStates;  // [samples, steps, units] or null
  const float* dLast;    // [samples, units] or null
  float* dProjected;     // [samples, steps, gates * units]
  float* dState;         // [samples, units]
};

struct Lstm : Sequence {
  const float* memory;  // [samples, units] before the first step, null: zeros
  float* memories;      // [samples, steps, units]
  float* dMemory;       // [samples, units]
};

struct Gru : Sequence {
  bool resetAfter;
  const float* packedLast;  // without resetAfter: the candidate's part of the kernel; `packed` holds the two gates'
  const float* bias;        // [3 units] of the recurrent product, with resetAfter; null: zeros
  // [samples, steps, units]: the candidate's recurrent product with resetAfter, else the reset state.
  float* inner;
  float* dInner;  // [samples, steps, 3 units], with resetAfter
};

// One time step of a convolutional LSTM. A place is a pixel of a sample.
struct ConvLstm {
  int64_t units;
  bool hard;              // gates cut their input to [0, 1] instead of the sigmoid
  const float* inputs;    // [places, 4 units], the input's share of the gates
  const float* products;  // [places, 4 units], the state's share; null in the first step
  const float* before;    // [places, units], the memory before; null: zeros
  float* gates;           // [places, 4 units], activated
  float* memory;          // [places, units]
  float* state;           // [places, units]
  const float* dState;    // [places, units]
  const float* dMemory;   // [places, units], from the step after; null: zeros
  float* dGates;          // [places, 4 units]
  float* dBefore;         // [places, units]
};

struct Kernels {
  const char* name;
  // Floats that a packed kernel of `inner` rows and `streams` times `columns` columns takes.
  int64_t (*packedSize)(int64_t inner, int64_t streams, int64_t columns);
  // Packs columns [first + stream * columns, …) of `kernel` [inner, width], the same units of all streams side by side.
  void (*packGates)(const float* kernel, int64_t width, int64_t inner, int64_t first, int64_t streams, int64_t columns,
                    float* packed);
  // Packs the transpose of columns [first, first + inner) of `kernel` [columns, width].
  void (*packTransposed)(const float* kernel, int64_t width, int64_t first, int64_t inner, int64_t columns,
                         float* packed);
  // Floats of working memory that a pass over `rows` samples takes.
  int64_t (*workSize)(int64_t rows, int64_t units);
  void (*lstm)(const Lstm& pass, int64_t from, int64_t to, float* work);
  void (*lstmBack)(const Lstm& pass, int64_t from, int64_t to, float* work);
  void (*gru)(const Gru& pass, int64_t from, int64_t to, float* work);
  void (*gruBack)(const Gru& pass, int64_t from, int64_t to, float* work);
  void (*convLstm)(const ConvLstm& step, int64_t from, int64_t to);
  void (*convLstmBack)(const ConvLstm& step, int64_t from, int64_t to);
};

extern const Kernels baselineKernels;
#if defined(__x86_64__)
extern const Kernels avx2Kernels;
extern const Kernels avx512Kernels;
#endif

}  // namespace podium
