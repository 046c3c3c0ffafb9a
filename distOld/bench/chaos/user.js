/**
 * A user at a real client, of whom only the keyboard and the screen are ours: reads what the screen asks, and
 * types an answer.
 */
import { PassThrough } from 'node:stream';
import { openPlainConsole } from '../../actors/client/plain-console.js';
import { startClient } from '../../actors/client/tree.js';
import { BUDDY_ID_PROMPT, CALL_PROMPT, CHAT_PROMPT, MENU_PROMPT, SAY, USER_ID_PROMPT, } from '../../machines/client/view.js';
import { Work } from './pause.js';
import { Registry } from './registry.js';
import { HOST } from './wire.js';
/** Time between two looks at the screen, in milliseconds: how fast a user types. */
const TYPING_MS = 25;
/** Fewest and most lines that a user writes before leaving the chat. */
const LINES = { least: 3, most: 15 };
/** How likely somebody who waits for a call does something else, at each look at the screen. */
const RESTLESSNESS = 0.05;
/** What else there is to do. Mostly logging in anew: a presence that crashed has forgotten its users. */
const PASTIMES = ['L', 'L', 'L', 'S', 'A', 'D'];
/** Somebody who is added and deleted at the client's menu; whether that worked nobody minds. */
export const DECOY = 'decoy';
export class User {
    id;
    registry;
    /** Says when the user typed something. */
    work = new Work();
    tree;
    #options;
    #stdin = new PassThrough();
    #typing;
    /** What the screen's last line says, and whether it came after what was typed last. */
    #lastLine = '';
    #isNew = false;
    #choice = 'M';
    #number = 0;
    #linesLeft = 0;
    constructor(options) {
        const { id, serverPort, callPort, tally, log } = options;
        this.#options = options;
        this.id = id;
        this.registry = new Registry(id, tally);
        const stdout = new PassThrough();
        stdout.on('data', (chunk) => this.#read(chunk.toString()));
        const streams = { stdin: this.#stdin, stdout };
        this.tree = startClient({
            server: HOST,
            tcpPort: serverPort,
            udpPort: serverPort,
            messagePort: callPort,
            user: id,
            openConsole: (listener) => openPlainConsole(streams, listener),
            log,
            onEmitted: this.registry.onEmitted,
            inspect: this.registry.inspect,
        });
        this.#typing = setInterval(() => this.#look(), TYPING_MS);
    }
    /** Takes the hands off the keyboard. */
    rest() {
        clearInterval(this.#typing);
    }
    #read(text) {
        const lines = (this.#lastLine + text).split('\n');
        this.#lastLine = lines.pop() ?? '';
        this.#isNew = true;
        for (const line of lines)
            this.#readLine(line);
    }
    #readLine(line) {
        const { onNumber, onChatOpened, onCallOver, random } = this.#options;
        const [, number] = line.match(/^B: #(\d+)$/) ?? [];
        if (number !== undefined)
            onNumber(Number(number));
        else if (line === SAY.accepted || line === SAY.refused)
            onCallOver(line === SAY.accepted);
        else if (line === SAY.chatHelp) {
            this.#linesLeft = LINES.least + random.below(LINES.most - LINES.least);
            onChatOpened();
        }
    }
    #look() {
        if (!this.#isNew)
            return;
        const answer = this.#answer();
        if (answer === undefined)
            return;
        this.#isNew = false;
        this.#stdin.write(`${answer}\n`);
        this.work.began();
    }
    /** What to type now; nothing while there is nothing to answer, or time to wait. */
    #answer() {
        const { buddy, isCaller, random } = this.#options;
        switch (this.#lastLine) {
            case MENU_PROMPT.text:
                if (isCaller())
                    this.#choice = 'M';
                else if (random.chance(RESTLESSNESS))
                    this.#choice = random.pick(PASTIMES);
                else
                    return undefined;
                return this.#choice;
            case USER_ID_PROMPT.text:
                return this.id;
            case BUDDY_ID_PROMPT.text:
                return this.#choice === 'M' ? buddy : DECOY;
            case CALL_PROMPT.text:
                return random.chance(0.9) ? 'y' : 'n';
            case CHAT_PROMPT.text:
                if (this.#linesLeft <= 0)
                    return 'q';
                this.#linesLeft -= 1;
                this.#number += 1;
                return `#${this.#number}`;
            default:
                return undefined;
        }
    }
}
