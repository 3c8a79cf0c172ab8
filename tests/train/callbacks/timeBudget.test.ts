import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { timeBudget } from "../../../src/train/callbacks";
import type { Callback } from "../../../src/train/types";
import { FakeContext, resume } from "./context";

const epochs = Array.from({ length: 30 }, () => ({ loss: 1 }));
/** Makes every epoch last a while. */
const slow: Callback = { name: "slow", onEpochBegin: () => sleep(15) };

test("training ends with the epoch in which the time is used up", async () => {
  const context = new FakeContext([slow, timeBudget({ seconds: 0.04 })]);
  await context.run(epochs);
  assert.ok(context.epoch >= 1 && context.epoch <= 3, `${context.epoch} epochs`);
  assert.match(context.stopReason ?? "", /0.04 s are used up/);
  const free = new FakeContext([timeBudget()]);
  await free.run(epochs);
  assert.equal(free.epoch, 30);
});

test("a training that goes on has only the time that is left", async () => {
  const first = new FakeContext([slow, timeBudget({ seconds: 0.04 })]);
  await first.run(epochs, { end: false });
  const again = new FakeContext([slow, timeBudget({ seconds: 0.04 })]);
  resume(again, first.state());
  await again.run(epochs);
  assert.equal(again.epoch, first.epoch);
});

test("a callback that served one training starts the next with all its time", async () => {
  const budget = timeBudget({ seconds: 0.04 });
  const first = new FakeContext([slow, budget]);
  await first.run(epochs);
  const second = new FakeContext([slow, budget]);
  await second.run(epochs);
  assert.ok(second.epoch >= 1);
});

test("the learning rate follows the share of updates or of time, whichever is further", async () => {
  const context = new FakeContext();
  const schedule = (share: number): number => 1 - share;
  const byUpdates = timeBudget({ schedule });
  byUpdates.onTrainBegin?.(context);
  assert.equal(byUpdates.learningRateAt?.(75, context), 0.75); // of 30 epochs of 10 updates
  const byTime = timeBudget({ seconds: 0.02, schedule });
  byTime.onTrainBegin?.(context);
  await sleep(25);
  assert.equal(byTime.learningRateAt?.(0, context), 0);
  assert.equal(timeBudget({ seconds: 1 }).learningRateAt, undefined);
});

test("the processors' clock stands while a process sleeps and runs while it computes", async () => {
  const asleep = new FakeContext([slow, timeBudget({ seconds: 0.2, clock: "processor" })]);
  await asleep.run(epochs.slice(0, 20));
  assert.equal(asleep.stopReason, undefined);
  const busy: Callback = {
    name: "busy",
    onEpochBegin() {
      const { user } = process.cpuUsage();
      while (process.cpuUsage().user - user < 50_000);
    },
  };
  const awake = new FakeContext([busy, timeBudget({ seconds: 0.2, clock: "processor" })]);
  await awake.run(epochs.slice(0, 20));
  assert.match(awake.stopReason ?? "", /0.2 s are used up/);
});

test("a time that is none is refused", () => {
  assert.throws(() => timeBudget({ seconds: 0 }), /seconds must be above 0, got 0/);
});
