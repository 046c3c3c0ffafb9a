/**
 * A user at a real client, of whom only the keyboard and the screen are ours: reads what the screen asks, and
 * types an answer.
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

/** Plain mode asks in the same words for every buddy. */
const NAMELESS = toDisplayText('');

const [REFUSED] = linesOf({ say: 'callFailed', buddy: undefined, failure: { cause: 'refused' } });

/** Time between two looks at the screen, in milliseconds: how fast a user types. */
const TYPING_MS = 25;

/** Fewest and most lines that a user writes before leaving the chat. */
const LINES = { least: 3, most: 15 } as const;

/** How likely somebody who waits for a call does something else, at each look at the screen. */
const RESTLESSNESS = 0.05;

/** What else there is to do. Mostly logging in anew: a presence that crashed has forgotten its users. */
const PASTIMES = ['L', 'L', 'L', 'S', 'A', 'D'] as const;

/** Somebody who is added and deleted at the client's menu; whether that worked nobody minds. */
export const DECOY = 'decoy' as UserId;

export interface UserOptions {
  readonly id: UserId;
  readonly buddy: UserId;
  readonly serverPort: number;
  readonly callPort: number;
  readonly random: Random;
  readonly tally: Tally;
  readonly log: Log;
  /** Told of each number that the buddy wrote, as it shows on the screen. */
  readonly onNumber: (number: number) => void;
  readonly onChatOpened: () => void;
  /** A call was accepted, or refused: the callers take turns. */
  readonly onCallOver: (accepted: boolean) => void;
  /** True when it is this user who should call. */
  readonly isCaller: () => boolean;
}

export class User {
  readonly id: UserId;
  readonly registry: Registry;
  /** Says when the user typed something. */
  readonly work = new Work();
  readonly tree: RunningTree;
  readonly #options: UserOptions;
  readonly #stdin = new PassThrough();
  readonly #typing: NodeJS.Timeout;
  /** What the screen's last line says, and whether it came after what was typed last. */
  #lastLine = '';
  #isNew = false;
  #choice: 'M' | (typeof PASTIMES)[number] = 'M';
  #number = 0;
  #linesLeft = 0;

  constructor(options: UserOptions) {
    const { id, serverPort, callPort, tally, log } = options;
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
      isInteractive: false,
      openArchive: () => new Archive({ directory: tmpdir(), keepsHistory: false }),
      openConsole: (listener) => openPlainConsole(streams, listener),
      log,
      onEmitted: this.registry.onEmitted,
      inspect: this.registry.inspect,
    });
    this.#typing = setInterval(() => this.#look(), TYPING_MS);
  }

  /** Takes the hands off the keyboard. */
  rest(): void {
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

  #look(): void {
    if (!this.#isNew) return;
    const answer = this.#answer();
    if (answer === undefined) return;
    this.#isNew = false;
    this.#stdin.write(`${answer}\n`);
    this.work.began();
  }

  /** What to type now; nothing while there is nothing to answer, or time to wait. */
  #answer(): string | undefined {
    const { buddy, isCaller, random } = this.#options;
    switch (this.#lastLine) {
      case promptOf({ ask: 'menu' }).text:
        if (isCaller()) this.#choice = 'M';
        else if (random.chance(RESTLESSNESS)) this.#choice = random.pick(PASTIMES);
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
