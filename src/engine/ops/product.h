// Products of few rows with a matrix that is packed once and used in every step.
#pragma once

#include "vectors.h"

namespace {

// Registers: AVX-512 and arm64 have 32, others 16.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int mostRows[5] = {0, 8, 8, 8, 6};
#else
constexpr int mostRows[5] = {0, 8, 6, 4, 3};
#endif

constexpr int64_t blocksOf(int64_t columns) { return (columns + lanes - 1) / lanes; }

// Streams that a panel holds side by side where a matrix has no gates.
constexpr int64_t width = 4;

int64_t packedSize(int64_t inner, int64_t streams, int64_t columns) {
  return inner * streams * blocksOf(columns) * lanes;
}

inline int64_t clampLanes(int64_t count) { return count < 0 ? 0 : count > lanes ? lanes : count; }

// A panel holds the same block of units of every stream: [inner][stream][lane].
void packGates(const float* kernel, int64_t width, int64_t inner, int64_t first, int64_t streams, int64_t columns,
               float* packed) {
  for (int64_t block = 0; block < blocksOf(columns); block++) {
    const int64_t count = clampLanes(columns - block * lanes);
    for (int64_t k = 0; k < inner; k++) {
      for (int64_t stream = 0; stream < streams; stream++, packed += lanes) {
        store(packed, load(kernel + k * width + first + stream * columns + block * lanes, count));
      }
    }
  }
}

// A panel holds up to four neighbouring blocks of columns: [inner][block][lane].
template <typename At>
void packBlocks(int64_t inner, int64_t columns, float* packed, At at) {
  for (int64_t block = 0; block < blocksOf(columns); block += width) {
    const int64_t streams = blocksOf(columns) - block < width ? blocksOf(columns) - block : width;
    for (int64_t k = 0; k < inner; k++) {
      for (int64_t lane = 0; lane < streams * lanes; lane++) {
        const int64_t column = block * lanes + lane;
        *packed++ = column < columns ? at(k, column) : 0.0f;
      }
    }
  }
}

void packTransposed(const float* kernel, int64_t width, int64_t first, int64_t inner, int64_t columns, float* packed) {
  packBlocks(inner, columns, packed, [=](int64_t k, int64_t column) { return kernel[column * width + first + k]; });
}

// Row by row: R rows of `a` times one panel of N streams, each sum in the order of `inner`.
template <int R, int N>
void tile(const float* a, int64_t stride, int64_t inner, const float* panel, float* sums) {
  V s[R][N] = {};
  for (int64_t k = 0; k < inner; k++, panel += N * lanes) {
    V w[N];
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) w[n] = load(panel + n * lanes);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V x = all(a[r * stride + k]);
#pragma GCC unroll 8
      for (int n = 0; n < N; n++) s[r][n] += x * w[n];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) store(sums + (r * N + n) * lanes, s[r][n]);
  }
}

typedef void (*Tile)(const float*, int64_t, int64_t, const float*, float*);
constexpr Tile tiles[4][8] = {
    {tile<1, 1>, tile<2, 1>, tile<3, 1>, tile<4, 1>, tile<5, 1>, tile<6, 1>, tile<7, 1>, tile<8, 1>},
    {tile<1, 2>, tile<2, 2>, tile<3, 2>, tile<4, 2>, tile<5, 2>, tile<6, 2>, tile<7, 2>, tile<8, 2>},
    {tile<1, 3>, tile<2, 3>, tile<3, 3>, tile<4, 3>, tile<5, 3>, tile<6, 3>, tile<7, 3>, tile<8, 3>},
    {tile<1, 4>, tile<2, 4>, tile<3, 4>, tile<4, 4>, tile<5, 4>, tile<6, 4>, tile<7, 4>, tile<8, 4>},
};

// Calls done(row, sums) for each of `rows` rows of `a` times a panel.
template <typename Done>
inline void multiplyPanel(const float* a, int64_t stride, int64_t rows, int64_t inner, const float* panel,
                          int64_t streams, Done done) {
  float sums[8 * 4 * lanes];
  const int64_t parts = (rows + mostRows[streams] - 1) / mostRows[streams];
  for (int64_t part = 0; part < parts; part++) {
    const int64_t from = rows * part / parts;
    const int64_t count = rows * (part + 1) / parts - from;
    tiles[streams - 1][count - 1](a + from * stride, stride, inner, panel, sums);
    for (int64_t r = 0; r < count; r++) done(from + r, sums + r * streams * lanes);
  }
}

// Calls done(block, row, sums) for each block of units and row: sums of all streams, from packGates.
template <typename Done>
inline void multiplyGates(const float* a, int64_t stride, int64_t rows, int64_t inner, const float* packed,
                          int64_t streams, int64_t columns, Done done) {
  for (int64_t block = 0; block < blocksOf(columns); block++, packed += inner * streams * lanes) {
    multiplyPanel(a, stride, rows, inner, packed, streams,
                  [&](int64_t row, const float* sums) { done(block, row, sums); });
  }
}

// Calls done(block, row, sum) for each block of columns and row, from packTransposed.
template <typename Done>
inline void multiplyBlocks(const float* a, int64_t stride, int64_t rows, int64_t inner, const float* packed,
                           int64_t columns, Done done) {
  for (int64_t block = 0; block < blocksOf(columns); block += width) {
    const int64_t streams = blocksOf(columns) - block < width ? blocksOf(columns) - block : width;
    multiplyPanel(a, stride, rows, inner, packed, streams, [&](int64_t row, const float* sums) {
      for (int64_t n = 0; n < streams; n++) done(block + n, row, load(sums + n * lanes));
    });
    packed += inner * streams * lanes;
  }
}

// The length of a row of `columns` floats in working memory: whole vectors, and rows that do not share cache sets.
constexpr int64_t rowOf(int64_t columns) { return blocksOf(columns) * lanes + 16; }

}  // namespace
