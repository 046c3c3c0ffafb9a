/**
 * The lines of one private chat: runs machines/client/private-delivery.ts over the stored record and the
 * connection. Effects run in order, except that a line of the buddy is shown at once. A line is sent or
 * confirmed only after its entry is durable. Entries that come during a write are written together.
 */

import { randomBytes } from 'node:crypto';
import {
  type DeliveryEffect,
  type DeliveryFault,
  MAX_KEPT_LINES,
  PrivateDelivery,
  type RecordEntry,
} from '../../machines/client/private-delivery.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import { type PrivateLine, parsePrivateLine, type StreamId } from '../../protocol/private-chat.js';
import { type Failed, isFailed, type LineFile, type LineFiles } from './key-files.js';

/** What {@link PrivateLines} requires from its owner. */
export interface PrivateLinesOwner {
  /** Opens the record. First stores what must be durable before the chat. */
  open(): Promise<LineFile | Failed>;
  /** The record is open. Nothing has been written yet. */
  onOpened(): void;
  /** Writes a line after all earlier lines. Calls back when the operating system has accepted the line. */
  write(line: PrivateLine, onWritten: () => void): void;
  /** Shows a line of the buddy. The text is untrusted. */
  onShown(text: string): void;
  /** The operating system accepted a line of the user. */
  onSent(line: OwnLine): void;
  /** The buddy confirmed lines. `left` lines are still unconfirmed. */
  onConfirmed(left: number): void;
  /** `count` lines of an earlier chat are sent again. */
  onResumed(count: number): void;
  /**
   * These lines are not sent again: there are too many, the record is an old copy, or they were meant for
   * another key of the buddy.
   */
  onLost(texts: readonly string[]): void;
  onBye(): void;
  /** The chat cannot go on. */
  onFault(reason: string): void;
}

/** A line of the user. */
export interface OwnLine {
  /** As the user typed it. */
  readonly typed: string;
  /** As it is sent. */
  readonly text: string;
  readonly cut: boolean;
}

/** The lines that did not arrive, as far as the client knows. */
export interface UndeliveredLines {
  /** Lines that were not written to the network. `isStored`: the next chat sends the line. */
  readonly unsent: readonly { readonly text: string; readonly isStored: boolean }[];
  /** Lines that were written, but not confirmed. All of them are in the record. */
  readonly unconfirmed: readonly string[];
}

/** An action. It runs after all earlier steps and, if `after` is set, once an entry is durable. */
interface Step {
  readonly after?: Promise<Failed | undefined>;
  readonly run: () => void;
}

const FAULTS: Readonly<Record<DeliveryFault, string>> = {
  order: 'its lines are out of order',
  gap: 'a line is missing',
  'confirmed-unsent': 'it confirmed a line that was never sent',
  'old-record': 'the record of sent lines is an old copy',
};

/** The maximum number of lines of both sides that wait until the record is open. */
const MAX_EARLY_CALLS = 2 * MAX_KEPT_LINES;

const WRONG_LINE = 'a line is not valid';

export class PrivateLines {
  readonly #owner: PrivateLinesOwner;
  readonly #identity: IdentityKey;
  #record: LineFile | undefined;
  #delivery: PrivateDelivery | undefined;
  /** Method calls that came before the record was open, in order. */
  #early: (() => void)[] = [];
  readonly #steps: Step[] = [];
  #isRunning = false;
  /** True once the record is open, and the first line (S) is written. */
  #isOpen = false;
  #isOver = false;
  /** Lines of the user for which there is no room yet. */
  readonly #waiting: OwnLine[] = [];
  /** Stored lines that are not written yet, by number. */
  readonly #unwritten = new Map<number, OwnLine>();
  /**
   * Messages of the buddy that wait until reading resumes; `undefined` while reading is not paused. Once the
   * user has left, these messages are never shown or confirmed.
   */
  #held: Extract<PrivateLine, { verb: 'M' | 'N' }>[] | undefined;
  /** The number to confirm once all steps have run. */
  #confirmation: number | undefined;
  /** Lines up to this number are confirmed or given up, but the record does not say so yet. */
  #settled: number | undefined;
  /** True once the buddy has named its stream. Until then, no line of the user is written. */
  #hasBegun = false;
  /**
   * `wanted`: the user has left, and BYE must follow the last line. `queued`: a step will write BYE. `said`:
   * the network has taken BYE.
   */
  #bye: 'wanted' | 'queued' | 'said' | undefined;
  #isReplacing = false;
  #needsNewStream = false;
  #stream: StreamId = newStream();

  constructor(identity: IdentityKey, owner: PrivateLinesOwner) {
    this.#identity = identity;
    this.#owner = owner;
  }

  /**
   * Opens the record, and writes the first line (S), which says how many lines of the buddy have arrived so
   * far. If the chat has ended meanwhile, the promise resolves when the record is closed.
   */
  async start(): Promise<void> {
    const record = await this.#owner.open();
    if (isFailed(record)) {
      if (!this.#isOver) this.#owner.onFault(record.reason);
      return;
    }
    this.#record = record;
    const failed = await this.#readRecord(record);
    if (this.#isOver) return this.#closeRecord();
    if (failed !== undefined) return this.#owner.onFault(failed.reason);
    this.#owner.onOpened();
    this.#perform(this.#delivery?.open() ?? []);
    this.#isOpen = true;
    this.#callEarly();
  }

  /** Handles a line from the buddy. */
  receive(text: string): void {
    this.#whenOpen(() => {
      const line = parsePrivateLine(text);
      if (line === undefined) return this.#push({ run: () => this.#owner.onFault(WRONG_LINE) });
      if (line === 'ignored') return;
      if ((line.verb === 'M' || line.verb === 'N') && this.#held !== undefined) {
        this.#held.push(line);
        // A correct client never has more than this many unconfirmed lines.
        if (this.#held.length > MAX_KEPT_LINES) this.#push({ run: () => this.#owner.onFault(WRONG_LINE) });
        return;
      }
      this.#handle(line);
    });
  }

  /** Sends a line, as soon as there is room for it. */
  send(line: OwnLine): void {
    this.#whenOpen(() => {
      this.#waiting.push(line);
      this.#sendWaiting();
    });
  }

  /** Holds the messages of the buddy until {@link resume}: they are neither shown nor confirmed. */
  pause(): void {
    this.#held ??= [];
  }

  resume(): void {
    if (this.#bye !== undefined) return;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const line of held) this.#handle(line);
  }

  /** Calls back when all lines received so far were shown. */
  afterAll(callback: () => void): void {
    if (this.#isOver) return callback();
    this.#whenOpen(() => {
      this.resume();
      this.#push({ run: callback });
    });
  }

  /** Sends BYE after the last line. From now on, messages of the buddy are neither shown nor confirmed. */
  leave(): void {
    this.pause();
    this.#bye = 'wanted';
    this.#whenOpen(() => this.#sayBye());
  }

  /** How many lines of the user are not confirmed yet. A BYE that is not sent yet counts as one line. */
  get left(): number {
    const unsentByes = this.#bye === undefined || this.#bye === 'said' ? 0 : 1;
    return (this.#delivery?.unconfirmedCount ?? 0) + this.#waiting.length + this.#early.length + unsentByes;
  }

  /**
   * Ends the chat: nothing more is sent or shown.
   *
   * @param keeps True if the lines in the record are sent again in the next chat.
   * @returns The undelivered lines. `closed` resolves when the record is durable and closed.
   */
  end(keeps: boolean): UndeliveredLines & { readonly closed: Promise<void> } {
    if (this.#isOver) return { unsent: [], unconfirmed: [], closed: this.#closeRecord() };
    this.#callEarly(); // collects lines that were never sent
    if (this.#isOver) return { unsent: [], unconfirmed: [], closed: this.#closeRecord() };
    this.#isOver = true;
    const stored = [...this.#unwritten.values()].map(({ typed }) => ({ text: typed, isStored: keeps }));
    const waiting = this.#waiting.map(({ typed }) => ({ text: typed, isStored: false }));
    const lines = this.#delivery?.unconfirmed ?? [];
    const unconfirmed = lines.filter(({ n }) => !this.#unwritten.has(n)).map(({ text }) => text);
    this.#delivery?.close();
    const last = lines.at(-1)?.n;
    if (!keeps && last !== undefined) this.#settled = last;
    if (!keeps) this.#delivery?.giveUp();
    return { unsent: [...stored, ...waiting], unconfirmed, closed: this.#closeRecord() };
  }

  #whenOpen(call: () => void): void {
    if (this.#isOver) return;
    if (this.#isOpen && this.#early.length === 0) return call();
    this.#early.push(call);
    // A correct client does not send this many lines before it has received S.
    if (this.#early.length === MAX_EARLY_CALLS) this.#owner.onFault(WRONG_LINE);
  }

  #callEarly(): void {
    for (let call = this.#early.shift(); call !== undefined; call = this.#early.shift()) call();
  }

  /** Restores the state from the record, or begins a new record for the buddy's key. */
  async #readRecord(record: LineFile): Promise<Failed | undefined> {
    const { stream, entries } = record.stored;
    if (stream?.identity === this.#identity) {
      this.#stream = stream.stream as StreamId;
      this.#delivery = new PrivateDelivery({ stream: this.#stream, entries: entries as RecordEntry[] });
      // After a client was killed, the record still has texts of lines that are not sent again: shorten it.
      const texts = entries.filter(({ is }) => is === 'line').length;
      const isLong = record.isLong || texts > this.#delivery.unconfirmedCount;
      return isLong ? this.#shorten(record, this.#delivery) : undefined;
    }
    // Lines that were meant for another key are not sent to this key.
    const old = new PrivateDelivery({ stream: this.#stream, entries: entries as RecordEntry[] });
    if (old.unconfirmedCount > 0) this.#owner.onLost(old.unconfirmed.map(({ text }) => text));
    this.#delivery = new PrivateDelivery({ stream: this.#stream, entries: [] });
    return this.#shorten(record, this.#delivery);
  }

  #shorten(record: LineFile, { record: { entries } }: PrivateDelivery): Promise<Failed | undefined> {
    return record.replace({ identity: this.#identity, stream: this.#stream }, entries);
  }

  #handle(line: PrivateLine): void {
    const delivery = this.#delivery;
    if (delivery === undefined || this.#isOver) return;
    switch (line.verb) {
      case 'S': {
        this.#perform(delivery.receive(line));
        this.#hasBegun = true;
        this.#sayBye();
        const again = delivery.unconfirmedCount - this.#unwritten.size;
        if (again > 0) this.#push({ run: () => this.#owner.onResumed(again) });
        return;
      }
      case 'M':
      case 'A':
        return this.#perform(delivery.receive(line));
      case 'N':
        return this.#owner.onShown(line.text);
      case 'BYE':
        this.resume();
        return this.#push({
          run: () => {
            this.#confirm(); // the buddy waits for this confirmation
            this.#owner.onBye();
          },
        });
    }
  }

  #sendWaiting(): void {
    const delivery = this.#delivery;
    if (delivery === undefined || !this.#isOpen) return;
    for (let line = this.#waiting[0]; line !== undefined; line = this.#waiting[0]) {
      if (this.#isOver || !delivery.hasRoomFor(line.text)) return;
      this.#waiting.shift();
      const effects = delivery.send(line.text, Date.now());
      this.#unwritten.set(delivery.lastNumber, line);
      this.#perform(effects);
    }
    this.#sayBye();
  }

  #sayBye(): void {
    if (this.#bye !== 'wanted' || !this.#hasBegun || this.#waiting.length > 0) return;
    this.#bye = 'queued';
    const onWritten = () => {
      this.#bye = 'said';
      if (!this.#isOver) this.#owner.onConfirmed(this.left);
    };
    this.#push({
      run: () => {
        this.#confirm(); // the buddy closes after BYE
        this.#owner.write({ verb: 'BYE' }, onWritten);
      },
    });
  }

  #perform(effects: readonly DeliveryEffect[]): void {
    for (const effect of effects) {
      // The owner may have ended the chat when a line was shown.
      if (this.#isOver) return;
      switch (effect.do) {
        case 'store':
          if (effect.entry.is === 'settled') this.#settled = effect.entry.n;
          else this.#push({ after: this.#store(effect.entry), run: () => {} });
          break;
        case 'show':
          this.#owner.onShown(effect.line.text);
          break;
        case 'write':
          this.#push({ run: () => this.#write(effect.line) });
          break;
        case 'report-delivered':
          this.#push({ run: () => this.#reportConfirmed() });
          break;
        case 'report-undelivered': {
          const texts = effect.lines.map(({ text }) => text);
          this.#push({ run: () => this.#owner.onLost(texts) });
          break;
        }
        case 'end':
          if (effect.why === 'old-record') this.#needsNewStream = true;
          this.#push({ run: () => this.#owner.onFault(FAULTS[effect.why]) });
          break;
      }
    }
  }

  #reportConfirmed(): void {
    this.#sendWaiting();
    this.#owner.onConfirmed(this.left);
  }

  #write(line: PrivateLine): void {
    if (line.verb === 'A') {
      this.#confirmation = line.n;
      return;
    }
    const own = line.verb === 'M' ? this.#unwritten.get(line.n) : undefined;
    this.#owner.write(line, () => {
      if (line.verb !== 'M' || own === undefined || this.#isOver) return;
      this.#unwritten.delete(line.n);
      this.#owner.onSent(own);
    });
  }

  /** Stores an entry, and in the same write the number of settled lines. */
  #store(entry: RecordEntry): Promise<Failed | undefined> {
    const record = this.#record as LineFile;
    const stored = record.append([...this.#takeSettled(), entry]);
    if (record.isLong && !this.#isReplacing) {
      this.#isReplacing = true;
      return this.#shorten(record, this.#delivery as PrivateDelivery).finally(() => {
        this.#isReplacing = false;
      });
    }
    return stored;
  }

  #takeSettled(): readonly RecordEntry[] {
    const settled = this.#settled;
    this.#settled = undefined;
    return settled === undefined ? [] : [{ is: 'settled', n: settled }];
  }

  #push(step: Step): void {
    this.#steps.push(step);
    if (!this.#isRunning) void this.#run();
  }

  /** Runs the steps in order. A step without `after` runs right after the step before it. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    let done: Step['after'];
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
      // Entries that were written together share a promise.
      if (step.after !== undefined && step.after !== done) {
        this.#confirm();
        done = step.after;
        const failed = await done;
        if (failed !== undefined && !this.#isOver) this.#owner.onFault(failed.reason);
        if (failed !== undefined) this.#isOver = true;
      }
      if (!this.#isOver) step.run();
    }
    this.#isRunning = false;
    this.#confirm();
  }

  /** Confirms all messages that were shown, with one line. */
  #confirm(): void {
    const n = this.#confirmation;
    this.#confirmation = undefined;
    if (n !== undefined && !this.#isOver) this.#owner.write({ verb: 'A', n }, () => {});
  }

  /** Closes the record. First removes the texts of lines that are not sent again. */
  async #closeRecord(): Promise<void> {
    const record = this.#record;
    const delivery = this.#delivery;
    this.#record = undefined;
    if (record === undefined) return;
    const settled = this.#takeSettled();
    if (this.#needsNewStream) {
      const shown = delivery?.record.entries.filter(({ is }) => is === 'have') ?? [];
      await record.replace({ identity: this.#identity, stream: newStream() }, shown);
    } else if (delivery !== undefined && delivery.lastNumber > 0) {
      const failed = await this.#shorten(record, delivery);
      if (failed !== undefined && settled.length > 0) await record.append(settled);
    }
    await record.close();
  }
}

/** Gives up all unconfirmed lines to a buddy. */
export async function dropLines(undelivered: LineFiles, buddy: UserId): Promise<Failed | undefined> {
  const record = await undelivered.open(buddy);
  if (isFailed(record)) return record;
  const { stream, entries } = record.stored;
  const delivery = new PrivateDelivery({
    stream: (stream?.stream ?? newStream()) as StreamId,
    entries: entries as RecordEntry[],
  });
  const hasLines = delivery.unconfirmedCount > 0;
  delivery.giveUp();
  const failed =
    hasLines && stream !== undefined ? await record.replace(stream, delivery.record.entries) : undefined;
  await record.close();
  return failed;
}

function newStream(): StreamId {
  return randomBytes(8).toString('hex') as StreamId;
}
