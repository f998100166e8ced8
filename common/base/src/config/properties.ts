import { DEPRECATED_KEYS } from './deprecated.js';
import { ConfigError } from './errors.js';
import type { XmlProperty } from './hadoop-xml.js';

export interface RawValue {
  readonly value: string;
  readonly source: string;
}

/** Outside facts that `${...}` may name. */
export interface SubstitutionFacts {
  /** `${env.NAME}`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `${user.name}`, `${user.home}`, `${java.io.tmpdir}` and the like. */
  readonly system: Readonly<Record<string, string>>;
}

/** As in Configuration.MAX_SUBST. */
const DEEPEST_SUBSTITUTION = 20;

/**
 * Keys and texts from all sources: later additions win unless an earlier one was final; old key names count as the new
 * ones; `${name}` is replaced by another property, a fact of the system or, as `${env.NAME}`, `${env.NAME-word}` or
 * `${env.NAME:-word}`, by the environment. A name that nobody knows stays as it is, as in Hadoop.
 */
export class Properties {
  private readonly values = new Map<string, RawValue>();
  private readonly finals = new Set<string>();
  private readonly facts: SubstitutionFacts;

  constructor(facts: SubstitutionFacts) {
    this.facts = facts;
  }

  /** Adds in the order of files: a final property refuses later ones. */
  addXml(properties: readonly XmlProperty[]): void {
    for (const { name, value, final, source } of properties) {
      const key = currentKey(name);
      if (this.finals.has(key)) continue;
      this.values.set(key, { value, source });
      if (final) this.finals.add(key);
    }
  }

  /** Sets what stands above all files. */
  override(key: string, value: string, source: string): void {
    this.values.set(currentKey(key), { value: value.trim(), source });
  }

  /** Sets what holds when nobody says otherwise. */
  addDefault(key: string, value: string): void {
    if (!this.values.has(key)) this.values.set(key, { value, source: 'default' });
  }

  get(key: string): RawValue | undefined {
    const found = this.values.get(currentKey(key));
    if (found === undefined || !found.value.includes('${')) return found;
    return { value: this.substitute(found.value, key, found.source, 0), source: found.source };
  }

  keys(): IterableIterator<string> {
    return this.values.keys();
  }

  private substitute(text: string, key: string, source: string, depth: number): string {
    if (depth > DEEPEST_SUBSTITUTION) {
      throw new ConfigError([{ key, value: text, source, expected: 'what it refers to leads back to itself' }]);
    }
    return text.replace(/\$\{([^{}$\s]+)\}/g, (whole, name: string) => {
      const value = this.lookUp(name);
      return value === undefined ? whole : this.substitute(value, key, source, depth + 1);
    });
  }

  private lookUp(name: string): string | undefined {
    const environment = /^env\.([^:-]+)(?:(:?-)(.*))?$/.exec(name);
    if (environment !== null) {
      const value = this.facts.environment[environment[1]!];
      const missing = value === undefined || (value === '' && environment[2] === ':-');
      return missing && environment[2] !== undefined ? environment[3] : value;
    }
    return this.facts.system[name] ?? this.values.get(currentKey(name))?.value;
  }
}

function currentKey(key: string): string {
  return DEPRECATED_KEYS.get(key) ?? key;
}
