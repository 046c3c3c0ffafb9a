/**
 * A user whose interactive client, in plain mode, can be killed and started again. The user answers every
 * prompt, and writes a numbered line at each prompt of a chat.
 */

import { EventEmitter, once } from 'node:events';
import type { UserId } from '../../protocol/id.js';
import { isFailed } from '../../user-files/private-directory.js';
import { Undelivered } from '../../user-files/undelivered.js';
import type { KeyedHome } from './keyed-home.js';
import type { Program } from './programs.js';

const PROMPTS = new RegExp(
  [
    'Your choice: ',
    'Enter buddy id: ',
    'Do you want to accept an incoming connection \\(y/n\\)\\? ',
    '> ',
    'm is not on your buddy list',
  ].join('|'),
  'g',
);

/** A numbered line of a user, as it is sent. */
const LINE = /^line (\d+) of \S+$/;

/**
 * The ends of the lines that plain mode prints, after any prompts: for a line of the buddy, and for a line of
 * the user that may not have arrived.
 */
const SAID = /B: (.*)$/;
const NAMED = /\((?:Not sent|Not delivered, as far as is known): (.*)\)$/;

export interface TalkerOptions {
  readonly id: string;
  readonly buddy: string;
  /** True for the user who calls the other. */
  readonly calls: boolean;
  /** More options of the client. */
  readonly args: readonly string[];
}

export class Talker {
  readonly options: TalkerOptions;
  /** The numbers of the buddy's lines in the order of the output: one list for each start of the client. */
  readonly received: number[][] = [];
  /** The numbers of the user's lines that the client reported as possibly lost. */
  readonly named = new Set<number>();
  readonly #home: KeyedHome;
  readonly #output = new EventEmitter();
  #program: Program;
  #lines = 0;
  /** True if the menu took a line that was meant for a broken chat, so the next prompt needs no answer. */
  #isAhead = false;

  constructor(home: KeyedHome, options: TalkerOptions) {
    this.#home = home;
    this.options = options;
    this.#program = this.#start();
  }

  /** How many lines of the buddy were printed. */
  get count(): number {
    return this.received.flat().length;
  }

  /** Waits until at least this many more lines of the buddy were printed. */
  async receive(more: number): Promise<void> {
    const enough = this.count + more;
    while (this.count < enough) await once(this.#output, 'data');
  }

  async kill(): Promise<void> {
    this.#program.process.kill('SIGKILL');
    await this.#program.exited;
  }

  restart(): void {
    this.#program = this.#start();
  }

  /** The user's lines in the history, except those that the client still keeps for the next chat. */
  async settled(): Promise<readonly number[]> {
    const { id, buddy } = this.options;
    const record = await new Undelivered(this.#home.root, this.#home.nameOf(id)).read(buddy as UserId);
    if (isFailed(record)) throw new Error(record.reason);
    const last = Math.max(0, ...record.entries.map((entry) => (entry.is === 'settled' ? entry.n : 0)));
    const kept = record.entries.flatMap((entry) =>
      entry.is === 'line' && entry.n > last ? [numberIn(entry.text)] : [],
    );
    const { stdout } = await this.#home.run(['history', buddy, '--json']);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { readonly text: string })
      .filter(({ text }) => text.endsWith(` of ${id}`))
      .flatMap(({ text }) => numberIn(text) ?? [])
      .filter((number) => !kept.includes(number));
  }

  #start(): Program {
    const { args, id } = this.options;
    this.#isAhead = false;
    const program = this.#home.start(...args, '--plain', '--user', id);
    const received: number[] = [];
    this.received.push(received);
    let [answered, read] = [0, 0];
    program.process.stdout?.on('data', () => {
      const text = program.stdout;
      for (const match of text.slice(answered).matchAll(PROMPTS)) this.#answer(program, match[0]);
      answered += endOfLastPrompt(text.slice(answered));
      const end = text.lastIndexOf('\n') + 1;
      for (const line of text.slice(read, end).split('\n')) {
        const said = numberIn(SAID.exec(line)?.[1]);
        if (said !== undefined) received.push(said);
        const named = numberIn(NAMED.exec(line)?.[1]);
        if (named !== undefined) this.named.add(named);
      }
      read = end;
      this.#output.emit('data');
    });
    return program;
  }

  #answer(program: Program, prompt: string): void {
    const { buddy, calls, id } = this.options;
    const isAhead = this.#isAhead;
    this.#isAhead = prompt.startsWith('m is not');
    if (isAhead || this.#isAhead) return;
    if (prompt.startsWith('Do you')) program.write('y\n');
    else if (prompt.startsWith('Enter')) program.write(`${buddy}\n`);
    else if (prompt === '> ') program.write(`line ${++this.#lines} of ${id}\n`);
    else if (calls) program.write('M\n');
  }
}

function endOfLastPrompt(text: string): number {
  const last = [...text.matchAll(PROMPTS)].at(-1);
  return last === undefined ? 0 : last.index + last[0].length;
}

function numberIn(text = ''): number | undefined {
  const found = LINE.exec(text);
  return found === null ? undefined : Number(found[1]);
}

/**
 * Finds faults in the lines that arrived. Also counts the repeated lines: a client that is killed before it
 * has stored that a line was shown shows this line again after its restart.
 */
export async function judge(
  from: Talker,
  to: Talker,
): Promise<{ readonly faults: readonly string[]; readonly judged: number; readonly repeated: number }> {
  const faults: string[] = [];
  let repeated = 0;
  let last = 0;
  for (const shown of to.received) {
    for (const [index, number] of shown.entries()) {
      const before = shown[index - 1];
      if (before !== undefined && number <= before)
        faults.push(`${number} of ${from.options.id} came after ${before}`);
      if (number <= last) repeated += 1;
    }
    last = Math.max(last, shown.at(-1) ?? 0);
  }
  const arrived = new Set(to.received.flat());
  const settled = await from.settled();
  const missing = settled.filter((number) => !arrived.has(number) && !from.named.has(number));
  for (const number of missing) faults.push(`${number} of ${from.options.id} is missing`);
  return { faults, judged: settled.length, repeated };
}
