/**
 * What a headless command says: lines for people, or with `--json` an object a line for programs.
 */

import { toDisplayText } from '../../protocol/display-text.js';
import { type EventName, FIELD_ORDER, type Fields, WORDINGS } from './wording.js';

/** Most bytes that wait for whoever reads; notices that nobody asked for are dropped then. */
const MAX_UNREAD_BYTES = 1024 * 1024;

export class Output {
  readonly #isJson: boolean;
  readonly #about: Fields;
  #error: NodeJS.ErrnoException | undefined;

  /**
   * @param about What every event is about: the user of this client, and the buddy where there is only one.
   * @param onFailed Called when the output fails: it is full, or its reader has had enough, as `head` has.
   */
  constructor(isJson: boolean, about: Fields, onFailed: () => void) {
    this.#isJson = isJson;
    this.#about = about;
    process.stdout.on('error', (error) => {
      this.#error ??= error;
      onFailed();
    });
    process.stderr.on('error', () => {}); // notices that nobody reads
  }

  /** Why nothing can be said any more. */
  get error(): NodeJS.ErrnoException | undefined {
    return this.#error;
  }

  /** Tells of an event; resolves when whoever reads took it. */
  async say(event: EventName, fields: Fields): Promise<void> {
    if (this.#isJson) return this.#print(this.#toJson(event, fields));
    const wording: { readonly result?: string; readonly notice?: string } = WORDINGS[event]({
      ...this.#about,
      ...fields,
    });
    if (wording.notice !== undefined) this.ask(wording.notice);
    if (wording.result !== undefined) await this.#print(gated(wording.result));
  }

  /** Tells of what nobody asked for, where there is room. */
  notify(event: EventName, fields: Fields): void {
    const { writableLength } = this.#isJson ? process.stdout : process.stderr;
    if (writableLength < MAX_UNREAD_BYTES) void this.say(event, fields);
  }

  /** A line for the person at the terminal, on standard error. */
  ask(line: string): void {
    process.stderr.write(`${gated(line)}\n`);
  }

  /** A hint for people, on standard error; programs get none. */
  hint(line: string): void {
    if (!this.#isJson) this.ask(line);
  }

  #print(line: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#error !== undefined) resolve();
      else process.stdout.write(`${line}\n`, () => resolve());
    });
  }

  #toJson(event: EventName, fields: Fields): string {
    const all: Fields = { ...this.#about, ...fields };
    const object: Record<string, unknown> = { event, at: new Date().toISOString() };
    for (const name of FIELD_ORDER) {
      const value = all[name];
      if (value !== undefined) object[name] = typeof value === 'string' ? toDisplayText(value) : value;
    }
    return JSON.stringify(object);
  }
}

/** Tabs part the columns of a buddy list; what is between them is gated. */
function gated(line: string): string {
  return line.split('\t').map(toDisplayText).join('\t');
}
