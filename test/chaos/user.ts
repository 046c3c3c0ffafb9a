/**
 * A simulated user at a real client: reads the prompts on the screen and types answers.
 */

import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import { startClient } from '../../actors/client/client-tree.js';
import type { Log } from '../../actors/log.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { RunningTree } from '../../supervision/run.js';
import type { ConsoleStreams } from '../../terminal/console.js';
import { openPlainConsole } from '../../terminal/plain-console.js';
import { linesOf, promptOf, SAY } from '../../terminal/words.js';
import { Archive } from '../../user-files/archive.js';
import type { Random } from '../helpers/random.js';
import { Work } from './pause.js';
import { Registry } from './registry.js';
import type { Tally } from './tally.js';
import { HOST } from './wire.js';

/** In plain mode, prompts do not contain the buddy's name. */
const NAMELESS = toDisplayText('');

const [REFUSED] = linesOf({ say: 'callFailed', buddy: undefined, failure: { cause: 'refused' } });

/** Time between two inputs, in milliseconds. */
const TYPING_MS = 25;

/** A user writes at least `least` lines in a chat, and fewer than `most`. */
const LINES = { least: 3, most: 15 } as const;

/** Probability that a user who waits for a call does something else, at each input. */
const PASTIME_PROBABILITY = 0.05;

/**
 * Other menu choices. Logging in again is the most frequent, because a crashed presence forgets its users.
 */
const PASTIMES = ['L', 'L', 'L', 'S', 'A', 'D'] as const;

/** An id that users add and delete at the client's menu. The outcome is not checked. */
export const DECOY = 'decoy' as UserId;

export interface UserOptions {
  readonly id: UserId;
  readonly buddy: UserId;
  readonly serverPort: number;
  readonly callPort: number;
  /** The directory of the user's key; `undefined` for a user without a key. */
  readonly dataRoot?: string;
  readonly random: Random;
  readonly tally: Tally;
  readonly log: Log;
  /** Called when a line of the buddy appears on the screen, with the number in the line. */
  readonly onNumber: (number: number) => void;
  readonly onChatOpened: () => void;
  /** Called when a call was accepted or refused. Then the other user becomes the caller. */
  readonly onCallOver: (accepted: boolean) => void;
  /** True if this user is the next caller. */
  readonly isCaller: () => boolean;
}

export class User {
  readonly id: UserId;
  readonly registry: Registry;
  /** Announces each input. */
  readonly work = new Work();
  readonly tree: RunningTree;
  readonly #options: UserOptions;
  readonly #stdin = new PassThrough();
  readonly #typing: NodeJS.Timeout;
  /** The last line of the screen, and whether it appeared after the last input. */
  #lastLine = '';
  #isNew = false;
  #choice: 'M' | (typeof PASTIMES)[number] = 'M';
  #number = 0;
  #linesLeft = 0;

  constructor(options: UserOptions) {
    const { id, serverPort, callPort, dataRoot, tally, log } = options;
    this.#options = options;
    this.id = id;
    this.registry = new Registry(id, tally);
    const stdout = new PassThrough();
    stdout.on('data', (chunk: Buffer) => this.#read(chunk.toString()));
    const streams = { stdin: this.#stdin, stdout } as unknown as ConsoleStreams;
    this.tree = startClient({
      server: HOST,
      tcpPort: serverPort,
      udpPort: serverPort,
      messagePort: callPort,
      user: id,
      dataRoot,
      isInteractive: false,
      openArchive: () => new Archive({ directory: tmpdir(), keepsHistory: false }),
      openConsole: (listener) => openPlainConsole(streams, listener),
      log,
      onEmitted: this.registry.onEmitted,
      inspect: this.registry.inspect,
    });
    this.#typing = setInterval(() => this.#typeInput(), TYPING_MS);
  }

  /** Ends the typing. */
  stopTyping(): void {
    clearInterval(this.#typing);
  }

  #read(text: string): void {
    const lines = (this.#lastLine + text).split('\n');
    this.#lastLine = lines.pop() ?? '';
    this.#isNew = true;
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    const { onNumber, onChatOpened, onCallOver, random } = this.#options;
    const [, number] = line.match(/^B: #(\d+)$/) ?? [];
    if (number !== undefined) onNumber(Number(number));
    else if (line === SAY.accepted || line === REFUSED) onCallOver(line === SAY.accepted);
    else if (line === SAY.chatHelp) {
      this.#linesLeft = LINES.least + random.below(LINES.most - LINES.least);
      onChatOpened();
    }
  }

  #typeInput(): void {
    if (!this.#isNew) return;
    const input = this.#nextInput();
    if (input === undefined) return;
    this.#isNew = false;
    this.#stdin.write(`${input}\n`);
    this.work.began();
  }

  /** The next input; `undefined` if the screen shows no prompt or the user waits. */
  #nextInput(): string | undefined {
    const { buddy, isCaller, random } = this.#options;
    switch (this.#lastLine) {
      case promptOf({ ask: 'menu' }).text:
        if (isCaller()) this.#choice = 'M';
        else if (random.chance(PASTIME_PROBABILITY)) this.#choice = random.pick(PASTIMES);
        else return undefined;
        return this.#choice;
      case promptOf({ ask: 'userId' }).text:
        return this.id;
      case promptOf({ ask: 'buddyId' }).text:
        return this.#choice === 'M' ? buddy : DECOY;
      case promptOf({ ask: 'call', caller: undefined, address: NAMELESS }).text:
        return random.chance(0.9) ? 'y' : 'n';
      case promptOf({ ask: 'message', name: NAMELESS }).text:
        if (this.#linesLeft <= 0) return 'q';
        this.#linesLeft -= 1;
        this.#number += 1;
        return `#${this.#number}`;
      default:
        return undefined;
    }
  }
}
