/**
 * The events that the client's actors exchange, grouped by who sends them.
 */
export {};
