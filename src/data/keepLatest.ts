/** Makes kernels for plans and keeps the latest, as its memory takes longer to make than to use. */
export function keepLatest<Plan, Kernel>(make: (plan: Plan) => Kernel): (plan: Plan) => Kernel {
  let latest: { key: string; kernel: Kernel } | undefined;
  return (plan) => {
    const key = JSON.stringify(plan);
    if (latest?.key !== key) latest = { key, kernel: make(plan) };
    return latest.kernel;
  };
}
