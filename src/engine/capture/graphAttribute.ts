/** The attributes of a graph's nodes. */
import type { Binding, BindingAttribute } from "../native";

/** An op's attribute: a dtype (the binding's number), text, a list, … or a tensor for `Const`. */
export type GraphAttribute =
  | { readonly dtype: number }
  | { readonly text: string }
  | { readonly int: number | readonly number[] }
  | { readonly float: number | readonly number[] }
  | { readonly bool: boolean | readonly boolean[] }
  | { readonly shape: readonly number[] }
  | { readonly dtypes: readonly number[] }
  | { readonly tensor: { shape: readonly number[]; dtype: number; values: ArrayBufferView } };

function shapeMessage(shape: readonly number[]): Message {
  const message = new proto.TensorShape();
  for (const extent of shape) {
    const dimension = new proto.TensorShape.Dim();
    dimension.setSize(extent);
    message.addDim(dimension);
  }
  return message;
}

function tensorMessage(shape: readonly number[], dtype: number, values: ArrayBufferView): Message {
  const message = new proto.Tensor();
  message.setDtype(dtype);
  message.setTensorShape(shapeMessage(shape));
  message.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice());
  return message;
}

/** An attribute as its protocol buffer. */
export function attributeMessage(attribute: GraphAttribute): Message {
  const value = new proto.AttrValue();
  const list = () => {
    const message = new proto.AttrValue.ListValue();
    value.setList(message);
    return message;
  };
  if ("dtype" in attribute) value.setType(attribute.dtype);
  else if ("text" in attribute) value.setS(Buffer.from(attribute.text));
  else if ("shape" in attribute) value.setShape(shapeMessage(attribute.shape));
  else if ("dtypes" in attribute) list().setTypeList([...attribute.dtypes]);
  else if ("tensor" in attribute) {
    value.setTensor(tensorMessage(attribute.tensor.shape, attribute.tensor.dtype, attribute.tensor.values));
  } else if ("int" in attribute) {
    if (typeof attribute.int === "number") value.setI(attribute.int);
    else list().setIList([...attribute.int]);
  } else if ("float" in attribute) {
    if (typeof attribute.float === "number") value.setF(attribute.float);
    else list().setFList([...attribute.float]);
  } else if (typeof attribute.bool === "boolean") value.setB(attribute.bool);
  else list().setBList([...attribute.bool]);
  return value;
}

/** Turns an attribute as the addon takes it into a graph's. */
export function fromBindingAttribute(binding: Binding, attribute: BindingAttribute): GraphAttribute {
  const { type, value } = attribute;
  switch (type) {
    case binding.TF_ATTR_STRING:
      return { text: value as string };
    case binding.TF_ATTR_INT:
      return { int: value as number | number[] };
    case binding.TF_ATTR_FLOAT:
      return { float: value as number | number[] };
    case binding.TF_ATTR_BOOL:
      return { bool: value as boolean };
    case binding.TF_ATTR_TYPE:
      return { dtype: value as number };
    case binding.TF_ATTR_SHAPE:
      return { shape: value as number[] };
    default:
      throw new TypeError(`Cannot record an attribute: type ${type} of "${attribute.name}" is unknown`);
  }
}

/** The classes of TensorFlow's protocol buffers, which tfjs-node carries without types. */
// biome-ignore lint/suspicious/noExplicitAny: generated protocol buffer classes without types
export type Message = any;
export const proto: Message = require("@tensorflow/tfjs-node-gpu/dist/proto/api_pb");
