/** The name `controls`, as TypeScript sees it. */
export const controlDeclarations = `
/** Sliders, lists, boxes and buttons in a cell that call TypeScript. */
declare namespace controls {
  /** A control in the notebook: the last value of a cell, or \`display(control)\`, shows it. */
  interface Control<T> {
    /** What it is set to; setting it moves the control and calls what listens. */
    value: T;
    /**
     * Calls a function with every new value. What that prints and displays appears below the cell that made the control.
     *
     * @param listener called with the value; while one that is awaited still runs, only the latest change is kept
     * @returns the control
     */
    onChange(listener: (value: T) => unknown): Control<T>;
  }
  interface SliderOptions {
    /** Its name (default ""). */
    label?: string;
    /** Smallest value (default 0). */
    min?: number;
    /** Largest value (default 100). */
    max?: number;
    /** Distance between values (default 1). */
    step?: number;
    /** First value (default the smallest). */
    value?: number;
  }
  interface SelectOptions<T> {
    /** Its name (default ""). */
    label?: string;
    /** First value (default the first of the list). */
    value?: T;
  }
  interface CheckboxOptions {
    /** Its name (default ""). */
    label?: string;
    /** First value (default false). */
    value?: boolean;
  }
  interface TextOptions {
    /** Its name (default ""). */
    label?: string;
    /** First value (default ""). */
    value?: string;
  }
  /**
   * A slider.
   *
   * @throws {RangeError} if the limits, the step or the value are not numbers that fit each other
   * @example
   * const windowSlider = controls.slider({ label: "Window", max: 9 });
   * windowSlider.onChange((window) => display(\`window \${window}\`, { id: "window" }));
   * windowSlider
   */
  function slider(options?: SliderOptions): Control<number>;
  /**
   * A list of which one is chosen.
   *
   * @param values what may be chosen
   * @throws {RangeError} if there is nothing to choose, or the first value is not one of them
   * @example
   * const channel = controls.select(["x", "y", "z"], { label: "Channel" });
   * channel.value // "x"
   */
  function select<const T>(values: readonly T[], options?: SelectOptions<T>): Control<T>;
  /**
   * A box that is ticked or not.
   *
   * @example
   * const isScaled = controls.checkbox({ label: "Scaled", value: true });
   * isScaled.value // true
   */
  function checkbox(options?: CheckboxOptions): Control<boolean>;
  /**
   * A line of text.
   *
   * @example
   * const runName = controls.text({ label: "Name", value: "third" });
   * runName.value // "third"
   */
  function text(options?: TextOptions): Control<string>;
  /**
   * A button. Its value counts how often it was pressed.
   *
   * @param label its name
   * @param onPress called when it is pressed
   * @example
   * controls.button("Next", () => console.log("next"))
   */
  function button(label: string, onPress?: () => unknown): Control<number>;
  /**
   * Shows controls, and below them what a function makes of their values, anew with every change.
   *
   * @param set the controls by name
   * @param show gives what is shown: a figure, a table, anything that a cell's last line would show
   * @example
   * controls.interact(
   *   { window: controls.slider({ max: 9 }), channel: controls.select(["x", "y"]) },
   *   ({ window, channel }) => \`window \${window}, channel \${channel}\`,
   * );
   */
  function interact<C extends Record<string, Control<any>>>(
    set: C,
    show: (values: { [K in keyof C]: C[K]["value"] }) => unknown,
  ): void;
}
`;
