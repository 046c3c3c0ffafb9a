/**
 * How far long work has come, on one line of a terminal; elsewhere nothing is shown.
 */
export declare class Progress {
    #private;
    /** Shows how far it is. */
    show(text: string): void;
    /** Makes room for something else, or for what comes after. */
    clear(): void;
}
