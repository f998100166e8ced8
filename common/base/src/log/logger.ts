import { mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';
import type { Clock } from '../seams/index.js';
import { terminalLine } from './terminal.js';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** What a line tells besides its message; an `error` is written with its stack. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Structured lines: a fixed message to search for, the particulars as facts. */
export interface Logger {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  /** Something an operator should look at; the node goes on. */
  warn(message: string, facts?: LogFacts): void;
  /** Something failed that should not. */
  error(message: string, facts?: LogFacts): void;
  /** A logger whose lines all carry `facts`, such as the component. */
  child(facts: LogFacts): Logger;
  /** True when lines of this level are written: ask before putting together costly facts. */
  writes(level: 'debug' | 'info'): boolean;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** A file for JSON lines; without it standard error. */
  readonly file?: string;
  /** Lines for people instead of JSON. */
  readonly terminal?: boolean;
  /** Takes the lines instead of a file. */
  readonly sink?: (line: string) => void;
}

/** The process's log, owned by its composition root. */
export interface ProcessLog {
  readonly logger: Logger;
  /** Writes out what is still in memory: the last thing before the process ends. */
  flush(): void;
}

class PinoLogger implements Logger {
  private readonly target: pino.Logger;

  constructor(target: pino.Logger) {
    this.target = target;
  }

  debug(message: string, facts?: LogFacts): void {
    if (facts === undefined) this.target.debug(message);
    else this.target.debug(facts, message);
  }

  info(message: string, facts?: LogFacts): void {
    if (facts === undefined) this.target.info(message);
    else this.target.info(facts, message);
  }

  warn(message: string, facts?: LogFacts): void {
    if (facts === undefined) this.target.warn(message);
    else this.target.warn(facts, message);
  }

  error(message: string, facts?: LogFacts): void {
    if (facts === undefined) this.target.error(message);
    else this.target.error(facts, message);
  }

  child(facts: LogFacts): Logger {
    return new PinoLogger(this.target.child(facts));
  }

  writes(level: 'debug' | 'info'): boolean {
    return this.target.isLevelEnabled(level);
  }
}

/** Opens the log. Each line is in the file when the call returns, so that not even the last one before an end is lost. */
export function openLog(options: LogOptions): ProcessLog {
  const { sink, clock } = options;
  const destination = sink === undefined ? pino.destination({ dest: openTarget(options.file), sync: true }) : null;
  const write = sink ?? ((line: string) => destination?.write(line));
  const stream = options.terminal === true ? { write: (line: string) => write(terminalLine(line)) } : { write };
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    stream,
  );
  return { logger: new PinoLogger(logger), flush: () => destination?.flushSync() };
}

/** The descriptor that lines go to. Opened before the first line, so that an early end can still flush. */
function openTarget(file: string | undefined): number {
  if (file === undefined) return 2;
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, 'a', 0o644);
}

/** A logger that writes nothing: for tests and tools. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
  writes: () => false,
};
