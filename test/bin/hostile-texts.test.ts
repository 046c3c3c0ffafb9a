import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { ATTACKS, foreignCodes } from '../helpers/attacks.js';
import { listenForCalls } from '../helpers/peer.js';
import { programPath } from '../helpers/programs.js';
import { StubServer, sendByByte } from '../helpers/stub-server.js';
import { quiet, Terminal, type TerminalSize } from '../helpers/terminal.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const SIZES: readonly TerminalSize[] = [
  { columns: 80, rows: 24 },
  { columns: 20, rows: 5 },
  { columns: 250, rows: 60 },
];

/** Length of the endless line, in MiB. A longer line takes more time, but no more memory. */
const ENDLESS_MEBIBYTES = Number(process.env['IM_TEST_MEBIBYTES'] ?? 64);

/** The menu of a user who is signed in: one row, cut to the width of the screen. */
const MENU = 'alice: Register Login Add Delete Message Status aWay History Block eXit';
const NARROW_MENU = 'alice: Register Log…';

function menuOn({ columns }: TerminalSize): string {
  return columns < MENU.length ? NARROW_MENU : MENU;
}

interface Home {
  readonly history?: Uint8Array | string;
  readonly blocked?: Uint8Array | string;
  readonly config?: Uint8Array | string;
}

/** Creates a home directory with these files. */
async function homeWith(t: ExecutionContext, { history, blocked, config }: Home): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'im-home-'));
  t.teardown(() => rm(home, { recursive: true, force: true }));
  const state = join(home, '.local', 'state', 'im');
  await mkdir(join(state, 'history'), { recursive: true });
  await mkdir(join(home, '.config', 'im'), { recursive: true });
  if (history !== undefined) await writeFile(join(state, 'history', 'bob.jsonl'), history);
  if (blocked !== undefined) await writeFile(join(state, 'blocked'), blocked);
  if (config !== undefined) await writeFile(join(home, '.config', 'im', 'client.conf'), config);
  return home;
}

/** Runs the client without colours and notifications, so that a test knows all of the client's own codes. */
function clientAt(
  t: ExecutionContext,
  size: TerminalSize,
  home: string,
  ...args: readonly string[]
): Terminal {
  const own = ['TZ=UTC', 'NO_COLOR=1', 'IM_NOTIFY=off', `HOME=${home}`];
  return new Terminal(t, size, 'env', ...own, process.execPath, programPath('im-client'), ...args);
}

/** Starts alice's client at the menu, on a server whose answers the test sets. */
async function alice(t: ExecutionContext, size: TerminalSize, files: Home = {}, buddies?: Uint8Array) {
  const stub = await StubServer.start(t);
  // The list is set before the client's first request, because the client accepts any answer to a request.
  if (buddies !== undefined) stub.buddies = buddies;
  const terminal = clientAt(t, size, await homeWith(t, files), ...stub.options, '--user', 'alice');
  await terminal.shows('Your choice:');
  return { terminal, stub };
}

/** Joins the rows of wrapped lines. Removes all blanks, because wrapping drops some and adds others. */
function linesOf(rows: readonly string[]): string[] {
  const lines: string[] = [];
  for (const row of rows.filter((other) => other !== '')) {
    if (row.startsWith('   ') && lines.length > 0) lines.push(`${lines.pop()}${row}`);
    else lines.push(row);
  }
  return lines.map(squeezed);
}

function squeezed(text: string): string {
  return text.replaceAll(' ', '');
}

/** Waits until this line was printed, and the screen ends with these rows. */
async function showsAfter(terminal: Terminal, line: string, ...lastRows: readonly string[]): Promise<void> {
  await terminal.until(
    () =>
      linesOf(terminal.allRows()).includes(squeezed(line)) &&
      JSON.stringify(terminal.rows().slice(-lastRows.length)) === JSON.stringify(lastRows),
    [line, ...lastRows],
  );
}

for (const size of SIZES) {
  const at = `at ${size.columns} by ${size.rows}`;

  test(`a server's reply is shown as text, and never looks like a client's line: ${at}`, async (t) => {
    const { terminal, stub } = await alice(t, size);
    const pad = ' '.repeat(size.columns);
    const replies = [
      ...ATTACKS.map(({ name, bytes, shown }, index) => {
        const code = `202 ${index} `;
        return { name, bytes: Buffer.concat([Buffer.from(code), bytes]), line: code + shown };
      }),
      ...['Signed in as eve.', 'Call from bob (192.0.2.7).', '12:00 bob: hello', '', '  X - Exit'].map(
        (text) => ({
          name: text,
          bytes: Buffer.from(text),
          line: `The server answered: ${text}`,
        }),
      ),
      { name: 'a full row', bytes: Buffer.from(`299 ${pad}Call from eve.`), line: '299 Call from eve.' },
    ];
    for (const { name, bytes, line } of replies) {
      stub.reply = Buffer.concat([bytes, Buffer.from('\r\n')]);
      terminal.press('dbob\r');
      await showsAfter(terminal, line, menuOn(size), 'Your choice:');
      t.is(foreignCodes(terminal.output), undefined, name);
    }
    for (const row of ['Signed in as eve.', 'Call from bob', 'Call from eve.', '12:00 bob: hello'])
      t.false(
        terminal.allRows().some((other) => other.startsWith(row)),
        row,
      );
  });

  test(`a caller whose first line is hostile is named by its address, in every dialect: ${at}`, async (t) => {
    const { terminal, stub } = await alice(t, size);
    const port = await stub.callPort();
    let calls = 0;
    for (const { name, bytes } of ATTACKS) {
      for (const word of ['HELLO ', 'REQUEST ', '']) {
        calls += 1;
        // Each call has its own address, because an address whose calls fail is soon refused silently.
        const address = `127.0.1.${calls}`;
        const socket = await callFrom(t, address, port);
        await sendByByte(socket, Buffer.concat([Buffer.from(word), bytes, Buffer.from(' 4000\n')]));
        await terminal.until(
          () => linesOf(terminal.allRows()).includes(squeezed(`Call from ${address}.`)),
          `${name} from ${address}`,
        );
        socket.end();
        await terminal.until(
          () => terminal.output.split('The caller hung up.').length - 1 === calls,
          address,
        );
        await terminal.shows('Your choice:');
      }
      t.is(foreignCodes(terminal.output), undefined, name);
    }
  });
}

test("a hostile server's buddy lines are left out or shown as unknown", async (t) => {
  const buddies = Buffer.concat([
    ...ATTACKS.flatMap(({ bytes }) => [
      bytes,
      Buffer.from(' 100 ONLINE 192.0.2.1 4000\n'),
      Buffer.from('x'),
      bytes,
      Buffer.from('\n'),
      Buffer.from('eve '),
      bytes,
      Buffer.from(' ONLINE 192.0.2.1 4000\n'),
    ]),
    Buffer.from('carol 100 \u001b]0;t\u0007 192.0.2.7 4000\n'),
    Buffer.from('dave 102 AWAY \u001b[3J192.0.2.7 4000\n'),
    Buffer.from('erin 100 ONLINE 192.0.2.7 \u009b41m\n'),
    Buffer.from('frank 100 ONLINE 192.0.2.7\r 4000\n'),
    Buffer.from('grace 100 ONLINE 192.0.2.7 \u202e4000\n'),
    Buffer.from('heidi 101 OFFLINE unknown unknown\r\n'),
    Buffer.from('Call from eve (192.0.2.9).\n'),
    Buffer.from('ivan 100 ONLINE 192.0.2.7 4000\u001b['),
  ]);
  const { terminal } = await alice(t, { columns: 80, rows: 30 }, {}, buddies);
  terminal.press('s');
  const unknown = 'unknown unknown';
  await terminal.shows(
    'My buddy list:',
    'carol   ONLINE  192.0.2.7       4000',
    'dave    AWAY    unknown unknown',
    'erin    ONLINE  unknown unknown',
    'frank   ONLINE  unknown unknown',
    'grace   ONLINE  unknown unknown',
    `heidi   OFFLINE ${unknown}`,
    `ivan    ONLINE  ${unknown}`,
    '(No missed calls. Calls that you do not answer are listed here.)',
    MENU,
    'Your buddies:',
    '  carol  online',
    '  erin   online',
    '  frank  online',
    '  grace  online',
    '  ivan   online',
    '  dave   away',
    '  heidi  offline',
    'Your choice:',
  );
  t.is(foreignCodes(terminal.output), undefined);
});

/** A history that another program wrote: hostile texts in valid JSON, and lines that are not JSON. */
function historyFor({ columns }: TerminalSize): Uint8Array {
  // With this many blanks, a terminal that wraps by itself would begin a row with the text after the blanks.
  const blanks = ' '.repeat(2 * columns - '2026-11-25 14:05 me: '.length);
  const at = '"at":"2026-11-25T14:05:00.000Z"';
  return Buffer.concat([
    ...ATTACKS.flatMap(({ text, bytes }, index) => {
      const line = (words: string) =>
        Buffer.from(`{"event":"message",${at},"id":"alice","buddy":"bob","text":${JSON.stringify(words)}}\n`);
      const raw = [
        Buffer.from(`{"event":"message",${at},"buddy":"bob","text":"${index} `),
        bytes,
        Buffer.from('"}\n'),
      ];
      return [bytes, Buffer.from('\n'), ...(text === undefined ? raw : [line(`${index} ${text}`)])];
    }),
    Buffer.from(`{"event":"message",${at},"buddy":"b\\u001b[3J","address":"\\u009b41m","text":"\\ud800"}\n`),
    Buffer.from(`{"event":"sent",${at},"id":"\\u202ex","text":"${blanks}2026-11-25 forged"}\n`),
  ]);
}
const HISTORY_LINES = [
  ...ATTACKS.map(({ shown }, index) => `2026-11-25 14:05 bob: ${index} ${shown}`),
  '2026-11-25 14:05 unknown: \u{FFFD}',
  '2026-11-25 14:05 me: 2026-11-25 forged',
].map(squeezed);

for (const size of SIZES) {
  const at = `at ${size.columns} by ${size.rows}`;

  test(`a hostile history is shown as text, line by line: ${at}`, async (t) => {
    const history = historyFor(size);
    const home = await homeWith(t, { history });
    const printed = clientAt(t, size, home, 'history', 'bob');
    t.is(await printed.exited, 0);
    await printed.until(
      () => linesOf(printed.allRows()).at(-1) === HISTORY_LINES.at(-1),
      'the whole history',
    );
    t.deepEqual(linesOf(printed.allRows()), HISTORY_LINES);
    t.is(foreignCodes(printed.output), undefined);

    const { terminal } = await alice(t, size, { history });
    terminal.press('hbob\r');
    await showsAfter(terminal, HISTORY_LINES.at(-1) ?? '', menuOn(size), 'Your choice:');
    const rows = linesOf(terminal.allRows());
    const begin = rows.indexOf(squeezed('History with bob:')) + 1;
    t.deepEqual(rows.slice(begin, begin + HISTORY_LINES.length), HISTORY_LINES);
    t.is(foreignCodes(terminal.output), undefined);
  });
}

test('the client blocks the valid entries of a hostile block list', async (t) => {
  const lines = ATTACKS.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]);
  const blocked = Buffer.concat([...lines, Buffer.from('eve\r\n192.0.2.9\nCall from bob.\n')]);
  const { terminal } = await alice(t, { columns: 80, rows: 24 }, { blocked });
  terminal.press('b');
  await terminal.shows(
    'Your choice: B',
    'Blocked: eve, 192.0.2.9.',
    'Enter id or address to block, or to unblock:',
  );
  t.is(foreignCodes(terminal.output), undefined);
});

test('`config` shows hostile settings as text; the error for a hostile argument is one line', async (t) => {
  const size = { columns: 250, rows: 60 };
  const home = await homeWith(t, {});
  for (const { name, bytes, text, shown } of ATTACKS.filter((_, index) => index % 3 === 0 || index > 18)) {
    const conf = await homeWith(t, {
      config: Buffer.concat([Buffer.from('server = '), bytes, Buffer.from('\n')]),
    });
    const printed = clientAt(t, size, conf, 'config');
    await printed.exited;
    await printed.until(() => printed.rows().length > 0, name);
    t.is(foreignCodes(printed.output), undefined, name);
    t.true(printed.rows().join('\n').includes(shown), `${name}: ${printed.rows().join('\n')}`);
    if (text === undefined || text.includes('\u0000')) continue;
    const failed = clientAt(t, size, home, `${text}x`);
    t.is(await failed.exited, 2);
    await failed.until(() => failed.rows().length > 0, name);
    t.is(failed.rows().length, 1, name);
    t.true(failed.rows()[0]?.startsWith(`im-client: unknown command '${shown}x'`), failed.rows()[0]);
    t.is(foreignCodes(failed.output), undefined, name);
  }
});

test('a caller that disconnects in the middle of its greeting does not ring', async (t) => {
  const { terminal, stub } = await alice(t, { columns: 80, rows: 24 });
  const port = await stub.callPort();
  const greeting = Buffer.from('HELLO mallory\n');
  await terminal.shows(MENU, 'Your choice:');
  const before = terminal.rows();
  let calls = 0;
  for (const way of ['end', 'reset'] as const) {
    for (let length = 0; length < greeting.length; length++) {
      calls += 1;
      const socket = await callFrom(t, `127.0.2.${calls}`, port);
      if (length > 0) await new Promise((resolve) => socket.write(greeting.subarray(0, length), resolve));
      const closed = once(socket, 'close');
      if (way === 'end') socket.end();
      else socket.resetAndDestroy();
      await closed;
    }
  }
  t.deepEqual(terminal.rows(), before);
  const last = await callFrom(t, '127.0.2.99', port);
  last.write(greeting);
  await terminal.shows(
    'Call from mallory (127.0.2.99).',
    'Do you want to accept an incoming connection (y/n)?',
  );
  last.end();
  await terminal.until(() =>
    terminal.rows().some((row) => row.startsWith('Missed call from mallory (127.0.2.99)')),
  );
  t.deepEqual(
    terminal
      .allRows()
      .filter((row) => /^(?:Call|The caller|Missed)/.test(row))
      .map((row) => row.replace(/ at .*/, '')),
    ['Call from mallory (127.0.2.99).', 'The caller hung up.', 'Missed call from mallory (127.0.2.99)'],
  );
});

test('a buddy that disconnects in the middle of its answer counts as refusing the call', async (t) => {
  const peer = await listenForCalls(t);
  const buddies = Buffer.from(`bob 100 ONLINE 127.0.0.1 ${peer.port}\n`);
  const { terminal } = await alice(t, { columns: 80, rows: 24 }, {}, buddies);
  await terminal.shows('  bob  online', 'Your choice:');
  const answer = Buffer.from('ACCEPT\n');
  let refusals = 0;
  const isRefused = () =>
    terminal.allRows().filter((row) => row === 'Buddy refused connection.').length === refusals;
  for (const way of ['end', 'reset'] as const) {
    for (let length = 0; length < answer.length; length++) {
      terminal.press('mbob\r');
      const called = await peer.called();
      const { socket } = called;
      t.regex((await called.line()) ?? '', /^REQUEST alice \d+$/);
      if (length > 0) await new Promise((resolve) => socket.write(answer.subarray(0, length), resolve));
      if (way === 'end') socket.end();
      else socket.resetAndDestroy();
      refusals += 1;
      await terminal.until(isRefused, `${way} after ${length} bytes`);
      await terminal.shows(MENU, 'Your buddies:', '  bob  online', 'Your choice:');
      await quiet();
    }
  }
  t.false(terminal.allRows().some((row) => /accepted|bob: |closed/.test(row)));
});

test('the user can leave a buddy that floods and never reads, and can then be called again', async (t) => {
  const { terminal, stub } = await alice(t, { columns: 80, rows: 24 });
  const port = await stub.callPort();
  const mallory = await callFrom(t, '127.0.3.1', port);
  mallory.pause();
  mallory.write('HELLO mallory\n');
  await terminal.until(() => terminal.rows().at(-1)?.endsWith('(y/n)?') ?? false);
  await quiet();
  terminal.press('y');
  await terminal.shows('mallory>');
  const flood = Buffer.concat(ATTACKS.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]));
  const pour = () => {
    while (mallory.writable && mallory.write(flood));
  };
  mallory.on('drain', pour);
  pour();
  await terminal.until(() => terminal.allRows().length > 500);
  terminal.press('q\r');
  await terminal.shows(MENU, 'Your choice:');
  t.is(foreignCodes(terminal.output), undefined);
  const bob = await callFrom(t, '127.0.3.2', port);
  bob.write('HELLO bob\n');
  await terminal.shows('Call from bob (127.0.3.2).', 'Do you want to accept an incoming connection (y/n)?');
});

test('an endless line is one message of bounded size', async (t) => {
  const { terminal, stub } = await alice(t, { columns: 250, rows: 60 });
  const bob = await callFrom(t, '127.0.4.1', await stub.callPort());
  bob.write('HELLO bob\n');
  await terminal.until(() => terminal.rows().at(-1)?.endsWith('(y/n)?') ?? false);
  await quiet();
  terminal.press('y');
  await terminal.shows('bob>');
  const mebibyte = Buffer.alloc(1024 * 1024, 'x');
  for (let sent = 0; sent < ENDLESS_MEBIBYTES; sent++) if (!bob.write(mebibyte)) await once(bob, 'drain');
  bob.write('\nafter\n');
  await terminal.until(() => terminal.rows().at(-2)?.endsWith(' bob: after') ?? false);
  const rows = terminal.allRows();
  t.is(rows.at(-3), '(That message was longer than 16 KiB: this is its beginning.)');
  t.is(rows.filter((row) => row.includes(' bob:')).length, 2);
  t.is(rows.map((row) => /^ {3}(x+)$/.exec(row)?.[1] ?? '').join('').length, 16 * 1024);
  const peak = peakMebibytes(terminal.pty.pid);
  t.log(`${peak} MiB`);
  t.true(peak < 256, `${peak} MiB`);
});

/** The peak resident memory of a process, in MiB. */
function peakMebibytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}

test('an uncaught exception restores the terminal', async (t) => {
  const stub = await StubServer.start(t);
  const crash = join(await homeWith(t, {}), 'crash.mjs');
  await writeFile(crash, "process.on('SIGUSR2', () => { throw new Error('injected'); });");
  const client = [process.execPath, '--import', crash, programPath('im-client'), ...stub.options].join(' ');
  const script = [
    'echo modes $(stty -g)',
    `sh -c 'echo pid $$; exec ${client} 2>/dev/null'`,
    'code=$?; echo; echo code $code',
    'echo modes $(stty -g)',
    // The shell stays until the end of the test: output just before a terminal closes may be lost.
    'read -r _',
  ].join('; ');
  const terminal = new Terminal(t, { columns: 200, rows: 50 }, 'sh', '-c', script);
  const valuesOf = (word: string) =>
    terminal
      .rows()
      .filter((row) => row.startsWith(`${word} `))
      .map((row) => row.slice(word.length + 1));
  await terminal.shows('  ? - Explain these letters', 'Your choice:');
  process.kill(Number(valuesOf('pid')[0]), 'SIGUSR2');
  await terminal.until(() => valuesOf('modes').length === 2);
  t.is(valuesOf('modes')[0], valuesOf('modes')[1]);
  t.true(Number(valuesOf('code')[0]) > 0);
  t.true(terminal.output.lastIndexOf('\u001b[?2004l') > terminal.output.lastIndexOf('\u001b[?2004h'));
});

/** Calls a client from the given local address. */
async function callFrom(t: ExecutionContext, localAddress: string, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
  socket.on('error', () => {}).resume();
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}
