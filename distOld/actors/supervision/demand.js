/** @throws TypeError with this message unless the condition holds. */
export function demand(condition, message) {
    if (!condition)
        throw new TypeError(message);
}
