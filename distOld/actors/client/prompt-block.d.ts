/**
 * The rows at the bottom of the screen in which a prompt lives: drawn, erased, redrawn.
 *
 * It knows where the cursor is by laying out the text as the terminal does, so a text of several
 * rows leaves no ghost rows behind.
 */
/** Anything with a width that can be written to. */
export interface Screen {
    readonly columns: number;
    write(text: string): void;
}
export declare class PromptBlock {
    #private;
    constructor(screen: Screen);
    /** Draws `before` and `after` with the cursor between them, in place of what was drawn last. */
    draw(before: string, after: string): void;
    /** Erases the block; what is written next stands in its place. */
    erase(): void;
    /** Leaves the block as it is; what is written next stands where the cursor is. */
    forget(): void;
    /** Takes note that the terminal has another width now, and has wrapped its rows anew. */
    resized(): void;
}
