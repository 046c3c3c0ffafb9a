import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  type DeliveryEffect,
  type DeliveryLine,
  type DeliveryRecord,
  MAX_KEPT_BYTES,
  MAX_KEPT_LINES,
  MAX_STREAMS,
  PrivateDelivery,
  type RecordEntry,
} from '../../../machines/client/private-delivery.js';
import type { StreamId } from '../../../protocol/private-chat.js';

const OURS = '00000000000000aa' as StreamId;
const THEIRS = '00000000000000bb' as StreamId;
const PHONE = '00000000000000cc' as StreamId;
const AT_MS = Date.UTC(2026, 0, 1);

const EMPTY: DeliveryRecord = { stream: OURS, entries: [] };

function line(n: number, text = `line ${n}`) {
  return { n, atMs: AT_MS, text };
}

const message = (n: number): DeliveryLine => ({ verb: 'M', ...line(n) });
const streams = (known?: StreamId, have = 0, stream = THEIRS): DeliveryLine => ({
  verb: 'S',
  stream,
  known,
  have,
});

/** A delivery on a connection on which both sides have named their streams. */
function connected(record: Partial<DeliveryRecord> = {}, theirs = streams()): PrivateDelivery {
  const delivery = new PrivateDelivery({ ...EMPTY, ...record });
  delivery.open();
  delivery.receive(theirs);
  return delivery;
}

/** The effects as short words. */
function words(effects: readonly DeliveryEffect[]): string[] {
  return effects.map((effect) => {
    switch (effect.do) {
      case 'write':
        return effect.line.verb === 'S'
          ? `S ${effect.line.stream} ${effect.line.known ?? '-'} ${effect.line.have}`
          : `${effect.line.verb} ${effect.line.n}`;
      case 'store':
        return stored(effect.entry);
      case 'show':
        return `show ${effect.line.n}`;
      case 'end':
        return `end: ${effect.why}`;
      default:
        return `${effect.do} ${effect.lines.map(({ n }) => n).join(' ')}`;
    }
  });
}

function stored(entry: RecordEntry): string {
  if (entry.is === 'have') return `have ${entry.have}`;
  return entry.is === 'line' ? `store ${entry.n}` : `store up to ${entry.n}`;
}

const settled = (n: number): RecordEntry => ({ is: 'settled', n });
const have = (stream: StreamId, count: number): RecordEntry => ({ is: 'have', stream, have: count });
const unconfirmed = (...numbers: number[]): readonly RecordEntry[] =>
  numbers.map((n) => ({ is: 'line', ...line(n) }));

test('a connection begins with the streams of both sides', (t) => {
  t.deepEqual(words(new PrivateDelivery(EMPTY).open()), [`S ${OURS} - 0`]);
  const entries = [have(THEIRS, 3), have(PHONE, 9), have(THEIRS, 4)];
  t.deepEqual(words(new PrivateDelivery({ ...EMPTY, entries }).open()), [`S ${OURS} ${THEIRS} 4`]);
});

test('a line is stored before it is written, and reported as delivered when it is confirmed', (t) => {
  const delivery = connected();
  t.deepEqual(words(delivery.send('hello', AT_MS)), ['store 1', 'M 1']);
  t.deepEqual(words(delivery.send('again', AT_MS)), ['store 2', 'M 2']);
  t.deepEqual(words(delivery.receive({ verb: 'A', n: 1 })), ['report-delivered 1', 'store up to 1']);
  t.deepEqual(words(delivery.receive({ verb: 'A', n: 1 })), []);
  t.deepEqual(words(delivery.receive({ verb: 'A', n: 2 })), ['report-delivered 2', 'store up to 2']);
});

test('a confirmation covers all earlier lines, too', (t) => {
  const delivery = connected({ entries: unconfirmed(1, 2, 3) });
  t.deepEqual(words(delivery.receive({ verb: 'A', n: 2 })), ['report-delivered 1 2', 'store up to 2']);
});

test('no line is written before the buddy has named its stream', (t) => {
  const delivery = new PrivateDelivery(EMPTY);
  t.deepEqual(words(delivery.send('early', AT_MS)), ['store 1']);
  delivery.open();
  t.deepEqual(words(delivery.send('hello', AT_MS)), ['store 2']);
  t.deepEqual(words(delivery.receive(streams())), ['M 1', 'M 2']);
});

test('if the buddy knows the stream, only the lines that the buddy does not have yet are sent again', (t) => {
  const delivery = new PrivateDelivery({ ...EMPTY, entries: unconfirmed(1, 2, 3) });
  delivery.open();
  t.deepEqual(words(delivery.receive(streams(OURS, 2))), ['report-delivered 1 2', 'store up to 2', 'M 3']);
});

test('if the buddy does not know the stream, all unconfirmed lines are sent again', (t) => {
  for (const known of [undefined, PHONE]) {
    const delivery = new PrivateDelivery({ ...EMPTY, entries: [settled(4), ...unconfirmed(5, 6)] });
    delivery.open();
    t.deepEqual(words(delivery.receive(streams(known, 5))), ['M 5', 'M 6']);
  }
});

test('a line is shown once, and confirmed each time it arrives', (t) => {
  const delivery = connected();
  t.deepEqual(words(delivery.receive(message(1))), ['show 1', 'have 1', 'A 1']);
  delivery.close();
  delivery.open();
  delivery.receive(streams());
  t.deepEqual(words(delivery.receive(message(1))), ['A 1']);
  t.deepEqual(words(delivery.receive(message(2))), ['show 2', 'have 2', 'A 2']);
});

test('the first line of a connection may have any number: earlier lines may have been given up', (t) => {
  t.deepEqual(words(connected().receive(message(7))), ['show 7', 'have 7', 'A 7']);
  const delivery = connected({ entries: [have(THEIRS, 3)] });
  t.deepEqual(words(delivery.receive(message(6))), ['show 6', 'have 6', 'A 6']);
});

test('a line ends the chat if its number does not follow the number of the previous line', (t) => {
  for (const next of [3, 1, 4]) {
    const delivery = connected();
    delivery.receive(message(1));
    if (next === 4) delivery.receive(message(2));
    t.deepEqual(words(delivery.receive(message(next))), ['end: gap'], String(next));
    t.deepEqual(words(delivery.receive(message(next + 1))), []);
  }
});

test('the chat ends if the buddy confirms a line that was not sent', (t) => {
  const delivery = connected();
  delivery.send('hello', AT_MS);
  t.deepEqual(words(delivery.receive({ verb: 'A', n: 2 })), ['end: confirmed-unsent']);
  t.deepEqual(words(connected().receive({ verb: 'A', n: 1 })), ['end: confirmed-unsent']);
  t.deepEqual(
    delivery.unconfirmed.map(({ n }) => n),
    [1],
  );
});

test('if the buddy has more lines than the record, the chat ends, and kept lines are undelivered', (t) => {
  const delivery = new PrivateDelivery({ ...EMPTY, entries: unconfirmed(1, 2) });
  delivery.open();
  t.deepEqual(words(delivery.receive(streams(OURS, 3))), [
    'report-undelivered 1 2',
    'store up to 2',
    'end: old-record',
  ]);
});

test('the chat ends if a line comes before the stream is named, or if a stream is named twice', (t) => {
  for (const early of [message(1), { verb: 'A', n: 0 } as const]) {
    const delivery = new PrivateDelivery(EMPTY);
    delivery.open();
    t.deepEqual(words(delivery.receive(early)), ['end: order']);
  }
  t.deepEqual(words(connected().receive(streams())), ['end: order']);
});

test('lines that arrive after the connection is closed are ignored', (t) => {
  const delivery = connected();
  delivery.close();
  t.deepEqual(words(delivery.receive(message(1))), []);
});

test('the streams of several devices are told apart', (t) => {
  const delivery = connected();
  delivery.receive(message(1));
  delivery.open();
  delivery.receive(streams(undefined, 0, PHONE));
  t.deepEqual(words(delivery.receive(message(1))), ['show 1', 'have 1', 'A 1']);
  t.deepEqual(words(delivery.open()), [`S ${OURS} ${PHONE} 1`]);
  delivery.receive(streams());
  t.deepEqual(words(delivery.receive(message(1))), ['A 1']);
});

test('when there are more than eight streams, the least recently used one is forgotten', (t) => {
  t.is(MAX_STREAMS, 8);
  const delivery = new PrivateDelivery(EMPTY);
  const receiveFrom = (stream: string, n: number) => {
    delivery.open();
    delivery.receive(streams(undefined, 0, stream as StreamId));
    return words(delivery.receive(message(n)));
  };
  for (let device = 1; device <= MAX_STREAMS; device++) receiveFrom(`device ${device}`, 1);
  receiveFrom('device 1', 2);
  receiveFrom('device 9', 1);
  t.is(delivery.record.entries.filter((entry) => entry.is === 'have').length, MAX_STREAMS);
  t.deepEqual(receiveFrom('device 1', 2), ['A 2']);
  t.deepEqual(receiveFrom('device 2', 1), ['show 1', 'have 1', 'A 1']);
});

test('beyond 1,000 unconfirmed lines, the oldest line is reported as undelivered', (t) => {
  t.is(MAX_KEPT_LINES, 1_000);
  const delivery = new PrivateDelivery(EMPTY);
  for (let n = 1; n < MAX_KEPT_LINES; n++) delivery.send('x', AT_MS);
  t.true(delivery.hasRoomFor('x'));
  t.deepEqual(words(delivery.send('x', AT_MS)), ['store 1000']);
  t.false(delivery.hasRoomFor('x'));
  t.deepEqual(words(delivery.send('x', AT_MS)), ['report-undelivered 1', 'store up to 1', 'store 1001']);
});

test('beyond 1 MiB of unconfirmed lines, the oldest lines are reported as undelivered', (t) => {
  t.is(MAX_KEPT_BYTES, 1_048_576);
  // In UTF-8, each é has two bytes.
  const half = 'é'.repeat(MAX_KEPT_BYTES / 4);
  const delivery = new PrivateDelivery(EMPTY);
  delivery.send(half, AT_MS);
  t.true(delivery.hasRoomFor(half));
  t.deepEqual(words(delivery.send(half, AT_MS)), ['store 2']);
  t.false(delivery.hasRoomFor('x'));
  t.deepEqual(words(delivery.send(`${half}x`, AT_MS)), [
    'report-undelivered 1 2',
    'store up to 2',
    'store 3',
  ]);
  delivery.open();
  delivery.receive(streams());
  delivery.receive({ verb: 'A', n: 3 });
  t.true(delivery.hasRoomFor('x'.repeat(MAX_KEPT_BYTES)));
});

test('the newest line is kept, even if it is larger than the limit', (t) => {
  const delivery = new PrivateDelivery(EMPTY, { lines: 4, bytes: 3 });
  delivery.send('one', AT_MS);
  t.deepEqual(words(delivery.send('three', AT_MS)), ['report-undelivered 1', 'store up to 1', 'store 2']);
  t.deepEqual(
    delivery.unconfirmed.map(({ n }) => n),
    [2],
  );
});

test('lines that are given up are reported once, and not sent again', (t) => {
  const delivery = new PrivateDelivery({ ...EMPTY, entries: unconfirmed(1, 2) });
  t.deepEqual(words(delivery.giveUp()), ['report-undelivered 1 2', 'store up to 2']);
  t.deepEqual(words(delivery.giveUp()), []);
  delivery.open();
  t.deepEqual(words(delivery.receive(streams(OURS, 0))), []);
  t.deepEqual(words(delivery.send('hello', AT_MS)), ['store 3', 'M 3']);
});

test('a delivery that is restored from a record has the unconfirmed lines and the right numbers', (t) => {
  const entries = [...unconfirmed(1, 2, 3), settled(2), have(THEIRS, 8), ...unconfirmed(4), settled(3)];
  const delivery = new PrivateDelivery({ ...EMPTY, entries });
  t.deepEqual(delivery.record, { ...EMPTY, entries: [have(THEIRS, 8), settled(3), ...unconfirmed(4)] });
  const confirmed = new PrivateDelivery({ ...EMPTY, entries: [...entries, settled(4)] });
  t.deepEqual(confirmed.record.entries, [have(THEIRS, 8), settled(4)]);
  t.deepEqual(words(new PrivateDelivery(confirmed.record).send('x', AT_MS)), ['store 5']);
});

/** One end of a chat: what it has stored, shown and reported. A restart replaces only `delivery`. */
class End {
  readonly #stream: StreamId;
  #entries: readonly RecordEntry[] = [];
  delivery: PrivateDelivery;
  /** Lines that travel to the other end. */
  wire: DeliveryLine[] = [];
  readonly accepted: string[] = [];
  readonly shown: string[] = [];
  /** How many lines were shown before each crash. */
  readonly crashes: number[] = [];
  readonly delivered = new Set<string>();
  readonly undelivered = new Set<string>();
  readonly faults: string[] = [];

  constructor(stream: StreamId) {
    this.#stream = stream;
    this.delivery = this.restored();
  }

  restored(): PrivateDelivery {
    const record = { stream: this.#stream, entries: this.#entries };
    return new PrivateDelivery(JSON.parse(JSON.stringify(record)), { lines: 4, bytes: 60 });
  }

  /** Replaces the stored record by its shortest form. */
  compact(): void {
    this.#entries = this.delivery.record.entries;
  }

  /** Runs the effects up to a crash, if there is one: see `Act`. Returns false if the end crashes. */
  run(effects: readonly DeliveryEffect[], crashBefore = Number.POSITIVE_INFINITY): boolean {
    for (const [index, effect] of effects.entries()) {
      if (index === crashBefore) return false;
      switch (effect.do) {
        case 'store':
          this.#entries = [...this.#entries, effect.entry];
          if (effect.entry.is === 'line') this.accepted.push(effect.entry.text);
          break;
        case 'write':
          this.wire.push(effect.line);
          break;
        case 'show':
          this.shown.push(effect.line.text);
          break;
        case 'report-delivered':
          for (const { text } of effect.lines) this.delivered.add(text);
          break;
        case 'report-undelivered':
          for (const { text } of effect.lines) this.undelivered.add(text);
          break;
        case 'end':
          this.faults.push(effect.why);
          break;
      }
    }
    return effects.length !== crashBefore;
  }
}

interface Act {
  readonly do: 'send' | 'deliver' | 'connect' | 'break' | 'restart' | 'compact' | 'give-up';
  readonly side: 0 | 1;
  /** The end crashes before the effect with this index, or after the last one; `undefined`: no crash. */
  readonly crashBefore: number | undefined;
}

/** Two ends and the connection between them. */
class Pair {
  readonly ends = [new End(OURS), new End(THEIRS)] as const;
  #isConnected = false;
  #count = 0;

  act({ do: deed, side, crashBefore }: Act): void {
    const end = this.ends[side];
    switch (deed) {
      case 'send':
        return this.#run(side, end.delivery.send(`line ${++this.#count}`, AT_MS), crashBefore);
      case 'give-up':
        return this.#run(side, end.delivery.giveUp(), crashBefore);
      case 'deliver': {
        const line = this.ends[side === 0 ? 1 : 0].wire.shift();
        if (line !== undefined) this.#run(side, end.delivery.receive(line), crashBefore);
        return;
      }
      case 'connect':
        return this.#connect();
      case 'break':
        return this.#break();
      case 'restart':
        return this.#restart(side);
      case 'compact':
        return end.compact();
    }
  }

  /** Connects, and delivers everything without another break. */
  settle(): void {
    this.#break();
    this.#connect();
    while (this.ends.some(({ wire }) => wire.length > 0))
      for (const side of [0, 1] as const) this.act({ do: 'deliver', side, crashBefore: undefined });
  }

  #run(side: 0 | 1, effects: readonly DeliveryEffect[], crashBefore: number | undefined): void {
    if (!this.ends[side].run(effects, crashBefore)) this.#restart(side);
  }

  #connect(): void {
    if (this.#isConnected) return;
    this.#isConnected = true;
    for (const end of this.ends) end.run(end.delivery.open());
  }

  /** Breaks the connection. Lines that are on their way are lost. */
  #break(): void {
    this.#isConnected = false;
    for (const end of this.ends) {
      end.delivery.close();
      end.wire = [];
    }
  }

  #restart(side: 0 | 1): void {
    this.#break();
    const end = this.ends[side];
    end.crashes.push(end.shown.length);
    end.delivery = end.restored();
  }
}

function checkDelivery(t: ExecutionContext, from: End, to: End): void {
  const context = JSON.stringify({ accepted: from.accepted, shown: to.shown });
  const order = to.shown.map((text) => from.accepted.indexOf(text));
  for (const [index, at] of order.entries()) {
    const last = order[index - 1] ?? -1;
    // Only the last line that was shown before a crash may be shown again after the crash.
    t.true(at > last || (at === last && to.crashes.includes(index)), `twice, or out of order: ${context}`);
  }
  const lost = from.accepted.filter((text) => !to.shown.includes(text) && !from.undelivered.has(text));
  t.deepEqual(lost, [], `lost: ${context}`);
  const untrue = [...from.delivered].filter((text) => !to.shown.includes(text));
  t.deepEqual(untrue, [], `delivered, but not shown: ${context}`);
  t.deepEqual(from.faults, []);
}

const someAct: fc.Arbitrary<Act> = fc.record({
  do: fc.oneof(
    { weight: 6, arbitrary: fc.constant('deliver' as const) },
    { weight: 4, arbitrary: fc.constant('send' as const) },
    { weight: 3, arbitrary: fc.constant('connect' as const) },
    fc.constantFrom('break' as const, 'restart' as const, 'compact' as const),
  ),
  side: fc.constantFrom(0 as const, 1 as const),
  crashBefore: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, fc.nat({ max: 4 })),
});

test('despite any breaks and crashes, each line is shown in order, or reported as undelivered', (t) => {
  fc.assert(
    fc.property(fc.array(someAct, { maxLength: 80, size: 'max' }), (acts) => {
      const pair = new Pair();
      for (const act of acts) pair.act(act);
      pair.settle();
      const [one, other] = pair.ends;
      checkDelivery(t, one, other);
      checkDelivery(t, other, one);
      t.deepEqual([one.delivery.unconfirmed, other.delivery.unconfirmed], [[], []]);
    }),
    { numRuns: 500 },
  );
});

test('lines that the user gives up are reported, and later lines still arrive', (t) => {
  const act = fc.oneof(
    { weight: 5, arbitrary: someAct },
    someAct.map((each) => ({ ...each, do: 'give-up' as const })),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40, size: 'max' }), (acts) => {
      const pair = new Pair();
      for (const each of acts) pair.act(each);
      pair.settle();
      const [one, other] = pair.ends;
      checkDelivery(t, one, other);
      checkDelivery(t, other, one);
    }),
    { numRuns: 200 },
  );
});

test('while the record is not full, a line is never reported as undelivered', (t) => {
  fc.assert(
    fc.property(fc.array(someAct, { maxLength: 60, size: 'max' }), (acts) => {
      const pair = new Pair();
      for (const act of acts) {
        const { delivery } = pair.ends[act.side];
        if (act.do === 'send' && !delivery.hasRoomFor('line 10')) continue;
        pair.act(act);
      }
      pair.settle();
      const [one, other] = pair.ends;
      t.deepEqual([...one.undelivered, ...other.undelivered], []);
      t.deepEqual(
        [one.accepted, other.accepted],
        [other, one].map(({ shown }) => [...new Set(shown)]),
      );
    }),
    { numRuns: 200 },
  );
});
