/**
 * An append-only file of what is known about subjects, such as buddies. Several processes of one user append
 * to the file. A line holds all that is known about one subject, or says that the subject was forgotten.
 *
 * The rules of reading:
 *
 * 1. A line is whole if its checksum is right and its fields are valid. An empty line is ignored. Every other
 *    line is damaged, even a last line that was not written to its end.
 * 2. The last whole line about a subject counts. A subject is unknown if it has no whole line, or if its last
 *    whole line says that it was forgotten.
 * 3. A damaged line may have been about any subject. If the file has a damaged line, a subject that rule 2
 *    makes unknown is `damaged` instead. Exception: a subject stays unknown if the line that forgets it comes
 *    after all damaged lines.
 * 4. If the file cannot be read, all subjects are `damaged`.
 *
 * Damage therefore never makes a known subject unknown. Damage can make an older line about a subject count
 * again. The client notices an outdated key at the next call, when it asks the server for the key. If the
 * file is deleted, or cut exactly at the end of a line, the missing lines leave no trace.
 */

import { type Fields, formatCheckedLine, parseCheckedLine } from './checked-line.js';
import type { HeldFile } from './held-file.js';
import { type Failed, isFailed, type PrivateDirectory } from './private-directory.js';

/** A smaller file is not compacted. */
const MIN_COMPACTION_BYTES = 64 * 1024;

/** A file is compacted when it is more than this many times as long as its compacted contents. */
const COMPACTION_FACTOR = 4;

/** The maximum number of attempts to read a file that other processes change during each attempt. */
const READ_ATTEMPTS = 5;

/** Replaces all damaged lines when a file is compacted. It has no checksum, so it counts as damaged too. */
const DAMAGED_LINE = '{"damaged":true}';

export interface LogFormat<TState> {
  /** The name of the field with the subject. */
  readonly field: string;
  /** Returns the subject of a line; `undefined` if the value is not valid. */
  parseSubject(value: unknown): string | undefined;
  /** Returns the fields of a state. They include neither the subject nor `forgotten`. */
  encode(state: TState): Fields;
  /** Returns the state in a line; `undefined` if the fields are not valid. */
  parse(fields: Fields): TState | undefined;
  /** The maximum number of subjects that are known at once. */
  readonly maxSubjects: number;
  readonly maxBytes: number;
}

/** What is known about a subject. `undefined`: the subject is unknown. */
export type Known<TState> = TState | 'damaged' | undefined;

interface Entry<TState> {
  /** `undefined`: the subject was forgotten. */
  readonly state: TState | undefined;
  readonly line: string;
  /** The number of the line. */
  readonly at: number;
}

/** The contents of a file at one moment. */
export class LogView<TState> {
  /** Why the file could not be read. */
  readonly reason: string | undefined;
  readonly #entries = new Map<string, Entry<TState>>();
  /** The number of the last damaged line. */
  #lastDamaged = -1;

  /** @param contents The text of the file, or why it could not be read. */
  constructor(format: LogFormat<TState>, contents: string | Failed) {
    this.reason = isFailed(contents) ? contents.reason : undefined;
    const lines = isFailed(contents) ? [] : contents.split('\n');
    for (const [at, line] of lines.entries()) {
      if (line === '') continue;
      const fields = parseCheckedLine(line);
      const subject = format.parseSubject(fields?.[format.field]);
      const state = fields?.['forgotten'] === true ? undefined : format.parse(fields ?? {});
      if (fields === undefined || subject === undefined) this.#lastDamaged = at;
      else if (state === undefined && fields['forgotten'] !== true) this.#lastDamaged = at;
      else this.#entries.set(subject, { state, line, at });
    }
  }

  /** Returns what is known about a subject, by the rules above. */
  find(subject: string): Known<TState> {
    if (this.reason !== undefined) return 'damaged';
    const { state, at } = this.#entries.get(subject) ?? { state: undefined, at: -1 };
    return state ?? (this.#lastDamaged > at ? 'damaged' : undefined);
  }

  /** True when the file cannot be read, or has a damaged line. */
  get isDamaged(): boolean {
    return this.reason !== undefined || this.#lastDamaged !== -1;
  }

  /** The subjects that are known. */
  get subjects(): readonly string[] {
    return [...this.#entries].filter(([, { state }]) => state !== undefined).map(([subject]) => subject);
  }

  /** The shortest contents with the same meaning. */
  compacted(): string {
    const kept = [...this.#entries.values()]
      .filter(({ state, at }) => state !== undefined || (this.#lastDamaged !== -1 && at > this.#lastDamaged))
      .map(({ line, at }) => ({ line, at }));
    if (this.#lastDamaged !== -1) kept.push({ line: DAMAGED_LINE, at: this.#lastDamaged });
    return kept
      .sort((one, other) => one.at - other.at)
      .map(({ line }) => `${line}\n`)
      .join('');
  }
}

export class SubjectLog<TState> {
  readonly #format: LogFormat<TState>;
  readonly #directory: PrivateDirectory;
  readonly #name: string;
  #cached: { readonly version: string; readonly view: LogView<TState> } | undefined;

  constructor(format: LogFormat<TState>, directory: PrivateDirectory, name: string) {
    this.#format = format;
    this.#directory = directory;
    this.#name = name;
  }

  /** Reads the file if it has changed since the last call. */
  async read(): Promise<LogView<TState>> {
    for (let attempt = 1; ; attempt++) {
      const version = await this.#directory.version(this.#name);
      if (isFailed(version)) return new LogView(this.#format, version);
      if (version === undefined) return new LogView(this.#format, '');
      if (version === this.#cached?.version) return this.#cached.view;
      const view = viewOf(this.#format, await this.#directory.read(this.#name, this.#format.maxBytes));
      if (view.reason !== undefined) return view;
      // A line that another process is writing looks damaged. If the file has changed, read it again.
      if ((await this.#directory.version(this.#name)) === version) {
        this.#cached = { version, view };
        return view;
      }
      if (attempt === READ_ATTEMPTS) return view;
    }
  }

  /**
   * Reads what is known about a subject, and appends the state that `decide` returns. Where locks work, no
   * other process changes the file in between. The line is durable when the promise resolves. After a
   * failure, the file may or may not have the line.
   *
   * @param decide Returns the new state, `forgotten`, `undefined` to change nothing, or the reason of a
   * failure.
   */
  async change(
    subject: string,
    decide: (known: Known<TState>) => TState | 'forgotten' | undefined | Failed,
  ): Promise<Failed | undefined> {
    if (this.#format.parseSubject(subject) === undefined) return { reason: 'the name is not valid' };
    return this.#directory.change(this.#name, async (file): Promise<Failed | undefined> => {
      const { maxBytes, maxSubjects, field } = this.#format;
      const bytes = await file.read(maxBytes);
      const view = viewOf(this.#format, bytes);
      const known = view.find(subject);
      const state = decide(known);
      if (state === undefined) return undefined;
      if (isFailed(state)) return { reason: state.reason };
      const isNew = known === undefined || known === 'damaged';
      if (state !== 'forgotten' && isNew && view.subjects.length >= maxSubjects)
        return { reason: `there are ${maxSubjects.toLocaleString('en')} already` };
      const fields = state === 'forgotten' ? { forgotten: true } : this.#format.encode(state);
      const line = `${formatCheckedLine({ [field]: subject, ...fields })}\n`;
      return append(file, { line, view, size: bytes?.length ?? 0, maxBytes });
    });
  }

  /** Removes the damaged lines. Their contents are lost, so only the user decides this. */
  forgetDamage(): Promise<Failed | undefined> {
    return this.#directory.change(this.#name, async (file) => {
      const view = viewOf(this.#format, await file.read(this.#format.maxBytes));
      if (!view.isDamaged) return undefined;
      const text = view.compacted().replace(`${DAMAGED_LINE}\n`, '');
      await file.replace(Buffer.from(text));
      return undefined;
    });
  }
}

interface Append<TState> {
  readonly line: string;
  readonly view: LogView<TState>;
  readonly size: number;
  readonly maxBytes: number;
}

/** Appends a line. If the file is too long, replaces the file by its compacted contents and the line. */
async function append<TState>(
  file: HeldFile,
  { line, view, size, maxBytes }: Append<TState>,
): Promise<Failed | undefined> {
  // Compact only with the lock: otherwise lines that another process appends meanwhile would be lost.
  if (file.isLocked && size > MIN_COMPACTION_BYTES) {
    const text = view.compacted();
    if (size > COMPACTION_FACTOR * Buffer.byteLength(text)) {
      await file.replace(Buffer.from(text + line));
      return undefined;
    }
  }
  // One byte may be needed to end a line that lacks its LF.
  if (size + 1 + line.length > maxBytes)
    return { reason: `it would have more than ${maxBytes.toLocaleString('en')} bytes` };
  await file.append(Buffer.from(line));
  return undefined;
}

function viewOf<TState>(format: LogFormat<TState>, contents: Buffer | undefined | Failed): LogView<TState> {
  return new LogView(format, isFailed(contents) ? contents : (contents?.toString('utf8') ?? ''));
}
