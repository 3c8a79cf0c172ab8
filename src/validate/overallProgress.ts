import { type Progress, startProgress } from "../core/progress";

/**
 * One line over all fits of a cross-validation: how many are done, and the time left, by the fits that were made now and
 * the share of the present one. Fits that are read from files take no time.
 */
export class OverallProgress {
  private readonly line: Progress;
  private readonly times: number[] = [];
  private done = 0;
  private present: { readonly begin: number; share: number } | undefined;

  /**
   * @param count fits in all
   */
  constructor(private readonly count: number) {
    this.line = startProgress("Cross-validation", {
      total: count,
      unit: "fits",
      remaining: () => this.remaining(),
    });
  }

  /** A fit begins. */
  begin(): void {
    this.present = { begin: performance.now(), share: 0 };
    this.line.update(this.done);
  }

  /** So much of the present fit is done, from 0 to 1. */
  share(share: number): void {
    if (this.present) this.present.share = share;
    this.line.update(this.done);
  }

  /** A fit is done, or was found done. */
  end(): void {
    if (this.present) this.times.push((performance.now() - this.present.begin) / 1000);
    this.present = undefined;
    this.done++;
    this.line.update(this.done);
  }

  close(): void {
    this.line.end();
  }

  /** Seconds left; `undefined` while nothing is known. */
  remaining(): number | undefined {
    const passed = this.present ? (performance.now() - this.present.begin) / 1000 : 0;
    const share = this.present?.share ?? 0;
    const mean = this.times.reduce((sum, time) => sum + time, 0) / this.times.length;
    // Fits may end early: those that are done say more than the plan of the present one.
    const one = this.times.length > 0 ? mean : share > 0 ? passed / share : undefined;
    if (one === undefined) return undefined;
    const left = this.count - this.done;
    return left === 0 ? 0 : (left - 1) * one + Math.max(0, one - passed);
  }
}
