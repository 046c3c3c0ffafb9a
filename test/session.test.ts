import { readFile, writeFile } from 'node:fs/promises';
import anyTest, { type ExecutionContext } from 'ava';
import { drawSession, type Frame, type Screen } from '../tools/session-picture.js';
import { startServerProgram, temporaryDirectory } from './helpers/programs.js';
import { quiet, Terminal } from './helpers/terminal.js';

const test = anyTest.serial;

const PICTURE = 'docs/images/session.svg';
const SIZE = { columns: 57, rows: 21 };

/** The maximum number of bytes of the picture. */
const MAX_BYTES = 200_000;

/** How long the picture shows a typed key, the result of a step, and the last frame, in milliseconds. */
const KEY_MS = 90;
const STEP_MS = 900;
const LAST_MS = 4_000;

/** Records the frames of two terminals. */
class Recorder {
  readonly frames: Frame[] = [];
  readonly #terminals: readonly [Terminal, Terminal];

  constructor(...terminals: readonly [Terminal, Terminal]) {
    this.#terminals = terminals;
  }

  /** Adds a frame of both screens. The shown times are fixed, so that all recordings are equal. */
  keep(ms: number): void {
    const [left, right] = this.#terminals.map((terminal) => withoutWords(atFive(terminal.picture())));
    this.frames.push({ ms, screens: [left as Screen, right as Screen] });
  }

  /** Types text key by key, and waits until each key is on the screen. */
  async types(terminal: Terminal, text: string): Promise<void> {
    const before = terminal.cursor().row;
    for (let length = 1; length <= text.length; length++) {
      terminal.press(text[length - 1] as string);
      const expected = `${before} ${text.slice(0, length)}`.trimEnd();
      await terminal.until(() => terminal.cursor().row === expected, expected);
      this.keep(KEY_MS);
    }
  }

  /** Types a line, and waits until both terminals show its result. */
  async enters(terminal: Terminal, text: string, ...shown: readonly Shown[]): Promise<void> {
    await this.types(terminal, text);
    terminal.press('\r');
    await this.sees(...shown);
  }

  async sees(...shown: readonly Shown[]): Promise<void> {
    for (const [terminal, ...ends] of shown) {
      const isShown = () => {
        const rows = terminal.rows().slice(-ends.length);
        return ends.every((end, index) => rows[index]?.endsWith(end));
      };
      await terminal.until(isShown, ends);
    }
    this.keep(STEP_MS);
  }
}

/** A terminal, and the expected ends of its last rows. */
type Shown = readonly [Terminal, ...string[]];

function atFive({ rows, cursor }: Screen): Screen {
  const timed = rows.map((row) =>
    row.map((run) => (run.style === 'dim' ? { ...run, text: run.text.replace(/\d\d:\d\d/, '17:05') } : run)),
  );
  return { rows: timed, cursor };
}

/** Replaces a word with 8 dots. Keeps the width of the cell. The longest word of the list has 8 letters. */
const cover = (word: string) => (word.endsWith(' ') ? '········'.padEnd(word.length) : '········');

/** Covers the 24 words of a key, which differ in each recording. */
function withoutWords({ rows, cursor }: Screen): Screen {
  const covered = rows.map((row) => {
    const text = row.map((run) => run.text).join('');
    if (!/^( ?\d+ [a-z]+ *){3}$/.test(text)) return row;
    return row.map((run) => ({ ...run, text: run.text.replace(/[a-z]+ */g, cover) }));
  });
  return { rows: covered, cursor };
}

async function record(t: ExecutionContext): Promise<readonly Frame[]> {
  const { tcp, udp } = await startServerProgram(t, await temporaryDirectory(t));
  const ports = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
  const [alice, bob] = [Terminal.client(t, SIZE, ...ports), Terminal.client(t, SIZE, ...ports)];
  const recorder = new Recorder(alice, bob);
  await recorder.sees([alice, 'Your choice:'], [bob, 'Your choice:']);
  for (const [terminal, id] of [
    [bob, 'bob'],
    [alice, 'alice'],
  ] as const) {
    terminal.press('r');
    await recorder.sees([terminal, 'Enter user id:']);
    await recorder.enters(terminal, id, [terminal, 'Press Enter when you have copied them:']);
    terminal.press('\r');
    await terminal.until(() => terminal.cursor().row.startsWith('Type words'), 'Type words');
    terminal.press('\r');
    await recorder.sees([terminal, 'Your choice:']);
  }
  alice.press('a');
  await recorder.sees([alice, 'Enter buddy id:']);
  await recorder.enters(alice, 'bob', [alice, '  bob  online, private', 'Your choice:']);
  alice.press('m');
  await recorder.sees([alice, 'Enter buddy id:']);
  const question = 'Do you want to accept an incoming connection (y/n)?';
  const ringing = 'Ringing: waiting for an answer, for 60 seconds at most.';
  await recorder.enters(alice, 'bob', [alice, ringing, '(q gives up)'], [bob, question]);
  await quiet();
  bob.press('y');
  await recorder.sees([alice, 'bob>'], [bob, 'alice>']);
  const says = (terminal: Terminal, name: string, text: string) =>
    recorder.enters(
      terminal,
      text,
      [alice, ` ${name}: ${text}`, 'bob>'],
      [bob, ` ${name}: ${text}`, 'alice>'],
    );
  await says(alice, 'alice', 'hello bob');
  await says(bob, 'bob', 'hi! shall we meet at eight?');
  await says(alice, 'alice', 'see you then');
  await recorder.enters(alice, 'q', [alice, '  bob  online, private', 'Your choice:'], [bob, 'Your choice:']);
  recorder.keep(LAST_MS);
  return recorder.frames;
}

test(`${PICTURE} plays a real session`, async (t) => {
  const frames = await record(t);
  const picture = drawSession({ titles: ['alice', 'bob'], ...SIZE, frames });
  // `npm run session` updates the picture.
  if (process.env['UPDATE_SESSION']) await writeFile(PICTURE, picture);
  t.true(Buffer.byteLength(picture) <= MAX_BYTES, `${Buffer.byteLength(picture)} bytes`);
  t.is(await readFile(PICTURE, 'utf8'), picture, 'run npm run session');
});
