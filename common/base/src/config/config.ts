import { assert } from '../assert/index.js';
import { ConfigError, type ConfigProblem } from './errors.js';
import type { XmlProperty } from './hadoop-xml.js';
import type { Option, OptionTable } from './option.js';
import { Properties, type SubstitutionFacts } from './properties.js';

/** What an option may come from, the strongest first. */
export interface ConfigSources {
  /** Values of flags, by their names in the table. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
  /** Any keys, from `-D key=value`. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The files, in order: a later one goes before an earlier one unless that says final. */
  readonly xml?: readonly XmlProperty[];
  /** Facts for `${user.name}` and the like. */
  readonly system?: SubstitutionFacts['system'];
  /** Whose `key.<nameservice>.<node>` hold, for options declared as scoped. */
  readonly scope?: { readonly nameservice: string; readonly node?: string };
}

/** A demand on several options together; what is wrong, or undefined. `options` are named in the message. */
export interface ConfigRule {
  readonly options: readonly Option<unknown>[];
  readonly check: (config: Config) => string | undefined;
}

/** Checked settings. */
export class Config {
  private readonly values: ReadonlyMap<string, unknown>;
  private readonly properties: Properties;

  /** @param values the parsed ones by key */
  constructor(values: ReadonlyMap<string, unknown>, properties: Properties) {
    this.values = values;
    this.properties = properties;
  }

  /** The value of an option of the table. */
  get<T>(option: Option<T>): T {
    assert(this.values.has(option.key), `${option.key} is not in the table that was loaded`);
    return this.values.get(option.key) as T;
  }

  /**
   * The value of `key.suffix1.suffix2`, such as dfs.namenode.rpc-address.ns1.nn2, by the option's type; undefined when
   * nobody sets it. Throws ConfigError for a bad one.
   */
  suffixed<T>(option: Option<T>, ...suffixes: readonly string[]): (T & {}) | undefined {
    const key = [option.key, ...suffixes].join('.');
    const raw = this.properties.get(key);
    if (raw === undefined || raw.value === '') return undefined;
    const value = option.type.parse(raw.value);
    if (value === undefined) throw new ConfigError([{ key, ...raw, expected: `${option.type.expects} is expected` }]);
    return value;
  }

  /** The values of an option whose key has a `<name>` in it, by what stands there; without those nobody sets. */
  matching<T>(option: Option<T>): ReadonlyMap<string, T & {}> {
    const found = new Map<string, T & {}>();
    for (const { key, name } of matchesOf(option, this.properties)) {
      const value = this.suffixed({ ...option, key });
      if (value !== undefined) found.set(name, value);
    }
    return found;
  }

  /** The text of any key, substituted; undefined when nobody sets it. */
  raw(key: string): string | undefined {
    return this.properties.get(key)?.value;
  }

  /** Texts of all keys that begin with `prefix`, by the rest of the key. */
  withPrefix(prefix: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const key of this.properties.keys()) {
      if (key.startsWith(prefix)) found.set(key.slice(prefix.length), this.properties.get(key)!.value);
    }
    return found;
  }

  /** Where the value of `option` comes from, for messages. */
  sourceOf(option: Option<unknown>): string {
    return this.properties.get(option.key)?.source ?? 'default';
  }
}

/**
 * Loads all options of `table`, by priority: flags, -D, environment, files, defaults. An empty text counts as not set.
 * Throws ConfigError with all bad values at once, or with all broken rules.
 */
export function loadConfig(table: OptionTable, sources: ConfigSources, rules: readonly ConfigRule[] = []): Config {
  const properties = collect(table, sources);
  const values = new Map<string, unknown>();
  const problems: ConfigProblem[] = [];
  for (const option of Object.values(table)) {
    problems.push(...badMatches(option, properties));
    const raw = properties.get(option.key);
    const set = raw !== undefined && raw.value !== '' ? raw : undefined;
    const value = set === undefined ? defaultOf(option) : option.type.parse(set.value);
    if (set !== undefined && value === undefined) {
      problems.push({ key: option.key, ...set, expected: `${option.type.expects} is expected` });
    }
    values.set(option.key, value);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const config = new Config(values, properties);
  for (const rule of rules) {
    const expected = rule.check(config);
    if (expected === undefined) continue;
    const part = (pick: (option: Option<unknown>) => string): string => rule.options.map(pick).join(', ');
    problems.push({
      key: part(({ key }) => key),
      value: part(({ key }) => properties.get(key)?.value ?? ''),
      source: part((option) => config.sourceOf(option)),
      expected,
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** A default without `${...}`; those with are among the properties and set. */
function defaultOf(option: Option<unknown>): unknown {
  return option.defaultText === undefined ? undefined : option.type.parse(option.defaultText);
}

function collect(table: OptionTable, sources: ConfigSources): Properties {
  const environment = sources.environment ?? {};
  const properties = new Properties({ environment, system: sources.system ?? {} });
  properties.addXml(sources.xml ?? []);
  const options = Object.values(table);
  if (sources.scope !== undefined) applyScope(options, properties, sources.scope);
  for (const { key, variable } of options) {
    const value = variable === undefined ? undefined : environment[variable];
    if (value !== undefined && value !== '') properties.override(key, value, `environment variable ${variable}`);
  }
  for (const [key, value] of Object.entries(sources.properties ?? {})) properties.override(key, value, `-D ${key}`);
  for (const { key, flag } of options) {
    const value = flag === undefined ? undefined : sources.flags?.[flag];
    if (value !== undefined) properties.override(key, value, `flag --${flag}`);
  }
  for (const { key, defaultText } of options) if (defaultText !== undefined) properties.addDefault(key, defaultText);
  return properties;
}

function applyScope(
  options: readonly Option<unknown>[],
  properties: Properties,
  scope: { readonly nameservice: string; readonly node?: string },
): void {
  const { nameservice, node } = scope;
  for (const { key, scoped } of options) {
    if (!scoped) continue;
    const narrow = node === undefined ? undefined : properties.get(`${key}.${nameservice}.${node}`);
    const value = narrow ?? properties.get(`${key}.${nameservice}`);
    if (value !== undefined) properties.override(key, value.value, value.source);
  }
}

/** The keys that fit an option whose key has a `<name>` in it, and the name in each. */
function matchesOf(
  { key }: Option<unknown>,
  properties: Properties,
): { readonly key: string; readonly name: string }[] {
  const [head, tail] = key.split(/<\w+>/) as [string, string?];
  if (tail === undefined) return [];
  return [...properties.keys()]
    .filter((given) => given.length > head.length + tail.length && given.startsWith(head) && given.endsWith(tail))
    .map((given) => ({ key: given, name: given.slice(head.length, given.length - tail.length) }));
}

function badMatches(option: Option<unknown>, properties: Properties): ConfigProblem[] {
  return matchesOf(option, properties).flatMap(({ key }) => {
    const raw = properties.get(key)!;
    const isGood = raw.value === '' || option.type.parse(raw.value) !== undefined;
    return isGood ? [] : [{ key, ...raw, expected: `${option.type.expects} is expected` }];
  });
}
