import { assert } from '../assert/index.js';
import type { OptionType } from './types.js';

/** One setting, declared once: sources, parsing, help and documentation follow from it. */
export interface Option<T> {
  /** HDFS's own key where it has one, else rfs.*. A `<name>` in it stands for any name: see Config.matching. */
  readonly key: string;
  readonly type: OptionType<T & {}>;
  /** The default as one would write it; undefined when the option may be absent. */
  readonly defaultText: string | undefined;
  readonly help: string;
  /** Name of the command-line flag, without dashes. */
  readonly flag: string | undefined;
  /** Name of the environment variable. */
  readonly variable: string | undefined;
  /** True when `key.<nameservice>.<node>` and `key.<nameservice>` go before `key` (DFSUtil.setGenericConf). */
  readonly scoped: boolean;
}

/** Options by the names that code uses. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

interface Declaration<T> {
  readonly key: string;
  readonly type: OptionType<T>;
  readonly help: string;
  readonly flag?: string;
  readonly variable?: string;
  readonly scoped?: boolean;
}

/** Declares an option that always has a value. */
export function option<T extends {}>(declaration: Declaration<T> & { readonly default: string }): Option<T> {
  return declare(declaration, declaration.default);
}

/** Declares an option that is undefined unless somebody sets it. */
export function optional<T extends {}>(declaration: Declaration<T>): Option<T | undefined> {
  return declare<T | undefined>(declaration as Declaration<T & {}>, undefined);
}

function declare<T>(declaration: Declaration<T & {}>, defaultText: string | undefined): Option<T> {
  const { key, type } = declaration;
  assert(
    defaultText === undefined || defaultText.includes('${') || type.parse(defaultText) !== undefined,
    `the default of ${key}, "${defaultText}", is not ${type.expects}`,
  );
  return {
    key,
    type,
    defaultText,
    help: declaration.help,
    flag: declaration.flag,
    variable: declaration.variable,
    scoped: declaration.scoped ?? false,
  };
}
