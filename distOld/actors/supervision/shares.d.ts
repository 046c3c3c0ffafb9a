/**
 * Keeps any one kind of children from taking all the room that a dynamic supervisor has.
 *
 * Kinds are counted only while there are so many children that one kind could have too many: to tell what kind a child
 * is may cost more than the child does.
 */
export interface ShareOptions<TInput> {
    /** Most children of one kind. */
    readonly limit: number;
    /** What kind of child an input makes. */
    readonly kindOf: (input: TInput) => string;
}
export declare class Shares<TInput> {
    #private;
    constructor(options: ShareOptions<TInput>);
    /** Whether there may be one more child, which this input makes. */
    admits(input: TInput): boolean;
    /** Takes note of a child; of one that is known already, it is none. */
    add(child: object, input: TInput): void;
    /** Takes note that there is a child no more. */
    remove(child: object): void;
}
