// Vectors of float32 and the functions of gates, for the processor that this build is compiled for. No reduction runs
// across lanes, so that builds of different width give the same bytes where both have fused multiplication.
#pragma once

#include <cstdint>
#include <cstring>

namespace {

#if defined(__AVX512F__)
constexpr int lanes = 16;
#elif defined(__AVX__)
constexpr int lanes = 8;
#else
constexpr int lanes = 4;
#endif

typedef float V __attribute__((vector_size(lanes * 4)));
typedef int32_t I __attribute__((vector_size(lanes * 4)));

inline V all(float x) { return x - V{}; }

inline V load(const float* from) {
  V x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

inline void store(float* to, V x) { std::memcpy(to, &x, sizeof x); }

// The first `count` lanes; the others are zero.
inline V load(const float* from, int64_t count) {
  if (count >= lanes) return load(from);
  float some[lanes] = {};
  for (int64_t i = 0; i < count; i++) some[i] = from[i];
  return load(some);
}

inline void store(float* to, V x, int64_t count) {
  if (count >= lanes) return store(to, x);
  float some[lanes];
  store(some, x);
  for (int64_t i = 0; i < count; i++) to[i] = some[i];
}

// `x` cut to [low, high]; NaN stays.
inline V cut(V x, float low, float high) {
  x = x < all(low) ? all(low) : x;
  return x > all(high) ? all(high) : x;
}

// e to the x, in Cephes's way: 2^n times a polynomial of what is left.
inline V exponential(V x) {
  x = cut(x, -87.0f, 88.0f);
  const V shifted = x * 1.44269504088896341f + 12582912.0f;  // the nearest whole n in the low bits
  const V n = shifted - 12582912.0f;
  V r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  V y = r * 1.9875691500e-4f + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * (r * r) + (r + 1.0f);
  I bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + (127 << 23);
  V scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return y * scale;
}

// Also Cephes's: a polynomial near zero, beyond that by the exponential, which reaches exactly 1.
inline V hyperbolicTangent(V x) {
  const V size = x < V{} ? -x : x;
  const V far = 1.0f - 2.0f / (exponential(size + size) + 1.0f);
  const V square = x * x;
  V p = square * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * square + -5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square + -3.33332819422e-1f;
  const V near = x * square * p + x;
  return size < all(0.625f) ? near : (x < V{} ? -far : far);
}

// A gate's activation.
inline V gate(V x, bool hard) {
  if (hard) return cut(x * 0.2f + 0.5f, 0.0f, 1.0f);
  return 1.0f / (exponential(-x) + 1.0f);
}

// The gradient of what was cut to [0, 1], from that of its output `y`.
inline V cutBack(V dy, V y) { return ((y > V{}) & (y < all(1.0f))) ? dy : (y != y ? y : V{}); }

// The gradient of a gate's input from that of its output `y`.
inline V gateBack(V dy, V y, bool hard) { return hard ? cutBack(dy * 0.2f, y) : dy * y * (1.0f - y); }

}  // namespace
