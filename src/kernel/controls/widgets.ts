import type { MimeBundle } from "../display/bundle";
import type { Content } from "../wire/wire";
import type { Comm, Comms } from "./comms";

/** Jupyter's own front end of controls, and the version of its models. */
const modules = { controls: "@jupyter-widgets/controls", base: "@jupyter-widgets/base" };
const moduleVersion = "2.0.0";
const protocolVersion = "2.1.0";
const target = "jupyter.widget";

/** A model that a front end shows, as Jupyter's widgets know it. */
export interface WidgetOptions {
  readonly name: string;
  /** Whether it is shown by itself (default true). */
  readonly isShown?: boolean;
  readonly module?: keyof typeof modules;
  readonly state: Content;
  /** Called with what a person changed. */
  onUpdate?(state: Content): unknown;
  /** Called with what a front end says apart from changes, as of a button that was pressed. */
  onCustom?(content: Content): unknown;
}

/** One model: its state is kept on both ends. */
export class Widget {
  readonly #comm: Comm;
  readonly #state: Content;

  constructor(
    comms: Comms,
    { name, isShown = true, module = "controls", state, ...handlers }: WidgetOptions,
  ) {
    this.#state = {
      _model_module: modules[module],
      _model_module_version: moduleVersion,
      _model_name: `${name}Model`,
      _view_module: modules[isShown ? "controls" : "base"],
      _view_module_version: moduleVersion,
      _view_name: isShown ? `${name}View` : "StyleView",
      ...state,
    };
    const data = { state: this.#state, buffer_paths: [] };
    this.#comm = comms.open(target, { data, metadata: { version: protocolVersion } }, (message) => {
      if (message.method === "request_state") return this.update({});
      if (message.method === "custom") return handlers.onCustom?.((message.content ?? {}) as Content);
      if (message.method !== "update") return undefined;
      const changed = (message.state ?? {}) as Content;
      Object.assign(this.#state, changed);
      return handlers.onUpdate?.(changed);
    });
  }

  get id(): string {
    return this.#comm.id;
  }

  /** How one model's state names another. */
  get reference(): string {
    return `IPY_MODEL_${this.#comm.id}`;
  }

  get state(): Readonly<Content> {
    return this.#state;
  }

  /** Changes the state on both ends. */
  update(state: Content): void {
    Object.assign(this.#state, state);
    // Whole where nothing is named: a front end asked for it.
    const sent = Object.keys(state).length > 0 ? state : this.#state;
    this.#comm.send({ method: "update", state: sent, buffer_paths: [] });
  }

  /** What a notebook shows of it; `text` where it knows no widgets. */
  bundle(text: string): MimeBundle {
    const view = { version_major: 2, version_minor: 0, model_id: this.id };
    return { "application/vnd.jupyter.widget-view+json": view, "text/plain": text };
  }
}

/** Lets a front end that was opened anew ask for all models at once. */
export function serveWidgetStates(comms: Comms, widgets: () => Iterable<Widget>): void {
  comms.register("jupyter.widget.control", (comm) => (data) => {
    if (data.method !== "request_states") return;
    const states = [...widgets()].map(({ id, state }) => [
      id,
      {
        model_name: state._model_name,
        model_module: state._model_module,
        model_module_version: state._model_module_version,
        state,
      },
    ]);
    comm.send({ method: "update_states", states: Object.fromEntries(states), buffer_paths: [] });
  });
}
