import type { Content } from "./wire";

/** The reply to a request that this kernel does not know; `undefined` for what is no request. */
export function rejection(type: string): Content | undefined {
  if (!type.endsWith("_request")) return undefined;
  return failure(`Cannot answer request: a type that this kernel knows is required, got ${type}`);
}

/** The reply to a request that cannot be met. */
export function failure(evalue: string): Content {
  return { status: "error", ename: "KernelError", evalue, traceback: [] };
}
