import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { ConfigError } from './errors.js';

/** One `<property>` of a Hadoop configuration file. */
export interface XmlProperty {
  readonly name: string;
  readonly value: string;
  /** Later files cannot change it. */
  readonly final: boolean;
  /** Where it stands, for messages. */
  readonly source: string;
}

/** A node as the parser gives it in document order: one tag with its children, or a text. */
interface XmlNode {
  readonly [tag: string]: readonly XmlNode[] | string | Readonly<Record<string, string>> | undefined;
}

const ATTRIBUTES = ':@';
const TEXT = '#text';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
});

/**
 * The properties of one file in order. `include` gives those of an `xi:include`d file. Properties stand as elements or
 * attributes; names and values are trimmed. Throws ConfigError for what is not such a file.
 */
export function parseHadoopXml(
  text: string,
  source: string,
  include: (href: string) => readonly XmlProperty[],
): readonly XmlProperty[] {
  const broken = (expected: string): ConfigError => new ConfigError([{ key: 'XML', value: '', source, expected }]);
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw broken(`line ${valid.err.line}: ${valid.err.msg}`);
  const root = (parser.parse(text) as readonly XmlNode[]).find((node) => node.configuration !== undefined);
  if (root === undefined) throw broken('a <configuration> is expected');
  const properties: XmlProperty[] = [];
  for (const node of root.configuration as readonly XmlNode[]) {
    if (node.property !== undefined) {
      const property = propertyOf(node, source);
      if (property !== undefined) properties.push(property);
    } else if (node['xi:include'] !== undefined) {
      const href = attributesOf(node).href;
      if (href === undefined) throw broken('an xi:include needs an href');
      properties.push(...include(href));
    }
  }
  return properties;
}

function propertyOf(node: XmlNode, source: string): XmlProperty | undefined {
  const fields = new Map(Object.entries(attributesOf(node)));
  for (const child of node.property as readonly XmlNode[]) {
    const tag = Object.keys(child).find((name) => name !== ATTRIBUTES && name !== TEXT);
    if (tag !== undefined) fields.set(tag, textOf(child[tag] as readonly XmlNode[]));
  }
  const name = fields.get('name')?.trim();
  const value = fields.get('value')?.trim();
  if (name === undefined || name === '' || value === undefined) return undefined;
  return { name, value, final: fields.get('final')?.trim().toLowerCase() === 'true', source };
}

function attributesOf(node: XmlNode): Readonly<Record<string, string>> {
  return (node[ATTRIBUTES] as Readonly<Record<string, string>> | undefined) ?? {};
}

function textOf(children: readonly XmlNode[]): string {
  return children.map((child) => child[TEXT] ?? '').join('');
}

/** The text of a Hadoop configuration file that sets `properties`. */
export function writeHadoopXml(properties: Readonly<Record<string, string>>): string {
  const lines = Object.entries(properties).map(
    ([name, value]) => `  <property><name>${escaped(name)}</name><value>${escaped(value)}</value></property>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n${lines.join('')}</configuration>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
