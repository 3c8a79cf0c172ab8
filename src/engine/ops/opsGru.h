// The ops of GRU; part of ops.cc.

REGISTER_OP("PodiumGru")
    .Input("projected: float")
    .Input("kernel: float")
    .Input("bias: float")
    .Input("state: float")
    .Input("dropout: float")
    .Input("counts: float")
    .Output("states: float")
    .Output("gates: float")
    .Output("inner: float")
    .Output("recurring: float")
    .Output("last: float")
    .Attr("backwards: bool")
    .Attr("hard: bool")
    .Attr("reset_after: bool")
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

REGISTER_OP("PodiumGruGrad")
    .Input("kernel: float")
    .Input("state: float")
    .Input("dropout: float")
    .Input("counts: float")
    .Input("gates: float")
    .Input("inner: float")
    .Input("states: float")
    .Input("states_gradient: float")
    .Input("last_gradient: float")
    .Output("projected_gradient: float")
    .Output("product_gradient: float")
    .Output("state_gradient: float")
    .Attr("backwards: bool")
    .Attr("hard: bool")
    .Attr("reset_after: bool")
    .SetShapeFn([](InferenceContext* c) {
      ShapeHandle kernel, gates;
      bool resetAfter;
      TF_RETURN_IF_ERROR(c->WithRank(c->input(0), 2, &kernel));
      TF_RETURN_IF_ERROR(c->WithRank(c->input(4), 3, &gates));
      TF_RETURN_IF_ERROR(c->GetAttr("reset_after", &resetAfter));
      c->set_output(0, gates);
      c->set_output(1, resetAfter ? gates : c->MakeShape({c->MakeDim(0)}));
      c->set_output(2, c->MakeShape({c->Dim(gates, 0), c->Dim(kernel, 0)}));
      return absl::OkStatus();
    });

class GruOp : public RecurrentOp {
 public:
  explicit GruOp(OpKernelConstruction* context) : RecurrentOp(context) {
    OP_REQUIRES_OK(context, context->GetAttr("reset_after", &resetAfter_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& projected = context->input(0);
    const Tensor& kernel = context->input(1);
    const Tensor& bias = context->input(2);
    const Tensor& state = context->input(3);
    const Tensor& dropout = context->input(4);
    const Tensor& counts = context->input(5);
    Sizes sizes;
    OP_REQUIRES_OK(context, sizes.read(projected, kernel, 3));
    OP_REQUIRES_OK(context, check(sizes, state, dropout, counts));
    OP_REQUIRES_OK(context, checkShape(bias, TensorShape({3 * sizes.units}), "the recurrent bias", true));
    Tensor *states, *gates, *inner, *recurring, *last;
    OP_REQUIRES_OK(context, context->allocate_output(0, sizes.sequence(), &states));
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 1, sizes.sequence(3), &gates));
    OP_REQUIRES_OK(context, context->allocate_output(2, sizes.sequence(), &inner));
    OP_REQUIRES_OK(context, context->allocate_output(3, sizes.sequence(), &recurring));
    OP_REQUIRES_OK(context, context->allocate_output(4, sizes.state(), &last));
    if (sizes.steps == 0) {
      if (state.NumElements()) last->flat<float>() = state.flat<float>();
      else last->flat<float>().setZero();
      return;
    }
    const auto packed = packGates(kernel, 0, resetAfter_ ? 3 : 2);
    const auto packedLast = resetAfter_ ? nullptr : packGates(kernel, 2 * sizes.units, 1);
    Gru pass{};
    fill(&pass, sizes, state, dropout, counts);
    pass.resetAfter = resetAfter_;
    pass.packed = packed.get(), pass.packedLast = packedLast.get();
    pass.bias = valuesOr0(bias);
    pass.projected = values(projected), pass.gates = values(gates);
    pass.states = values(states), pass.inner = values(inner);
    pass.recurring = values(recurring), pass.last = values(last);
    share(context, sizes.samples, pass, kernels().gru);
  }

 private:
  bool resetAfter_ = true;
};
REGISTER_KERNEL_BUILDER(Name("PodiumGru").Device(tensorflow::DEVICE_CPU), GruOp);

class GruGradOp : public RecurrentOp {
 public:
  explicit GruGradOp(OpKernelConstruction* context) : RecurrentOp(context) {
    OP_REQUIRES_OK(context, context->GetAttr("reset_after", &resetAfter_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& kernel = context->input(0);
    const Tensor& state = context->input(1);
    const Tensor& dropout = context->input(2);
    const Tensor& counts = context->input(3);
    const Tensor& gates = context->input(4);
    const Tensor& inner = context->input(5);
    const Tensor& states = context->input(6);
    const Tensor& dStates = context->input(7);
    const Tensor& dLast = context->input(8);
    Sizes sizes;
    OP_REQUIRES_OK(context, sizes.read(gates, kernel, 3));
    OP_REQUIRES_OK(context, check(sizes, state, dropout, counts));
    OP_REQUIRES_OK(context, checkShape(inner, sizes.sequence(), "the inner values", false));
    OP_REQUIRES_OK(context, checkShape(states, sizes.sequence(), "the states", false));
    OP_REQUIRES_OK(context, checkGradients(sizes, dStates, dLast));
    Tensor *dProjected, *dInner, *dState;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({4}, 0, gates.shape(), &dProjected));
    OP_REQUIRES_OK(context,
                   context->allocate_output(1, resetAfter_ ? gates.shape() : TensorShape({0}), &dInner));
    OP_REQUIRES_OK(context, context->allocate_output(2, sizes.state(), &dState));
    const int64_t units = sizes.units;
    const auto packed = packTransposed(kernel, 0, resetAfter_ ? 3 * units : 2 * units);
    const auto packedLast = resetAfter_ ? nullptr : packTransposed(kernel, 2 * units, units);
    Gru pass{};
    fill(&pass, sizes, state, dropout, counts);
    pass.resetAfter = resetAfter_;
    pass.packed = packed.get(), pass.packedLast = packedLast.get();
    pass.gates = const_cast<float*>(values(gates)), pass.inner = const_cast<float*>(values(inner));
    pass.states = const_cast<float*>(values(states));
    pass.dStates = valuesOr0(dStates), pass.dLast = valuesOr0(dLast);
    pass.dProjected = values(dProjected), pass.dInner = values(dInner), pass.dState = values(dState);
    share(context, sizes.samples, pass, kernels().gruBack);
  }

 private:
  bool resetAfter_ = true;
};
REGISTER_KERNEL_BUILDER(Name("PodiumGruGrad").Device(tensorflow::DEVICE_CPU), GruGradOp);
