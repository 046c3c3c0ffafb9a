/**
 * What the compiler refuses. Each `@ts-expect-error` is a test: `tsc` fails when the line below it has no error.
 */
export {};
