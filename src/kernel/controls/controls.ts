import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { type CellContext, currentCell, runForCell } from "../context";
import type { Displays } from "../display/display";
import { displayKey } from "../display/mime";
import { shortText } from "../display/text";
import type { Content } from "../wire/wire";
import type { Comms } from "./comms";
import { serveWidgetStates, Widget, type WidgetOptions } from "./widgets";

type Listener = (value: unknown) => unknown;

/** What a control is made of. */
interface Parts {
  readonly widget: WidgetOptions & { style: string };
  /** What the person calls it. */
  readonly kind: string;
  readonly label: string;
  readonly value: unknown;
  /** What a change of the model's state says of the value; `undefined` for one that says nothing. */
  valueOf(state: Content): unknown;
  /** What the model's state says for a value. */
  stateOf(value: unknown): Content;
  /** Refuses a value that the control cannot have. */
  check(value: unknown): void;
}

/** A control whose model the front end shows. */
class Control {
  readonly #parts: Parts;
  readonly #widget: Widget;
  readonly #cell: CellContext | undefined;
  readonly #listeners: Listener[] = [];
  #value: unknown;
  /** The run of the listeners, and whether the value changed meanwhile. */
  #calling: Promise<void> | undefined;
  #hasChanged = false;

  constructor(parts: Parts, make: (options: WidgetOptions) => Widget) {
    this.#parts = parts;
    this.#value = parts.value;
    this.#cell = currentCell();
    const { style, ...options } = parts.widget;
    const layout = make({
      name: "Layout",
      module: "base",
      isShown: false,
      state: { _view_name: "LayoutView" },
    });
    const look = make({ name: style, isShown: false, state: {} });
    const references = { layout: layout.reference, style: look.reference, description: parts.label };
    this.#widget = make({
      ...options,
      state: { ...references, ...options.state, ...parts.stateOf(parts.value) },
      onUpdate: (state) => this.#take(parts.valueOf(state)),
      onCustom: (content) => content.event === "click" && this.#take(Number(this.#value) + 1),
    });
  }

  get value(): unknown {
    return this.#value;
  }

  set value(value: unknown) {
    this.#parts.check(value);
    if (Object.is(value, this.#value)) return;
    this.#widget.update(this.#parts.stateOf(value));
    void this.#take(value);
  }

  get reference(): string {
    return this.#widget.reference;
  }

  onChange(listener: Listener): this {
    this.#listeners.push(listener);
    return this;
  }

  get text(): string {
    const { kind, label } = this.#parts;
    return `${[kind, label && `"${label}"`].filter(Boolean).join(" ")}: ${inspect(this.#value)}`;
  }

  [displayKey](): unknown {
    return this.#widget.bundle(this.text);
  }

  [inspect.custom](): string {
    return this.text;
  }

  /** Takes a value, and resolves when the listeners have seen it. */
  #take(value: unknown): Promise<void> | undefined {
    if (value === undefined) return undefined;
    this.#value = value;
    this.#hasChanged = true;
    this.#calling ??= this.#call().finally(() => {
      this.#calling = undefined;
    });
    return this.#calling;
  }

  async #call(): Promise<void> {
    while (this.#hasChanged) {
      this.#hasChanged = false;
      const call = () => Promise.all(this.#listeners.map(async (listener) => listener(this.#value)));
      try {
        await (this.#cell ? runForCell(this.#cell, call) : call());
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? String(error)) : inspect(error);
        const tell = () => process.stderr.write(`${text}\n`);
        if (this.#cell) runForCell(this.#cell, tell);
        else tell();
      }
    }
  }
}

interface SliderOptions {
  label?: string;
  min?: number;
  max?: number;
  step?: number;
  value?: number;
}

/** The most characters of a list's entry. */
const mostCharacters = 80;

/** What cells make controls with, on Jupyter's own widgets. */
export class Controls {
  readonly #comms: Comms;
  readonly #displays: Displays;
  readonly #widgets = new Set<Widget>();

  constructor(comms: Comms, displays: Displays) {
    this.#comms = comms;
    this.#displays = displays;
    serveWidgetStates(comms, () => this.#widgets);
  }

  readonly #make = (options: WidgetOptions): Widget => {
    const widget = new Widget(this.#comms, options);
    this.#widgets.add(widget);
    return widget;
  };

  /** The name that cells know. */
  get namespace(): Record<string, unknown> {
    const { slider, select, checkbox, text, button, interact } = this;
    return { slider, select, checkbox, text, button, interact };
  }

  readonly slider = (options: SliderOptions = {}): Control => {
    const { label = "", min = 0, max = 100, step = 1, value = min } = options;
    const check = (wanted: unknown) => {
      if (typeof wanted === "number" && wanted >= min && wanted <= max) return;
      throw new RangeError(
        `Cannot set slider: a number from ${min} to ${max} is required, got ${inspect(wanted)}`,
      );
    };
    const isSpan = [min, max, step].every((number) => Number.isFinite(number)) && min <= max && step > 0;
    if (!isSpan) {
      throw new RangeError(
        `Cannot make slider: finite min <= max and a step above 0 are required, got ${inspect({ min, max, step })}`,
      );
    }
    check(value);
    const isWhole = [min, max, step, value].every(Number.isInteger);
    const decimals = isWhole ? 0 : Math.min(6, Math.max(1, Math.ceil(-Math.log10(step))));
    return this.#control({
      widget: {
        name: isWhole ? "IntSlider" : "FloatSlider",
        style: "SliderStyle",
        state: { min, max, step, readout_format: isWhole ? "d" : `.${decimals}f` },
      },
      kind: "Slider",
      label,
      value,
      valueOf: (state) => state.value,
      stateOf: (wanted) => ({ value: wanted }),
      check,
    });
  };

  readonly select = (
    values: readonly unknown[],
    options: { label?: string; value?: unknown } = {},
  ): Control => {
    if (!Array.isArray(values) || values.length === 0) {
      throw new RangeError(`Cannot make select: one value or more is required, got ${inspect(values)}`);
    }
    const all = [...values];
    const { label = "", value = all[0] } = options;
    const check = (wanted: unknown) => {
      if (all.includes(wanted)) return;
      const known = all.slice(0, 20).map((one) => inspect(one));
      throw new RangeError(`Cannot choose: one of ${known.join(", ")} is required, got ${inspect(wanted)}`);
    };
    check(value);
    const labels = all.map((one) => shortText(typeof one === "string" ? one : inspect(one), mostCharacters));
    return this.#control({
      widget: { name: "Dropdown", style: "DescriptionStyle", state: { _options_labels: labels } },
      kind: "Select",
      label,
      value,
      valueOf: ({ index }) => (typeof index === "number" ? all[index] : undefined),
      stateOf: (wanted) => ({ index: all.indexOf(wanted) }),
      check,
    });
  };

  readonly checkbox = ({ label = "", value = false }: { label?: string; value?: boolean } = {}): Control =>
    this.#control({
      widget: { name: "Checkbox", style: "CheckboxStyle", state: { indent: false } },
      kind: "Checkbox",
      label,
      value,
      valueOf: (state) => state.value,
      stateOf: (wanted) => ({ value: wanted }),
      check: typeIs("boolean"),
    });

  readonly text = ({ label = "", value = "" }: { label?: string; value?: string } = {}): Control =>
    this.#control({
      widget: { name: "Text", style: "TextStyle", state: { continuous_update: false } },
      kind: "Text",
      label,
      value,
      valueOf: (state) => state.value,
      stateOf: (wanted) => ({ value: wanted }),
      check: typeIs("string"),
    });

  readonly button = (label: string, onPress?: () => unknown): Control => {
    const control = this.#control({
      widget: { name: "Button", style: "ButtonStyle", state: {} },
      kind: "Button",
      label,
      value: 0,
      valueOf: () => undefined,
      stateOf: () => ({}),
      check: typeIs("number"),
    });
    return onPress ? control.onChange(() => onPress()) : control;
  };

  readonly interact = (
    set: Record<string, Control>,
    show: (values: Record<string, unknown>) => unknown,
  ): void => {
    const id = `interact-${randomUUID()}`;
    const entries = Object.entries(set);
    const layout = this.#make({
      name: "Layout",
      module: "base",
      isShown: false,
      state: { _view_name: "LayoutView" },
    });
    const children = entries.map(([, control]) => control.reference);
    const box = this.#make({ name: "VBox", state: { children, layout: layout.reference } });
    this.#displays.show(box.bundle(entries.map(([, control]) => control.text).join("\n")));
    let isShown = false;
    const draw = async () => {
      const values = Object.fromEntries(entries.map(([name, control]) => [name, control.value]));
      const value = (await show(values)) ?? "";
      await this.#displays.display(value, { id, update: isShown });
      isShown = true;
    };
    for (const [, control] of entries) control.onChange(draw);
    this.#displays.await(draw());
  };

  #control(parts: Parts): Control {
    return new Control(parts, this.#make);
  }
}

function typeIs(type: string): (value: unknown) => void {
  return (value) => {
    if (typeof value === type) return;
    throw new TypeError(`Cannot set control: a ${type} is required, got ${inspect(value)}`);
  };
}
