/**
 * When a group of changes begins: late enough to be large, early enough to keep nobody waiting for nothing.
 *
 * A sync costs more CPU time than a request does, however large its group is. So a group waits for whoever is still
 * coming: until no change has come for some turns of the event loop, and not for long. On a busy server that makes
 * groups ten times as large; where nobody else comes, turns are over in an instant.
 */
export declare class GroupPace {
    #private;
    /** Whether a group may begin now; if not, ask again in the next turn. */
    isDue(waiting: number, nowMs: number): boolean;
    /** Takes note that a group begins. */
    begin(size: number, nowMs: number): void;
}
