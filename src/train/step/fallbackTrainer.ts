import { CaptureError } from "../../engine";
import { CompiledTrainer } from "./compiledTrainer";
import { EagerTrainer } from "./eager";
import type { TrainStep } from "./step";
import type { DeviceData, ProgramOptions, TrainCall, Trainer } from "./trainer";

/** Training in one session as long as its step is what was recorded; then, said aloud, op by op from the same state. */
export class FallbackTrainer implements Trainer {
  private trainer: CompiledTrainer | EagerTrainer;
  private data: DeviceData | undefined;
  private validation: DeviceData | undefined;
  private order: Int32Array | undefined;

  constructor(
    private readonly step: TrainStep,
    private readonly options: ProgramOptions,
  ) {
    try {
      this.trainer = new CompiledTrainer(step, options);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      this.trainer = this.eager(error.message);
    }
  }

  get mode(): "compiled" | "eager" {
    return this.trainer.mode;
  }

  private eager(reason: string): EagerTrainer {
    console.warn(`${reason}. Training goes on eagerly, op by op, which takes longer.`);
    return new EagerTrainer(this.step, this.options);
  }

  /** Looks whether callbacks have changed what the step computes, such as a layer's field; about one eager step. */
  check(): void {
    const { trainer } = this;
    if (!(trainer instanceof CompiledTrainer)) return;
    const place = trainer.outdated();
    if (place === undefined) return;
    const state = trainer.read();
    trainer.dispose();
    this.trainer = this.eager(
      `Cannot go on with the compiled step: ${place} is not what it was when it was recorded`,
    );
    this.trainer.write(state);
    if (this.data) this.trainer.load(this.data);
    if (this.validation) this.trainer.loadValidation(this.validation);
    if (this.order) this.trainer.setOrder(this.order);
  }

  load(data: DeviceData): void {
    this.data = data;
    this.trainer.load(data);
  }

  loadValidation(data: DeviceData): void {
    this.validation = data;
    this.trainer.loadValidation(data);
  }

  setOrder(order: Int32Array): void {
    this.order = order;
    this.trainer.setOrder(order);
  }

  train(call: TrainCall): Float64Array {
    return this.trainer.train(call);
  }

  evaluate(samples: { start: number; end: number }): Float64Array {
    return this.trainer.evaluate(samples);
  }

  read(): ReturnType<Trainer["read"]> {
    return this.trainer.read();
  }

  write(state: Parameters<Trainer["write"]>[0]): void {
    this.trainer.write(state);
  }

  dispose(): void {
    this.trainer.dispose();
  }
}
