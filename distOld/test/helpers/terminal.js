/**
 * A program in a real pseudo-terminal, and the screen that a user would see.
 */
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { programPath } from './programs.js';
/** Longest wait for the screen to show what is expected, in milliseconds. */
const SCREEN_TIMEOUT_MS = 20_000;
export class Terminal {
    pty;
    exited;
    #screen;
    #changed = () => { };
    constructor(t, size, file, ...args) {
        const { columns: cols, rows } = size;
        this.#screen = new xterm.Terminal({ cols, rows, allowProposedApi: true });
        const env = { ...process.env, TERM: 'xterm-256color' };
        this.pty = spawn(file, [...args], { cols, rows, env });
        this.pty.onData((data) => this.#screen.write(data, () => this.#changed()));
        this.exited = new Promise((resolve) => {
            this.pty.onExit(({ exitCode }) => resolve(exitCode));
        });
        t.teardown(async () => {
            this.pty.kill('SIGKILL');
            await this.exited;
        });
    }
    /** Runs the client in a terminal. */
    static client(t, size, ...args) {
        return new Terminal(t, size, process.execPath, programPath('im-client'), ...args);
    }
    /** Presses keys, as bytes. */
    press(keys) {
        this.pty.write(keys);
    }
    resize({ columns, rows }) {
        this.#screen.resize(columns, rows);
        this.pty.resize(columns, rows);
    }
    /** The rows of the screen, without the blanks at their ends and the empty rows below. */
    rows() {
        const { buffer, rows } = this.#screen;
        const lines = Array.from({ length: rows }, (_, row) => (buffer.active.getLine(buffer.active.viewportY + row)?.translateToString(true) ?? '').trimEnd());
        while (lines.at(-1) === '')
            lines.pop();
        return lines;
    }
    /** The cursor's column, counted from 0, and the text of its row. */
    cursor() {
        const { cursorX, cursorY, viewportY } = this.#screen.buffer.active;
        return {
            column: cursorX,
            row: (this.#screen.buffer.active.getLine(viewportY + cursorY)?.translateToString(true) ?? '').trimEnd(),
        };
    }
    /** Waits until the last rows of the screen are these. */
    async shows(...lastRows) {
        await this.until(() => JSON.stringify(this.rows().slice(-lastRows.length)) === JSON.stringify(lastRows), lastRows);
    }
    /** Waits until the screen is as wanted. */
    async until(wanted, what = wanted) {
        const deadline = Date.now() + SCREEN_TIMEOUT_MS;
        while (!wanted()) {
            const rest = deadline - Date.now();
            if (rest <= 0)
                throw new Error(`expected ${JSON.stringify(what)}, the screen is:\n${this.rows().join('\n')}`);
            await new Promise((resolve) => {
                const timer = setTimeout(resolve, rest);
                this.#changed = () => {
                    clearTimeout(timer);
                    resolve();
                };
            });
        }
    }
}
