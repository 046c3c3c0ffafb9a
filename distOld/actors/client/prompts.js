/**
 * The two prompts of the interactive console: enquirer's, as far as keys go. It names them and
 * binds them to commands, which are the methods below; drawing is the prompt block's business,
 * because enquirer leaves ghost rows behind a wrapped line, and keys are handed in one by one,
 * because enquirer would lose those that are typed between two prompts.
 */
import Enquirer from 'enquirer';
import { toDisplayText } from '../../protocol/display-text.js';
import { MAX_LINE_BYTES } from './console.js';
import { graphemesOf } from './layout.js';
const BasePrompt = Enquirer
    .Prompt;
/** A question that one key answers. */
export class KeyPrompt extends BasePrompt {
    typed = '';
    prompt;
    #options;
    constructor(options) {
        super({ stdout: options.stdout });
        this.#options = options;
        this.prompt = options.prompt;
    }
    draw() {
        this.#options.block.draw(this.prompt.text, '');
    }
    dispatch(text) {
        const { block, onAnswer } = this.#options;
        if (!text || !this.prompt.keys?.includes(text.toLowerCase()))
            return this.alert();
        block.draw(this.prompt.text + text.toUpperCase(), '');
        onAnswer(text);
    }
    // Enquirer's own would answer without a key.
    submit() {
        this.alert();
    }
    cancel() {
        this.alert();
    }
}
/** A question that a line of text answers, edited as in a shell. */
export class LinePrompt extends BasePrompt {
    prompt;
    #options;
    /** What a user sees as characters, before the cursor and, backwards, after it. */
    #before;
    #after = [];
    constructor(options) {
        super({ stdout: options.stdout });
        this.#options = options;
        this.prompt = options.prompt;
        this.#before = graphemesOf(options.draft);
    }
    get typed() {
        return this.#before.join('') + this.#rest;
    }
    draw() {
        const before = toDisplayText(this.#before.join(''));
        this.#options.block.draw(this.prompt.text + before, toDisplayText(this.#rest));
    }
    get #rest() {
        return this.#after.toReversed().join('');
    }
    // The names of these methods are enquirer's commands.
    dispatch(text, key) {
        if (!text || key.ctrl || key.meta || text < ' ' || this.#isFull())
            return this.alert();
        // What is typed may join the character before it: an accent, a joined emoji.
        const last = this.#before.pop() ?? '';
        this.#before.push(...graphemesOf(last + text));
        this.#options.onEdit();
    }
    submit() {
        this.last();
        this.draw();
        this.#options.onAnswer(this.typed);
    }
    /** Escape. */
    cancel() {
        this.#before = [];
        this.#after = [];
        this.#options.onEdit();
    }
    /** Backspace. */
    delete() {
        this.#before.pop();
        this.#options.onEdit();
    }
    deleteForward() {
        this.#after.pop();
        this.#options.onEdit();
    }
    /** Ctrl-W. */
    cutLeft() {
        this.#before = graphemesOf(this.#before.join('').replace(/\S+\s*$/, ''));
        this.#options.onEdit();
    }
    /** Ctrl-U. */
    undo() {
        this.#before = [];
        this.#options.onEdit();
    }
    /** Ctrl-K. */
    cutForward() {
        this.#after = [];
        this.#options.onEdit();
    }
    left() {
        this.#moveLeft(1);
    }
    right() {
        this.#moveRight(1);
    }
    first() {
        this.#moveLeft(this.#before.length);
    }
    last() {
        this.#moveRight(this.#after.length);
    }
    backward = this.left;
    forward = this.right;
    home = this.first;
    end = this.last;
    #moveLeft(count) {
        if (count > 0)
            this.#after.push(...this.#before.splice(-count).reverse());
        this.#options.onEdit();
    }
    #moveRight(count) {
        if (count > 0)
            this.#before.push(...this.#after.splice(-count).reverse());
        this.#options.onEdit();
    }
    #isFull() {
        return this.#before.length + this.#after.length >= MAX_LINE_BYTES;
    }
}
