import { type RandomSource, randomSource } from "../core";
import { channels, rate, steps } from "./layout";

/** Label of the windows without exercise. */
export const NON_EXERCISE = 26;
/** Exercises that are held still. */
const STILL = new Set([8, 28, 29, 38, 39, 48, 49, 60]);
/** Parts of a periodic movement: the fundamental and its overtones. */
const HARMONICS = 3;

/** How an exercise moves the arm. */
interface Movement {
  /** Repetitions a second. */
  readonly frequency: number;
  /** Direction of gravity in the sensor's frame, a unit vector. */
  readonly gravity: readonly number[];
  /** Sine and cosine parts `[channels, HARMONICS]`, g and degrees per second. */
  readonly sines: Float64Array;
  readonly cosines: Float64Array;
}

/** How a person does all exercises. */
interface Person {
  readonly pace: number;
  readonly strength: number;
  /** Radians by which the sensor sits turned round the arm. */
  readonly turn: number;
}

function unitVector(random: RandomSource): number[] {
  const vector = [random.normal(), random.normal(), random.normal()];
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** Draws a movement; `vigour` scales it. */
function drawMovement(random: RandomSource, vigour: number): Movement {
  const frequency = 0.4 + 1.9 * random.uniform() ** 1.5;
  const part = () =>
    Float64Array.from({ length: channels.length * HARMONICS }, (_, index) => {
      const scale = index < 3 * HARMONICS ? 0.25 : 50;
      return (scale * vigour * random.normal()) / (1 + (index % HARMONICS)) ** 1.2;
    });
  return { frequency, gravity: unitVector(random), sines: part(), cosines: part() };
}

function drawPerson(random: RandomSource): Person {
  return {
    pace: Math.exp(0.12 * random.normal()),
    strength: Math.exp(0.2 * random.normal()),
    turn: 0.25 * random.normal(),
  };
}

/** Adds a movement to steps `[from, to)` of a window `[steps, channels]`. */
function addMovement(
  into: Float32Array,
  movement: Movement,
  options: { person: Person; random: RandomSource; from: number; to: number },
): void {
  const { person, random, from, to } = options;
  const { sines, cosines } = movement;
  const pace = movement.frequency * person.pace * (1 + 0.03 * random.normal());
  const strength = person.strength * Math.exp(0.12 * random.normal());
  const slowing = 0.04 * random.normal();
  const start = 2 * Math.PI * random.uniform();
  const width = channels.length;
  for (let step = from; step < to; step++) {
    const phase = start + 2 * Math.PI * pace * (step / rate) * (1 + (slowing * step) / steps);
    // The overtones follow from one sine and cosine by the formulas of multiple angles.
    const sine = Math.sin(phase);
    const cosine = Math.cos(phase);
    const sine2 = 2 * sine * cosine;
    const cosine2 = cosine * cosine - sine * sine;
    const sine3 = sine * (3 - 4 * sine * sine);
    const cosine3 = cosine * (4 * cosine * cosine - 3);
    for (let channel = 0; channel < width; channel++) {
      const at = channel * HARMONICS;
      into[step * width + channel] +=
        strength *
        (sines[at] * sine +
          cosines[at] * cosine +
          sines[at + 1] * sine2 +
          cosines[at + 1] * cosine2 +
          sines[at + 2] * sine3 +
          cosines[at + 2] * cosine3);
    }
  }
}

/** Adds gravity, slowly swaying, and the sensor's noise, and turns the sensor round the arm. */
function addSensor(
  into: Float32Array,
  gravity: readonly number[],
  person: Person,
  random: RandomSource,
): void {
  const width = channels.length;
  const tilt = [0.12, 0.12, 0.12].map((deviation) => deviation * random.normal());
  const sway = [0.05, 0.05, 0.05].map((deviation) => deviation * random.normal());
  const swayRate = 0.05 + 0.1 * random.uniform();
  const [cosine, sine] = [Math.cos(person.turn), Math.sin(person.turn)];
  for (let step = 0; step < steps; step++) {
    const wave = Math.sin((2 * Math.PI * swayRate * step) / rate);
    const at = step * width;
    for (let axis = 0; axis < 3; axis++) {
      into[at + axis] += gravity[axis] + tilt[axis] + sway[axis] * wave + 0.03 * random.normal();
      into[at + 3 + axis] += 3 * random.normal();
    }
    for (const first of [at, at + 3]) {
      const [y, z] = [into[first + 1], into[first + 2]];
      into[first + 1] = cosine * y - sine * z;
      into[first + 2] = sine * y + cosine * z;
    }
  }
}

/** Makes one window. */
export interface MotionSimulator {
  /**
   * @param label one of the competition's 61
   * @param subject number of the person
   * @param random what makes this window differ from others of the label and person
   * @returns float32 `[steps, channels]`, g and degrees per second
   */
  window(label: number, subject: number, random: RandomSource): Float32Array;
}

/**
 * Simulates arm movement: each exercise has its own repeated movement and posture, each person a pace, strength and way
 * of wearing the sensor, and each window its own start, drift and noise. Windows without exercise are any posture, some
 * with a bout of any movement.
 *
 * @param seed the same seed gives the same exercises and people
 */
export function motionSimulator(seed: number): MotionSimulator {
  const root = randomSource(seed);
  const movements = new Map<number, Movement>();
  const people = new Map<number, Person>();
  function movementOf(label: number): Movement {
    const known = movements.get(label);
    const movement = known ?? drawMovement(root.fork(`exercise ${label}`), STILL.has(label) ? 0.04 : 1);
    movements.set(label, movement);
    return movement;
  }
  function personOf(subject: number): Person {
    const person = people.get(subject) ?? drawPerson(root.fork(`person ${subject}`));
    people.set(subject, person);
    return person;
  }
  return {
    window(label, subject, random) {
      const into = new Float32Array(steps * channels.length);
      const person = personOf(subject);
      if (label !== NON_EXERCISE) {
        const movement = movementOf(label);
        addMovement(into, movement, { person, random, from: 0, to: steps });
        addSensor(into, movement.gravity, person, random);
        return into;
      }
      if (random.uniform() < 0.6) {
        const from = random.integer(0, steps - 100);
        const bout = { person, random, from, to: Math.min(steps, from + random.integer(50, 300)) };
        addMovement(into, drawMovement(random, 0.6), bout);
      }
      addSensor(into, unitVector(random), person, random);
      return into;
    },
  };
}
