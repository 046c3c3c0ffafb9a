/**
 * The log as actors see it. bin/ chooses the implementation. Fields must be gated or typed values, never raw
 * foreign text.
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
 * Logs a line that an operator must see: at `info`, or at the next level that is shown. At `silent`, no level
 * is shown.
 */
export function logVisibly(log: Log, fields: object, message: string): void {
  const level = LEVELS.find((each) => log.isLevelEnabled(each));
  if (level !== undefined) log[level](fields, message);
}
