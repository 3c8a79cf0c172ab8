// The ops of LSTM; part of ops.cc.

REGISTER_OP("PodiumLstm")
    .Input("projected: float")
    .Input("kernel: float")
    .Input("state: float")
    .Input("memory: float")
    .Input("dropout: float")
    .Input("counts: float")
    .Output("states: float")
    .Output("gates: float")
    .Output("memories: float")
    .Output("recurring: float")
    .Output("last: float")
    .Attr("backwards: bool")
    .Attr("hard: bool")
    .SetShapeFn([](InferenceContext* c) {
      ShapeHandle projected, kernel;
      TF_RETURN_IF_ERROR(c->WithRank(c->input(0), 3, &projected));
      TF_RETURN_IF_ERROR(c->WithRank(c->input(1), 2, &kernel));
      const DimensionHandle samples = c->Dim(projected, 0), steps = c->Dim(projected, 1), units = c->Dim(kernel, 0);
      for (int output : {0, 2, 3}) c->set_output(output, c->MakeShape({samples, steps, units}));
      c->set_output(1, projected);
      c->set_output(4, c->MakeShape({samples, units}));
      return absl::OkStatus();
    });

REGISTER_OP("PodiumLstmGrad")
    .Input("kernel: float")
    .Input("memory: float")
    .Input("dropout: float")
    .Input("counts: float")
    .Input("gates: float")
    .Input("memories: float")
    .Input("states_gradient: float")
    .Input("last_gradient: float")
    .Output("projected_gradient: float")
    .Output("state_gradient: float")
    .Output("memory_gradient: float")
    .Attr("backwards: bool")
    .Attr("hard: bool")
    .SetShapeFn([](InferenceContext* c) {
      ShapeHandle kernel, gates;
      TF_RETURN_IF_ERROR(c->WithRank(c->input(0), 2, &kernel));
      TF_RETURN_IF_ERROR(c->WithRank(c->input(4), 3, &gates));
      c->set_output(0, gates);
      for (int output : {1, 2}) c->set_output(output, c->MakeShape({c->Dim(gates, 0), c->Dim(kernel, 0)}));
      return absl::OkStatus();
    });

class LstmOp : public RecurrentOp {
 public:
  using RecurrentOp::RecurrentOp;

  void Compute(OpKernelContext* context) override {
    const Tensor& projected = context->input(0);
    const Tensor& kernel = context->input(1);
    const Tensor& state = context->input(2);
    const Tensor& memory = context->input(3);
    const Tensor& dropout = context->input(4);
    const Tensor& counts = context->input(5);
    Sizes sizes;
    OP_REQUIRES_OK(context, sizes.read(projected, kernel, 4));
    OP_REQUIRES_OK(context, check(sizes, state, dropout, counts));
    OP_REQUIRES_OK(context, checkShape(memory, sizes.state(), "the memory", true));
    Tensor *states, *gates, *memories, *recurring, *last;
    OP_REQUIRES_OK(context, context->allocate_output(0, sizes.sequence(), &states));
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 1, sizes.sequence(4), &gates));
    OP_REQUIRES_OK(context, context->allocate_output(2, sizes.sequence(), &memories));
    OP_REQUIRES_OK(context, context->allocate_output(3, sizes.sequence(), &recurring));
    OP_REQUIRES_OK(context, context->allocate_output(4, sizes.state(), &last));
    if (sizes.steps == 0) {
      if (state.NumElements()) last->flat<float>() = state.flat<float>();
      else last->flat<float>().setZero();
      return;
    }
    const auto packed = packGates(kernel, 0, 4);
    Lstm pass{};
    fill(&pass, sizes, state, dropout, counts);
    pass.packed = packed.get();
    pass.memory = valuesOr0(memory);
    pass.projected = values(projected), pass.gates = values(gates);
    pass.states = values(states), pass.memories = values(memories);
    pass.recurring = values(recurring), pass.last = values(last);
    share(context, sizes.samples, pass, kernels().lstm);
  }
};
REGISTER_KERNEL_BUILDER(Name("PodiumLstm").Device(tensorflow::DEVICE_CPU), LstmOp);

class LstmGradOp : public RecurrentOp {
 public:
  using RecurrentOp::RecurrentOp;

  void Compute(OpKernelContext* context) override {
    const Tensor& kernel = context->input(0);
    const Tensor& memory = context->input(1);
    const Tensor& dropout = context->input(2);
    const Tensor& counts = context->input(3);
    const Tensor& gates = context->input(4);
    const Tensor& memories = context->input(5);
    const Tensor& dStates = context->input(6);
    const Tensor& dLast = context->input(7);
    Sizes sizes;
    OP_REQUIRES_OK(context, sizes.read(gates, kernel, 4));
    OP_REQUIRES_OK(context, check(sizes, memory, dropout, counts));
    OP_REQUIRES_OK(context, checkShape(memories, sizes.sequence(), "the memories", false));
    OP_REQUIRES_OK(context, checkGradients(sizes, dStates, dLast));
    Tensor *dProjected, *dState, *dMemory;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({4}, 0, gates.shape(), &dProjected));
    OP_REQUIRES_OK(context, context->allocate_output(1, sizes.state(), &dState));
    OP_REQUIRES_OK(context, context->allocate_output(2, sizes.state(), &dMemory));
    const auto packed = packTransposed(kernel, 0, 4 * sizes.units);
    Lstm pass{};
    fill(&pass, sizes, Tensor(), dropout, counts);
    pass.packed = packed.get();
    pass.memory = valuesOr0(memory), pass.memories = const_cast<float*>(values(memories));
    pass.gates = const_cast<float*>(values(gates));
    pass.dStates = valuesOr0(dStates), pass.dLast = valuesOr0(dLast);
    pass.dProjected = values(dProjected), pass.dState = values(dState), pass.dMemory = values(dMemory);
    share(context, sizes.samples, pass, kernels().lstmBack);
  }
};
REGISTER_KERNEL_BUILDER(Name("PodiumLstmGrad").Device(tensorflow::DEVICE_CPU), LstmGradOp);
