/** The classes of TensorFlow's protocol buffers, which tfjs-node carries without types. */
// biome-ignore lint/suspicious/noExplicitAny: generated protocol buffer classes without types
export type Message = any;
export const proto: Message = require("@tensorflow/tfjs-node-gpu/dist/proto/api_pb");
