/**
 * The text store on a disk that fails, and whose power is cut.
 *
 * Kept all along: a ledger of what the store acknowledged, in order. Whatever happened, the store holds just that
 * while it runs. After a crash it holds that, and at most the beginning of one commit that was refused, or under
 * way, after the last that was acknowledged.
 *
 * FAULTS=10 makes ten times as many random rounds and power cuts; SEED=7 begins with another seed.
 */
export {};
