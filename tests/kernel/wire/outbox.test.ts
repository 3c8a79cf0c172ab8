import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Frames, Outbox } from "../../../src/kernel/wire/outbox";

/** A socket that is busy for some milliseconds after each message, as a real one is when its peer reads slowly. */
function slowSink(milliseconds: number): { sent: string[]; send(frames: Frames): Promise<void> } {
  let isBusy = false;
  const sent: string[] = [];
  return {
    sent,
    send(frames) {
      if (isBusy)
        throw new Error("Socket is busy writing; only one send operation may be in progress at any time");
      isBusy = milliseconds > 0;
      sent.push(String(frames[0]));
      return pause(milliseconds).then(() => {
        isBusy = false;
      });
    },
  };
}

test("messages to a busy socket wait their turn, and none is lost", async () => {
  const sink = slowSink(3);
  const outbox = new Outbox(sink);
  const wanted = Array.from({ length: 20 }, (_, i) => String(i));
  for (const text of wanted.slice(0, 10)) outbox.send([text]);
  await pause(10);
  for (const text of wanted.slice(10)) outbox.send([text]);
  assert.ok(sink.sent.length < 20);
  await outbox.empty();
  assert.deepEqual(sink.sent, wanted);
});

test("a free socket gets its message at once", () => {
  const sink = slowSink(0);
  const outbox = new Outbox(sink);
  outbox.send(["a"]);
  outbox.send(["b"]);
  assert.deepEqual(sink.sent, ["a", "b"]);
});

test("closing does not wait for ever, and a peer that is gone is no error", async () => {
  const stuck = new Outbox({
    send() {
      throw Object.assign(new Error("no"), { code: "EBUSY" });
    },
  });
  stuck.send(["a"]);
  const from = performance.now();
  await stuck.empty();
  assert.ok(performance.now() - from >= 900);
  const gone = new Outbox({ send: () => Promise.reject(new Error("gone")) });
  gone.send(["a"]);
  await pause(5);
  const broken = new Outbox({
    send() {
      throw new TypeError("not a message");
    },
  });
  assert.throws(() => broken.send(["a"]), TypeError);
});
