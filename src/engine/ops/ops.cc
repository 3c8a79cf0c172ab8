// The ops that TensorFlow gets when this library is opened, for CPUs: whole passes of LSTM and GRU over time, and steps
// of convolutional LSTMs. The inputs' share of all gates comes in, and the gradients of the recurrent kernel are left to
// the caller: both are single products, which TensorFlow has. The library is also an addon of Node's, which is how it is
// opened.
#include <node_api.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include "recurrence.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tsl/platform/denormal.h"

namespace podium {
namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::shape_inference::DimensionHandle;
using tensorflow::shape_inference::InferenceContext;
using tensorflow::shape_inference::ShapeHandle;

// The fastest build that this processor runs; PODIUM_OPS may name a slower one.
const Kernels& chooseKernels() {
#if defined(__x86_64__)
  const char* asked = std::getenv("PODIUM_OPS");
  const std::string most = asked ? asked : "";
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  if (avx512 && most != "avx2" && most != "baseline") return avx512Kernels;
  if (avx2 && most != "baseline") return avx2Kernels;
#endif
  return baselineKernels;
}

const Kernels& kernels() {
  static const Kernels& chosen = chooseKernels();
  return chosen;
}

const float* valuesOr0(const Tensor& tensor) { return tensor.NumElements() ? tensor.flat<float>().data() : nullptr; }
const float* values(const Tensor& tensor) { return tensor.flat<float>().data(); }
float* values(Tensor* tensor) { return tensor->flat<float>().data(); }

std::unique_ptr<float[]> floats(int64_t size) { return std::unique_ptr<float[]>(new float[size]); }

std::unique_ptr<float[]> packGates(const Tensor& kernel, int64_t first, int64_t streams) {
  const int64_t units = kernel.dim_size(0);
  auto packed = floats(kernels().packedSize(units, streams, units));
  kernels().packGates(values(kernel), kernel.dim_size(1), units, first, streams, units, packed.get());
  return packed;
}

std::unique_ptr<float[]> packTransposed(const Tensor& kernel, int64_t first, int64_t inner) {
  const int64_t units = kernel.dim_size(0);
  auto packed = floats(kernels().packedSize(inner, 1, units));
  kernels().packTransposed(values(kernel), kernel.dim_size(1), first, inner, units, packed.get());
  return packed;
}

// Shares the samples out among TensorFlow's threads. A sample's result does not depend on which others are beside it.
template <typename Pass>
void share(OpKernelContext* context, int64_t samples, const Pass& pass,
           void (*run)(const Pass&, int64_t, int64_t, float*)) {
  auto* workers = context->device()->tensorflow_cpu_worker_threads();
  const int64_t threads = std::max(1, workers->num_threads);
  const int64_t rows = std::max<int64_t>(1, std::min<int64_t>(16, (samples + threads - 1) / threads));
  const int64_t blocks = (samples + rows - 1) / rows;
  const auto work = [&](int64_t first, int64_t last) {
    const tsl::port::ScopedFlushDenormal flush;
    const auto memory = floats(kernels().workSize(rows, pass.units));
    for (int64_t block = first; block < last; block++) {
      run(pass, block * rows, std::min(samples, (block + 1) * rows), memory.get());
    }
  };
  if (blocks > 1 && threads > 1) workers->workers->ParallelFor(blocks, work);
  else work(0, blocks);
}

// The sizes of a pass, and whether its inputs fit them.
struct Sizes {
  int64_t samples = 0, steps = 0, units = 0;

  absl::Status read(const Tensor& gates, const Tensor& kernel, int64_t streams) {
    if (gates.dims() != 3 || kernel.dims() != 2 || kernel.dim_size(1) != streams * kernel.dim_size(0) ||
        gates.dim_size(2) != kernel.dim_size(1)) {
      return absl::InvalidArgumentError("Cannot run a recurrent layer: gates must be [samples, steps, " +
                                        std::to_string(streams) + " units] and the kernel [units, " +
                                        std::to_string(streams) + " units], got " + gates.shape().DebugString() +
                                        " and " + kernel.shape().DebugString());
    }
    samples = gates.dim_size(0), steps = gates.dim_size(1), units = kernel.dim_size(0);
    return absl::OkStatus();
  }
  TensorShape state() const { return TensorShape({samples, units}); }
  TensorShape sequence(int64_t streams = 1) const { return TensorShape({samples, steps, streams * units}); }
};

absl::Status checkShape(const Tensor& tensor, const TensorShape& shape, const char* name, bool optional) {
  if ((optional && tensor.NumElements() == 0) || tensor.shape() == shape) return absl::OkStatus();
  return absl::InvalidArgumentError(std::string("Cannot run a recurrent layer: ") + name + " must be " +
                                    shape.DebugString() + ", got " + tensor.shape().DebugString());
}

class RecurrentOp : public OpKernel {
 public:
  explicit RecurrentOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("backwards", &backwards_));
    OP_REQUIRES_OK(context, context->GetAttr("hard", &hard_));
  }

 protected:
  bool backwards_ = false;
  bool hard_ = false;

  // What every pass takes from its inputs.
  void fill(Sequence* pass, const Sizes& sizes, const Tensor& state, const Tensor& dropout, const Tensor& counts) const {
    pass->steps = sizes.steps, pass->units = sizes.units;
    pass->backwards = backwards_, pass->hard = hard_;
    pass->state = valuesOr0(state), pass->dropout = valuesOr0(dropout), pass->counts = valuesOr0(counts);
  }

  static absl::Status check(const Sizes& sizes, const Tensor& state, const Tensor& dropout, const Tensor& counts) {
    TF_RETURN_IF_ERROR(checkShape(state, sizes.state(), "the state", true));
    TF_RETURN_IF_ERROR(checkShape(dropout, sizes.state(), "the dropout", true));
    return checkShape(counts, TensorShape({sizes.samples, sizes.steps}), "the mask", true);
  }

  static absl::Status checkGradients(const Sizes& sizes, const Tensor& dStates, const Tensor& dLast) {
    TF_RETURN_IF_ERROR(checkShape(dStates, sizes.sequence(), "the states' gradient", true));
    return checkShape(dLast, sizes.state(), "the last state's gradient", true);
  }
};

#include "opsLstm.h"
#include "opsGru.h"
#include "opsConvLstm.h"

napi_value start(napi_env env, napi_value exports) {
  napi_value name;
  napi_create_string_utf8(env, kernels().name, NAPI_AUTO_LENGTH, &name);
  napi_set_named_property(env, exports, "kernels", name);
  return exports;
}

}  // namespace
}  // namespace podium

NAPI_MODULE(podium_ops, podium::start)
