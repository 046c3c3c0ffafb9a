/**
 * The log as actors see it. bin/ chooses the implementation. The fields of a line must not contain foreign
 * text, unless the text has passed the text gate (protocol/display-text.ts).
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  isLevelEnabled(level: string): boolean;
}

/** Discards everything. */
export const SILENT_LOG: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  fatal: () => {},
  isLevelEnabled: () => false,
};

const LEVELS = ['info', 'warn', 'error', 'fatal'] as const;

/**
 * Logs a line that an operator must see: at `info`, or else at the lowest level that is logged. If the log is
 * silent, the line is not logged.
 */
export function logVisibly(log: Log, fields: object, message: string): void {
  const level = LEVELS.find((each) => log.isLevelEnabled(each));
  if (level !== undefined) log[level](fields, message);
}
