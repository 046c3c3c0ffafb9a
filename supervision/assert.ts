/** @throws TypeError with this message unless the condition holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message);
}
