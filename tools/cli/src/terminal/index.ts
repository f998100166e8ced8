/** Where a command's words go. Results go to `out`, everything about them to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** A person looks at `err`: progress may be shown there. */
  readonly interactive: boolean;
  /** Width of the screen in characters. */
  readonly columns: number;
}

/** All that a command gets from outside. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
}

/** One subcommand of rfs, loaded only when it is called. */
export interface Command {
  /** Runs with the words after the command's name; the result is the exit code. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}
