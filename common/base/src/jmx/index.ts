export { answerJmx, type Bean, type JmxQuery } from './answer.js';
export { compactJson, type JmxObject, type JmxValue } from './json.js';
export { parseName } from './object-name.js';
