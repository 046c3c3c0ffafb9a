/**
 * The two prompts of the interactive console: enquirer's, as far as keys go. It names them and
 * binds them to commands, which are the methods below; drawing is the prompt block's business,
 * because enquirer leaves ghost rows behind a wrapped line, and keys are handed in one by one,
 * because enquirer would lose those that are typed between two prompts.
 */
import type { Prompt } from '../../machines/client/events.js';
import type { PromptBlock } from './prompt-block.js';
/** A key as `node:readline` reports it. */
export interface Key {
    readonly sequence?: string;
    readonly name?: string;
    readonly ctrl?: boolean;
    readonly meta?: boolean;
}
/** The part of enquirer's base class that is used here; its own types leave it out. */
interface EnquirerPrompt {
    /** Calls the method that the key is bound to, or else `dispatch`. */
    keypress(text: string | undefined, key: Key): Promise<unknown>;
    /** Rings the bell. */
    alert(): void;
}
declare const BasePrompt: new (options: {
    stdout: unknown;
}) => EnquirerPrompt;
export interface OpenPrompt extends EnquirerPrompt {
    readonly prompt: Prompt;
    /** What was typed and not yet sent off. */
    readonly typed: string;
    draw(): void;
}
interface PromptOptions {
    readonly prompt: Prompt;
    readonly block: PromptBlock;
    readonly stdout: NodeJS.WriteStream;
    readonly onAnswer: (value: string) => void;
}
interface LinePromptOptions extends PromptOptions {
    /** The text to begin with. */
    readonly draft: string;
    /** Told of every change, so that it is drawn: once for all keys of a paste. */
    readonly onEdit: () => void;
}
/** A question that one key answers. */
export declare class KeyPrompt extends BasePrompt implements OpenPrompt {
    #private;
    readonly typed = "";
    readonly prompt: Prompt;
    constructor(options: PromptOptions);
    draw(): void;
    dispatch(text: string | undefined): void;
    submit(): void;
    cancel(): void;
}
/** A question that a line of text answers, edited as in a shell. */
export declare class LinePrompt extends BasePrompt implements OpenPrompt {
    #private;
    readonly prompt: Prompt;
    constructor(options: LinePromptOptions);
    get typed(): string;
    draw(): void;
    dispatch(text: string | undefined, key: Key): void;
    submit(): void;
    /** Escape. */
    cancel(): void;
    /** Backspace. */
    delete(): void;
    deleteForward(): void;
    /** Ctrl-W. */
    cutLeft(): void;
    /** Ctrl-U. */
    undo(): void;
    /** Ctrl-K. */
    cutForward(): void;
    left(): void;
    right(): void;
    first(): void;
    last(): void;
    backward: () => void;
    forward: () => void;
    home: () => void;
    end: () => void;
}
export {};
