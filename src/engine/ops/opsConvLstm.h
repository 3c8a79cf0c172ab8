// The ops of a convolutional LSTM's step; part of ops.cc.

REGISTER_OP("PodiumConvLstm")
    .Input("inputs: float")
    .Input("products: float")
    .Input("before: float")
    .Output("state: float")
    .Output("memory: float")
    .Output("gates: float")
    .Attr("hard: bool")
    .SetShapeFn([](InferenceContext* c) {
      ShapeHandle inputs;
      DimensionHandle units;
      TF_RETURN_IF_ERROR(c->WithRank(c->input(0), 4, &inputs));
      TF_RETURN_IF_ERROR(c->Divide(c->Dim(inputs, 3), 4, true, &units));
      const ShapeHandle state = c->MakeShape({c->Dim(inputs, 0), c->Dim(inputs, 1), c->Dim(inputs, 2), units});
      c->set_output(0, state);
      c->set_output(1, state);
      c->set_output(2, inputs);
      return absl::OkStatus();
    });

REGISTER_OP("PodiumConvLstmGrad")
    .Input("gates: float")
    .Input("memory: float")
    .Input("before: float")
    .Input("state_gradient: float")
    .Input("memory_gradient: float")
    .Output("gates_gradient: float")
    .Output("before_gradient: float")
    .Attr("hard: bool")
    .SetShapeFn([](InferenceContext* c) {
      c->set_output(0, c->input(0));
      c->set_output(1, c->input(1));
      return absl::OkStatus();
    });

// Vectors no wider than the units: the builds for AVX2 and AVX-512 give the same bytes.
const Kernels& kernelsFor(int64_t units) {
#if defined(__x86_64__)
  if (units < 16 && &kernels() == &avx512Kernels) return avx2Kernels;
#endif
  return kernels();
}

class ConvLstmBase : public OpKernel {
 public:
  explicit ConvLstmBase(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("hard", &hard_));
  }

 protected:
  bool hard_ = false;

  static absl::Status stateShape(const Tensor& gates, TensorShape* shape) {
    if (gates.dims() != 4 || gates.dim_size(3) % 4 != 0) {
      return absl::InvalidArgumentError(
          "Cannot run a convolutional LSTM: gates must be [samples, rows, columns, 4 filters], got " +
          gates.shape().DebugString());
    }
    *shape = gates.shape();
    shape->set_dim(3, gates.dim_size(3) / 4);
    return absl::OkStatus();
  }

  // Shares the places out among TensorFlow's threads, some thousand values at a time.
  static void shareStep(OpKernelContext* context, const ConvLstm& step, int64_t places,
                        void (*run)(const ConvLstm&, int64_t, int64_t)) {
    const int64_t size = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, step.units));
    const auto work = [&](int64_t first, int64_t last) {
      const tsl::port::ScopedFlushDenormal flush;
      run(step, first * size, std::min(places, last * size));
    };
    context->device()->tensorflow_cpu_worker_threads()->workers->ParallelFor((places + size - 1) / size, work);
  }
};

class ConvLstmOp : public ConvLstmBase {
 public:
  using ConvLstmBase::ConvLstmBase;

  void Compute(OpKernelContext* context) override {
    const Tensor& inputs = context->input(0);
    const Tensor& products = context->input(1);
    const Tensor& before = context->input(2);
    TensorShape shape;
    OP_REQUIRES_OK(context, stateShape(inputs, &shape));
    OP_REQUIRES_OK(context, checkShape(products, inputs.shape(), "the recurrent product", true));
    OP_REQUIRES_OK(context, checkShape(before, shape, "the memory", true));
    Tensor *state, *memory, *gates;
    OP_REQUIRES_OK(context, context->allocate_output(0, shape, &state));
    OP_REQUIRES_OK(context, context->allocate_output(1, shape, &memory));
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({1, 0}, 2, inputs.shape(), &gates));
    ConvLstm step{};
    step.units = shape.dim_size(3), step.hard = hard_;
    step.inputs = values(inputs), step.products = valuesOr0(products), step.before = valuesOr0(before);
    step.state = values(state), step.memory = values(memory), step.gates = values(gates);
    if (step.units) {
      shareStep(context, step, shape.num_elements() / step.units, kernelsFor(step.units).convLstm);
    }
  }
};
REGISTER_KERNEL_BUILDER(Name("PodiumConvLstm").Device(tensorflow::DEVICE_CPU), ConvLstmOp);

class ConvLstmGradOp : public ConvLstmBase {
 public:
  using ConvLstmBase::ConvLstmBase;

  void Compute(OpKernelContext* context) override {
    const Tensor& gates = context->input(0);
    const Tensor& memory = context->input(1);
    const Tensor& before = context->input(2);
    const Tensor& dState = context->input(3);
    const Tensor& dMemory = context->input(4);
    TensorShape shape;
    OP_REQUIRES_OK(context, stateShape(gates, &shape));
    OP_REQUIRES_OK(context, checkShape(memory, shape, "the memory", false));
    OP_REQUIRES_OK(context, checkShape(before, shape, "the memory before", true));
    OP_REQUIRES_OK(context, checkShape(dState, shape, "the state's gradient", false));
    OP_REQUIRES_OK(context, checkShape(dMemory, shape, "the memory's gradient", true));
    Tensor *dGates, *dBefore;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, gates.shape(), &dGates));
    OP_REQUIRES_OK(context, context->allocate_output(1, shape, &dBefore));
    ConvLstm step{};
    step.units = shape.dim_size(3), step.hard = hard_;
    step.gates = const_cast<float*>(values(gates)), step.memory = const_cast<float*>(values(memory));
    step.before = valuesOr0(before);
    step.dState = values(dState), step.dMemory = valuesOr0(dMemory);
    step.dGates = values(dGates), step.dBefore = values(dBefore);
    if (step.units) {
      shareStep(context, step, shape.num_elements() / step.units, kernelsFor(step.units).convLstmBack);
    }
  }
};
REGISTER_KERNEL_BUILDER(Name("PodiumConvLstmGrad").Device(tensorflow::DEVICE_CPU), ConvLstmGradOp);
