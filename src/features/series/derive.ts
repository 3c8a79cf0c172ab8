import type { Series } from "../../core/series";
import { selectChannels } from "./channels";

/** Which channels a feature is made of. */
export interface ChannelOptions {
  /** Names of the channels to use; default all. */
  channels?: readonly string[];
}

/** Fills `out` `[steps, channels]` from the equally long piece of `data` that starts at `start`. */
export type WindowRule = (
  data: Float32Array,
  out: Float32Array,
  place: { start: number; end: number; channels: number },
) => void;

/** Makes one channel of each chosen channel, window by window; `suffix` is added to the names after a point. */
export function deriveEach(
  source: Series,
  options: ChannelOptions & { suffix: string; rule: WindowRule },
): Series {
  const { channels: names, suffix, rule } = options;
  const chosen = names ? selectChannels(source, names) : source;
  const [, steps, channels] = chosen.shape;
  const out = new Float32Array(chosen.data.length);
  const size = steps * channels;
  for (let start = 0; start < out.length; start += size) {
    rule(chosen.data, out, { start, end: start + size, channels });
  }
  return { ...chosen, data: out, channels: chosen.channels.map((name) => `${name}.${suffix}`) };
}
