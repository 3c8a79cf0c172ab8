import { randomUUID } from "node:crypto";
import type { Server } from "./server";
import type { Header, Message } from "./wire";

/** A question to the person at the front end that sent a request. */
export interface AskedQuestion {
  readonly id: number;
  readonly prompt: string;
  readonly password: boolean;
  readonly request: Pick<Message, "identities" | "header">;
}

/** An answer, as it is handed to the main thread. */
export interface Answer {
  readonly id: number;
  readonly value: string;
}

/** Milliseconds until a front end that does not listen yet is asked again. */
const askAgain = 50;

/** Questions that front ends were asked and have not answered. */
export class OpenQuestions {
  readonly #server: Server;
  readonly #answer: (id: number, value: string) => void;
  /** By the names of their messages, oldest first. */
  readonly #open = new Map<string, AskedQuestion>();

  /** @param answer called with each answer, and the number of its question */
  constructor(server: Server, answer: (id: number, value: string) => void) {
    this.#server = server;
    this.#answer = answer;
  }

  ask(question: AskedQuestion): void {
    const id = randomUUID();
    this.#open.set(id, question);
    const { prompt, password, request } = question;
    const message = { type: "input_request", id, content: { prompt, password }, parent: request.header };
    const send = async () => {
      if (!this.#open.has(id) || (await this.#server.ask(message, request.identities))) return;
      setTimeout(send, askAgain);
    };
    void send();
  }

  /** Takes an answer: some front ends do not say to which question. */
  receive({ header, parent, content }: Message): void {
    if (header.msg_type !== "input_reply") return;
    const isNamed = typeof parent?.msg_id === "string" && parent.msg_id !== "";
    const [id, question] = isNamed
      ? [parent.msg_id as string, this.#open.get(parent.msg_id as string)]
      : ([...this.#open][0] ?? []);
    // One that comes after the question was given up is nobody's.
    if (id === undefined || !question) return;
    this.#open.delete(id);
    this.#answer(question.id, String(content.value ?? ""));
  }

  forget(number: number): void {
    for (const [id, question] of this.#open) if (question.id === number) this.#open.delete(id);
  }

  /** Forgets the questions of a request that is answered. */
  forgetThoseOf({ msg_id }: Header): void {
    for (const [id, { request }] of this.#open) if (request.header.msg_id === msg_id) this.#open.delete(id);
  }
}
