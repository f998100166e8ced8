import { type JmxObject, type JmxValue, prettyJson } from './json.js';
import { type BeanName, type NamePattern, parsePattern } from './object-name.js';

/** One managed bean: a name, and attributes that are collected from `Source` when somebody asks. */
export interface Bean<Source> {
  readonly text: string;
  readonly name: BeanName;
  /** The class that Apache names. */
  readonly modelerType: string;
  readonly attributes: (source: Source) => JmxObject;
}

/** The parameters of a request to /jmx; one that is given twice counts as given first. */
export interface JmxQuery {
  readonly get?: string | readonly string[];
  readonly qry?: string | readonly string[];
}

const MALFORMED_GET = { result: 'ERROR', message: 'query format is not as expected.' };

/**
 * The answer to a request (JMXJsonServlet.doGet). Whatever the outcome, the status is 200 as with Apache, whose servlet
 * sets another one only after the answer has begun.
 */
export function answerJmx<Source>(beans: readonly Bean<Source>[], source: Source, query: JmxQuery): string {
  const get = first(query.get);
  if (get === undefined) return listing(beans, source, parsePattern(first(query.qry) ?? ''), undefined);
  const parts = get.split('::');
  while (parts.at(-1) === '') parts.pop();
  const [name, attribute] = parts;
  if (parts.length !== 2 || name === undefined || attribute === undefined) return prettyJson(MALFORMED_GET);
  return listing(beans, source, parsePattern(name), attribute);
}

function listing<Source>(
  beans: readonly Bean<Source>[],
  source: Source,
  pattern: NamePattern | undefined,
  attribute: string | undefined,
): string {
  if (pattern === undefined) return prettyJson({});
  const found: JmxObject[] = [];
  for (const bean of beans) {
    if (!pattern.matches(bean.name)) continue;
    const head = { name: bean.text, modelerType: bean.modelerType };
    const attributes = bean.attributes(source);
    if (attribute === undefined) {
      found.push({ ...head, ...attributes });
      continue;
    }
    const value: JmxValue | undefined = attributes[attribute];
    if (value === undefined || value === null) {
      // Apache ends the list with the first bean that lacks the attribute.
      found.push({ ...head, result: 'ERROR', message: `No attribute with name ${attribute} was found.` });
      break;
    }
    found.push({ ...head, [attribute]: value });
  }
  return prettyJson({ beans: found });
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}
