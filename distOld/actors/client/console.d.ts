/**
 * What the terminal's actor needs of a console, plain or interactive.
 */
import type { Prompt } from '../../machines/client/events.js';
export interface Console {
    /** Prints whole lines; an open prompt is shown again below them. */
    print(lines: readonly string[]): void;
    /** Asks. A prompt that is open gives way; the same prompt again changes nothing. */
    ask(prompt: Prompt): void;
    /** Takes back what is being asked. */
    dropPrompt(): void;
    /** Leaves the terminal as it was found. */
    close(): void;
}
/** Told of what the user does. */
export interface ConsoleListener {
    /** The open prompt was answered, and is closed. */
    onAnswer(value: string): void;
    /** There is no more input for the open prompt; or the user interrupted. */
    onEnd(): void;
    /** There will be no more input, and no prompt is open. */
    onExhausted(): void;
    onError(error: unknown): void;
    /** Wraps a callback of a stream, a timer or a signal: what it throws goes to `onError`. */
    guard<TArgs extends unknown[]>(callback: (...args: TArgs) => void): (...args: TArgs) => void;
}
/** Most bytes of a line typed: a character more than a message may have, so that too long is seen. */
export declare const MAX_LINE_BYTES: number;
/** Where a console reads and writes. */
export interface ConsoleStreams {
    readonly stdin: NodeJS.ReadStream;
    readonly stdout: NodeJS.WriteStream;
}
