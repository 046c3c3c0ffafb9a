/**
 * Asks a person at the terminal for a line. The questions go to standard error, so that standard output has
 * only the result of the command.
 */

import { createInterface, type Interface } from 'node:readline/promises';

export class TerminalQuestions {
  readonly #prompt: Interface = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: true,
  });

  /** Asks for a line. Returns `undefined` if the person pressed Ctrl-C, or the input has ended. */
  async ask(question: string): Promise<string | undefined> {
    const end = new AbortController();
    const onEnd = () => end.abort();
    this.#prompt.once('SIGINT', onEnd).once('close', onEnd);
    try {
      return (await this.#prompt.question(question, { signal: end.signal })).trim();
    } catch {
      process.stderr.write('\n');
      return undefined;
    } finally {
      this.#prompt.off('SIGINT', onEnd).off('close', onEnd);
    }
  }

  /** Asks a question. Returns true if the answer is `y` or `yes`. */
  async agrees(question: string): Promise<boolean> {
    return /^y(?:es)?$/i.test((await this.ask(question)) ?? '');
  }

  close(): void {
    this.#prompt.close();
  }
}
