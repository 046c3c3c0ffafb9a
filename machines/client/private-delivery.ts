/**
 * Delivers the lines of a private chat, even if connections break. The buddy sees the lines in order. A line
 * that is never confirmed is reported to the user as undelivered. A line can be shown twice only if the
 * buddy's client has crashed.
 *
 * Owns: the lines that the buddy has not confirmed, and the numbers of the buddy's lines that were shown.
 * Trusts: its owner, which stores and sends lines. The owner also parses the lines of the buddy: all numbers
 * are safe integers.
 *
 * Lines are numbered in a stream. The next connection continues the numbering. A new record of unconfirmed
 * lines begins a new stream.
 */

import type { PrivateLine, StreamId } from '../../protocol/private-chat.js';

/** The maximum number of unconfirmed lines to a buddy, and of the bytes in the texts of these lines. */
export const MAX_KEPT_LINES = 1_000;
export const MAX_KEPT_BYTES = 1024 * 1024;

/** How many streams of a buddy are remembered. A buddy has one stream for each device. */
export const MAX_STREAMS = 8;

/** A line of a stream. The text of a buddy is untrusted: it has not passed `toDisplayText` yet. */
export interface StreamLine {
  /** 1 for the first line of a stream. */
  readonly n: number;
  /** When the line was typed, in milliseconds since 1970. */
  readonly atMs: number;
  readonly text: string;
}

/** The lines that this module handles: the start of a stream (S), messages (M) and confirmations (A). */
export type DeliveryLine = Extract<PrivateLine, { readonly verb: 'S' | 'M' | 'A' }>;

/** A stream of the buddy, and the number of its last line that was shown. */
export interface ShownStream {
  readonly stream: StreamId;
  readonly have: number;
}

/** One entry of the append-only record. */
export type RecordEntry =
  | ({ readonly is: 'line' } & StreamLine)
  /** The lines up to this number are confirmed, or were reported as undelivered. */
  | { readonly is: 'settled'; readonly n: number }
  | ({ readonly is: 'have' } & ShownStream);

/** The stored record of the chats with a buddy. */
export interface DeliveryRecord {
  /** The user's own stream: random for each new record. */
  readonly stream: StreamId;
  /** The entries in the order in which they were stored. */
  readonly entries: readonly RecordEntry[];
}

/** Why the chat must end. */
export type DeliveryFault =
  /** The buddy sent a second S, or another line before the first S. */
  | 'order'
  /** The number of a line is not one more than the number of the previous line. */
  | 'gap'
  /** The buddy confirmed a line that was never sent. */
  | 'confirmed-unsent'
  /**
   * The buddy has lines of the user's stream that the record does not have: the record is an old copy. The
   * buddy would ignore the next lines, because it has already received lines with their numbers. The owner
   * begins a new record, with a new stream.
   */
  | 'old-record';

/**
 * The owner runs the effects in order, and completes each one before it runs the next. When a connection is
 * closed, the owner drops the remaining `write` effects of this connection, and runs all other effects.
 */
export type DeliveryEffect =
  /** Append to the record. The entry is durable before the next effect. */
  | { readonly do: 'store'; readonly entry: RecordEntry }
  | { readonly do: 'write'; readonly line: DeliveryLine }
  /**
   * Show the line. The next two effects store that the line was shown, and confirm it. If the client crashes
   * before the entry is durable, the line is shown again. If the entry were stored before the line is shown,
   * a crash between the two could lose a line that counts as delivered.
   */
  | { readonly do: 'show'; readonly line: StreamLine }
  /** Report that the buddy has these lines. A line may be reported again after a restart. */
  | { readonly do: 'report-delivered'; readonly lines: readonly StreamLine[] }
  /** Report lines that are not sent again. The buddy may have them, but did not confirm them. */
  | { readonly do: 'report-undelivered'; readonly lines: readonly StreamLine[] }
  | { readonly do: 'end'; readonly why: DeliveryFault };

type Effects = readonly DeliveryEffect[];

export interface KeptLimits {
  readonly lines: number;
  readonly bytes: number;
}

const KEPT: KeptLimits = { lines: MAX_KEPT_LINES, bytes: MAX_KEPT_BYTES };

/**
 * Delivers the lines between the user and one identity of a buddy. After a restart, the owner makes a new
 * object from the record. The methods return the effects that the owner must run.
 */
export class PrivateDelivery {
  readonly #stream: StreamId;
  readonly #limits: KeptLimits;
  /** Unconfirmed lines, oldest first. */
  #lines: StreamLine[] = [];
  #bytes = 0;
  /** The number of the last line of the user's stream. */
  #last = 0;
  /** The streams of the buddy. The last one is the stream that was used most recently. */
  #shown: readonly ShownStream[] = [];
  /** The connection, from {@link open} to {@link close}. */
  #connection: Connection | undefined;

  constructor({ stream, entries }: DeliveryRecord, limits = KEPT) {
    this.#stream = stream;
    this.#limits = limits;
    for (const entry of entries) {
      switch (entry.is) {
        case 'line':
          this.#keep({ n: entry.n, atMs: entry.atMs, text: entry.text });
          break;
        case 'settled':
          this.#drop(entry.n);
          break;
        case 'have':
          this.#remember({ stream: entry.stream, have: entry.have });
          break;
      }
    }
  }

  /** The lines that the buddy has not confirmed, oldest first. */
  get unconfirmed(): readonly StreamLine[] {
    return [...this.#lines];
  }

  get unconfirmedCount(): number {
    return this.#lines.length;
  }

  /** The number of the last line of the user's stream. */
  get lastNumber(): number {
    return this.#last;
  }

  /** The shortest record of the current state. It can replace a longer record. */
  get record(): DeliveryRecord {
    const settled = (this.#lines[0]?.n ?? this.#last + 1) - 1;
    return {
      stream: this.#stream,
      entries: [
        ...this.#shown.map((shown) => ({ is: 'have', ...shown }) as const),
        { is: 'settled', n: settled },
        ...this.#lines.map((line) => ({ is: 'line', ...line }) as const),
      ],
    };
  }

  /** Whether a line can be sent without giving up an older one. If not, the owner delays the line. */
  hasRoomFor(text: string): boolean {
    return (
      this.#lines.length < this.#limits.lines && this.#bytes + Buffer.byteLength(text) <= this.#limits.bytes
    );
  }

  /** Must be called when a connection to the buddy is open, and both keys are accepted. */
  open(): Effects {
    this.#connection = { theirs: undefined, lastReceived: undefined, lastWritten: 0 };
    const { stream: known, have = 0 } = this.#shown.at(-1) ?? {};
    return [{ do: 'write', line: { verb: 'S', stream: this.#stream, known, have } }];
  }

  /** Must be called when the connection was closed, or broke. */
  close(): void {
    this.#connection = undefined;
  }

  /**
   * Sends a line, now or at the next connection. If the limits are exceeded, gives up the oldest lines.
   *
   * @param text At most `MAX_MESSAGE_BYTES`, without line ends.
   */
  send(text: string, atMs: number): Effects {
    const line = { n: this.#last + 1, atMs, text };
    this.#keep(line);
    const excess = this.#excess();
    const isOpen = this.#connection?.theirs !== undefined;
    return [
      ...this.#giveUpTo(excess),
      { do: 'store', entry: { is: 'line', ...line } },
      ...(isOpen ? this.#write([line]) : []),
    ];
  }

  /** Gives up all unconfirmed lines, because the user does not want to send them again. */
  giveUp(): Effects {
    return this.#giveUpTo(this.#last);
  }

  /** Handles a line of the buddy from the open connection. */
  receive(line: DeliveryLine): Effects {
    const connection = this.#connection;
    if (connection === undefined) return [];
    const { theirs, lastWritten } = connection;
    if (theirs === undefined)
      return line.verb === 'S' ? this.#onStreams(connection, line) : this.#end('order');
    switch (line.verb) {
      case 'S':
        return this.#end('order');
      case 'M':
        return this.#onMessage(connection, theirs, line);
      case 'A':
        return line.n > lastWritten ? this.#end('confirmed-unsent') : this.#confirm(line.n);
    }
  }

  #onStreams(connection: Connection, { stream, known, have }: Extract<DeliveryLine, { verb: 'S' }>): Effects {
    const isKnown = known === this.#stream;
    if (isKnown && have > this.#last) return [...this.giveUp(), ...this.#end('old-record')];
    connection.theirs = stream;
    const confirmed = isKnown ? this.#confirm(have) : [];
    return [...confirmed, ...this.#write(this.#lines)];
  }

  /**
   * The first message of a connection may have any number: the buddy may have given up lines, or may not know
   * which lines were shown. Each following message must have the next number.
   */
  #onMessage(connection: Connection, theirs: StreamId, { n, atMs, text }: StreamLine): Effects {
    const { lastReceived } = connection;
    if (lastReceived !== undefined && n !== lastReceived + 1) return this.#end('gap');
    connection.lastReceived = n;
    const confirmation = { do: 'write', line: { verb: 'A', n } } as const;
    const have = this.#shown.find(({ stream }) => stream === theirs)?.have ?? 0;
    if (n <= have) return [confirmation];
    const shown = { stream: theirs, have: n };
    this.#remember(shown);
    return [
      { do: 'show', line: { n, atMs, text } },
      { do: 'store', entry: { is: 'have', ...shown } },
      confirmation,
    ];
  }

  #remember(shown: ShownStream): void {
    const others = this.#shown.filter(({ stream }) => stream !== shown.stream);
    this.#shown = [...others, shown].slice(-MAX_STREAMS);
  }

  #confirm(upTo: number): Effects {
    const lines = this.#drop(upTo);
    if (lines.length === 0) return [];
    return [
      { do: 'report-delivered', lines },
      { do: 'store', entry: { is: 'settled', n: upTo } },
    ];
  }

  /**
   * Reports the lines before it stores that they are settled. After a crash in between, the lines are
   * reported again. In the reverse order, a crash could leave lines unreported.
   */
  #giveUpTo(upTo: number): Effects {
    const lines = this.#drop(upTo);
    if (lines.length === 0) return [];
    return [
      { do: 'report-undelivered', lines },
      { do: 'store', entry: { is: 'settled', n: upTo } },
    ];
  }

  #write(lines: readonly StreamLine[]): Effects {
    if (this.#connection !== undefined) this.#connection.lastWritten = this.#last;
    return lines.map((line) => ({ do: 'write', line: { verb: 'M', ...line } }));
  }

  #end(why: DeliveryFault): Effects {
    this.#connection = undefined;
    return [{ do: 'end', why }];
  }

  #keep(line: StreamLine): void {
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line.text);
    this.#last = line.n;
  }

  /** Removes the lines up to a number. */
  #drop(upTo: number): readonly StreamLine[] {
    const kept = this.#lines.findIndex(({ n }) => n > upTo);
    const dropped = this.#lines.splice(0, kept === -1 ? this.#lines.length : kept);
    for (const { text } of dropped) this.#bytes -= Buffer.byteLength(text);
    this.#last = Math.max(this.#last, upTo);
    return dropped;
  }

  /** The number of the last line to give up; 0 if no line exceeds the limits. Never the newest line. */
  #excess(): number {
    let upTo = 0;
    let lines = this.#lines.length;
    let bytes = this.#bytes;
    for (const { n, text } of this.#lines) {
      if (n === this.#last || (lines <= this.#limits.lines && bytes <= this.#limits.bytes)) break;
      upTo = n;
      lines--;
      bytes -= Buffer.byteLength(text);
    }
    return upTo;
  }
}

interface Connection {
  /** The buddy's stream; `undefined` until its S arrives. */
  theirs: StreamId | undefined;
  /** The number of the last line that arrived on this connection. */
  lastReceived: number | undefined;
  /** The number of the last line that was written to this connection. */
  lastWritten: number;
}
