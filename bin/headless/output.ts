/**
 * The output of a headless command: lines for people, or, with `--json`, one JSON object per line for
 * programs.
 */

import { toDisplayText } from '../../protocol/display-text.js';
import { type EventName, FIELD_ORDER, type Fields, WORDINGS } from './wording.js';

/** {@link Output.notify} drops events while at least this many bytes of output wait for their reader. */
const MAX_UNREAD_BYTES = 1024 * 1024;

export class Output {
  readonly #isJson: boolean;
  readonly #about: Fields;
  #error: NodeJS.ErrnoException | undefined;

  /**
   * @param about The fields of every event: the user of this client, and the buddy if the command has one.
   * @param onFailed Called when standard output fails: the disk is full, or the reader stops early, as `head`
   *   does.
   */
  constructor(isJson: boolean, about: Fields, onFailed: () => void) {
    this.#isJson = isJson;
    this.#about = about;
    process.stdout.on('error', (error) => {
      this.#error ??= error;
      onFailed();
    });
    process.stderr.on('error', () => {}); // without a reader, notices are dropped
  }

  /** The error that ended the output. */
  get error(): NodeJS.ErrnoException | undefined {
    return this.#error;
  }

  /** Prints an event. Resolves when the reader has taken it. */
  async say(event: EventName, fields: Fields): Promise<void> {
    if (this.#isJson) return this.#print(this.#toJson(event, fields));
    const wording: { readonly result?: string; readonly notice?: string } = WORDINGS[event]({
      ...this.#about,
      ...fields,
    });
    if (wording.notice !== undefined) this.ask(wording.notice);
    if (wording.result !== undefined) await this.#print(gated(wording.result));
  }

  /** Prints an event that the user did not request. Drops the event if too much output is waiting. */
  notify(event: EventName, fields: Fields): void {
    const { writableLength } = this.#isJson ? process.stdout : process.stderr;
    if (writableLength < MAX_UNREAD_BYTES) void this.say(event, fields);
  }

  /** Prints a line for the user on standard error. */
  ask(line: string): void {
    process.stderr.write(`${gated(line)}\n`);
  }

  /** Prints a hint on standard error, except with `--json`. */
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

/** Passes each column through the text gate. Tabs separate the columns of a buddy list. */
function gated(line: string): string {
  return line.split('\t').map(toDisplayText).join('\t');
}
